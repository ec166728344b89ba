"""Asking a battery: in waves, resumable, every answer written once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from governance.audit.protocols.battery import Battery
from governance.audit.protocols.ih import sampled_requests
from governance.audit.protocols.requests import PROTOCOLS, Request, conversation, waves
from governance.audit.runs.entries import answer_entry, answer_key
from governance.audit.runs.evidence import accepted_answers, answers_digest
from governance.audit.runs.manifest import (
    MANIFEST,
    TRANSCRIPT,
    Manifest,
    Plan,
    new_manifest,
    read_manifest,
)
from governance.audit.runs.profiled import decoding_of_round, rounds_of
from governance.audit.runs.sequential import blocks_of, is_settled, settle_dimensions
from governance.audit.runs.transcripts import TranscriptWriter
from governance.audit.subjects.base import Completion, Prompt, Subject, SubjectError
from governance.audit.vector import robustness_vector
from governance.kernel.canonical import file_digest
from governance.kernel.clock import Clock
from governance.kernel.errors import InputError, StorageError
from governance.scoring.scores import score


@dataclass(frozen=True)
class Progress:
    """How far a run is: answers, tokens, seconds of this session, and how many came before."""

    done: int
    total: int
    tokens: int
    seconds: float
    resumed: int

    @property
    def tokens_per_second(self) -> float:
        """Return tokens of this session a second."""
        return self.tokens / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Return the time left at the pace so far; None before the first answer."""
        new = self.done - self.resumed
        return self.seconds / new * (self.total - self.done) if new else None


OnProgress = Callable[[Progress], None]


class Run:
    """One run of a battery against a subject, in a folder of its own."""

    def __init__(
        self,
        subject: Subject,
        battery: Battery,
        plan: Plan,
        folder: Path,
        clock: Clock,
        *,
        system: str | None = None,
        on_progress: OnProgress | None = None,
    ) -> None:
        self._subject, self._battery, self._plan = subject, battery, plan
        self._folder, self._clock, self._system = folder, clock, system
        self._on_progress = on_progress or (lambda _: None)
        self._requests = battery.requests()
        self._by_id = {request.id: request for request in self._requests}
        self._answers: list[dict[str, str]] = [{} for _ in range(rounds_of(plan))]
        self._tokens = self._resumed = 0
        self._started = time.monotonic()

    def ask(self) -> Manifest:
        """Ask all that was not answered yet and return the finished manifest.

        Raises InputError where the folder holds a run of another plan or subject, SubjectError
        where the subject fails; what was answered until then is kept.
        """
        manifest = self._open()
        if manifest.status == "complete":
            return manifest
        with TranscriptWriter(self._folder / TRANSCRIPT) as transcript:
            self._take_over(transcript)
            try:
                settled = self._ask_blocks(transcript)
                self._ask_samples(transcript)
            except SubjectError as error:
                self._closed(manifest, transcript, "failed", str(error)).write(self._folder)
                raise
        finished = self._closed(manifest, transcript, "complete", settled=settled)
        finished.write(self._folder)
        return finished

    def _open(self) -> Manifest:
        path = self._folder / MANIFEST
        if path.exists():
            manifest = read_manifest(self._folder)
            self._require_same(manifest)
            return manifest
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{self._folder}: cannot be made: {error.strerror}") from error
        manifest = new_manifest(self._plan, self._subject.info, self._clock.now())
        manifest.write(self._folder)
        return manifest

    def _require_same(self, manifest: Manifest) -> None:
        if manifest.plan != self._plan:
            raise InputError(
                "the folder holds a run with another plan (items, seed, tier or decoding)",
                file=str(self._folder),
                hint="choose another --out, or repeat the options of that run",
            )
        if manifest.subject.identity() != self._subject.info.identity():
            raise InputError(
                f"the folder holds a run of {manifest.subject.spec}, not of this subject",
                file=str(self._folder),
                hint="answers of two models are never mixed; choose another --out",
            )

    def _take_over(self, transcript: TranscriptWriter) -> None:
        self._answers = accepted_answers(
            transcript.entries,
            self._by_id,
            self._plan,
            self._subject.info,
            self._folder / TRANSCRIPT,
        )
        self._resumed = len(transcript.entries)

    def _ask_blocks(self, transcript: TranscriptWriter) -> dict[str, str] | None:
        """Ask everything at once, or block by block until the tier asked for is settled."""
        rule = self._plan.stop_early
        if rule is None:
            self._ask(self._requests, transcript)
            return None
        settled: dict[str, str] = {}
        gating = [request for request in self._requests if request.protocol in PROTOCOLS]
        for block in blocks_of(gating):
            open_ = [request for request in block if request.protocol not in settled]
            self._ask(open_, transcript)
            outcomes = self._battery.outcomes(self._answers[0])
            settled = settle_dimensions(robustness_vector(score(outcomes)), rule)
            if is_settled(settled, self._plan.protocols):
                break
        # The profiles settle nothing and are asked whole.
        self._ask([r for r in self._requests if r.protocol not in PROTOCOLS], transcript)
        return settled

    def _ask_samples(self, transcript: TranscriptWriter) -> None:
        """Sample the unanswerable questions that were asked, as rounds behind the repeats."""
        if self._plan.samples is None:
            return
        asked = [r for r in sampled_requests(self._requests) if r.id in self._answers[0]]
        self._ask_wave(asked, transcript, range(self._plan.repeats, rounds_of(self._plan)))

    def _ask(self, requests: Sequence[Request], transcript: TranscriptWriter) -> None:
        for wave in waves(requests):
            self._ask_wave(wave, transcript, range(self._plan.repeats))

    def _ask_wave(
        self, wave: Sequence[Request], transcript: TranscriptWriter, rounds: range
    ) -> None:
        decoding = decoding_of_round(self._plan, rounds.start)
        asked = [
            (request, repeat)
            for repeat in rounds
            for request in wave
            if request.id not in self._answers[repeat]
        ]
        prompts = [self._prompt(request, repeat) for request, repeat in asked]
        keys = [answer_key(self._subject.info, decoding, prompt) for prompt in prompts]

        def keep(index: int, completion: Completion) -> None:
            request, repeat = asked[index]
            transcript.append(
                answer_entry(request, repeat, keys[index], prompts[index], completion)
            )
            self._answers[repeat][request.id] = completion.text
            self._tokens += completion.tokens or 0
            self._report(transcript)

        if prompts:
            self._subject.answer(prompts, decoding, keep)

    def _prompt(self, request: Request, repeat: int) -> Prompt:
        messages = conversation(request, self._by_id, self._answers[repeat], self._system)
        seed = self._plan.decoding.seed + repeat
        return Prompt(messages=messages, max_tokens=request.max_tokens, seed=seed)

    def _report(self, transcript: TranscriptWriter) -> None:
        self._on_progress(
            Progress(
                done=len(transcript.entries),
                total=self._plan.requests,
                tokens=self._tokens,
                seconds=time.monotonic() - self._started,
                resumed=self._resumed,
            )
        )

    def _closed(
        self,
        manifest: Manifest,
        transcript: TranscriptWriter,
        status: str,
        failure: str | None = None,
        settled: dict[str, str] | None = None,
    ) -> Manifest:
        path = self._folder / TRANSCRIPT
        return manifest.model_copy(
            update={
                "status": status,
                "finished_at": self._clock.now(),
                "answered": sum(len(answers) for answers in self._answers),
                "tokens": sum(entry["tokens"] or 0 for entry in transcript.entries),
                "seconds": manifest.seconds + time.monotonic() - self._started,
                "transcript_digest": file_digest(path) if path.exists() else None,
                "answers_digest": answers_digest(transcript.entries),
                "failure": failure,
                "settled": settled,
            }
        )
