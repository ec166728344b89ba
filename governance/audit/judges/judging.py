"""Judging a finished run: every judge is asked about every item, each answer written once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from governance.audit.judges.answers import accepted_judgements, judge_prompt
from governance.audit.judges.asking import ask_tolerantly
from governance.audit.judges.manifest import (
    FOLDER,
    JudgeState,
    JudgingManifest,
    JudgingPlan,
    make_judging_plan,
    new_judging,
    read_judging,
    require_unaltered,
    transcript_path,
)
from governance.audit.judges.panel import Judge, require_stranger
from governance.audit.judges.prompts import JUDGE_TOKENS, JUDGED, judge_requests
from governance.audit.protocols.requests import Request
from governance.audit.runs.entries import answer_entry, answer_key
from governance.audit.runs.manifest import TRANSCRIPT
from governance.audit.runs.results import AuditResult, battery_of
from governance.audit.runs.runner import OnProgress, Progress
from governance.audit.runs.transcripts import TranscriptWriter, read_transcript
from governance.audit.subjects.base import Completion, Subject
from governance.kernel.canonical import file_digest
from governance.kernel.clock import Clock
from governance.kernel.errors import InputError, StorageError

OpenJudge = Callable[[Judge], Subject]


def requests_of(
    folder: Path, result: AuditResult, protocols: Sequence[str], max_tokens: int
) -> list[Request]:
    """Return what judges are asked about a run: the first answer to each claim and question.

    Raises InputError where the run asked neither.
    """
    answers = {
        str(entry["request"]): str(entry["answer"])
        for entry in read_transcript(folder / TRANSCRIPT)
        if entry["repeat"] == 0
    }
    outcomes = {name: result.outcomes.get(name, ()) for name in protocols}
    bank = battery_of(result.manifest).bank
    found = judge_requests(bank, outcomes, answers, result.evidence_digest, max_tokens)
    if not found:
        raise InputError("the run holds no claim and no question to judge", file=str(folder))
    return found


class Judging:
    """The judging of one run by one panel; what was answered before is not asked again."""

    def __init__(
        self,
        folder: Path,
        result: AuditResult,
        panel: Sequence[Judge],
        clock: Clock,
        *,
        protocols: Sequence[str] = JUDGED,
        max_tokens: int = JUDGE_TOKENS,
        on_progress: OnProgress | None = None,
    ) -> None:
        self._folder, self._result, self._panel, self._clock = folder, result, panel, clock
        for judge in panel:
            require_stranger(judge, None, result.manifest.subject)
        self._requests = requests_of(folder, result, protocols, max_tokens)
        self._by_id = {request.id: request for request in self._requests}
        asked = [name for name in JUDGED if name in {r.protocol for r in self._requests}]
        self._plan = make_judging_plan(result.evidence_digest, asked, self._requests, max_tokens)
        self._on_progress = on_progress or (lambda _: None)
        self._done = self._resumed = self._tokens = 0
        self._started = time.monotonic()

    def ask(self, open_judge: OpenJudge) -> JudgingManifest:
        """Ask every judge what it has not answered yet and return the finished manifest.

        What a judge fails on is missing, and is asked again the next time. Raises InputError
        where the folder holds a judging by another panel or of other prompts, or answers that
        were altered.
        """
        manifest = self._open()
        waiting = [state for state in manifest.judges if not self._is_done(state)]
        if manifest.status == "complete" and not waiting:
            return manifest
        manifest = manifest.model_copy(update={"status": "running", "finished_at": None})
        self._resumed = self._done = sum(state.answered for state in manifest.judges)
        for state in waiting:
            manifest = self._ask_judge(manifest, state, open_judge)
        finished = manifest.model_copy(
            update={"status": "complete", "finished_at": self._clock.now()}
        )
        finished.write(self._folder)
        return finished

    def _open(self) -> JudgingManifest:
        manifest = read_judging(self._folder)
        if manifest is None:
            return new_judging(self._plan, self._panel, self._clock.now())
        for state in manifest.judges:
            require_unaltered(self._folder, state)
        require_same(manifest, self._plan, self._panel, self._folder)
        return manifest

    def _is_done(self, state: JudgeState) -> bool:
        return state.transcript_digest is not None and state.answered == self._plan.requests

    def _ask_judge(
        self, manifest: JudgingManifest, state: JudgeState, open_judge: OpenJudge
    ) -> JudgingManifest:
        subject = open_judge(state.judge)
        try:
            require_stranger(state.judge, subject.info.digest, self._result.manifest.subject)
            _require_identity(state, subject, self._folder)
            # Who answers stands in the manifest before the first answer does, and the digest of
            # the answers only when they are at rest: a killed judging can go on.
            at_work = {"subject": subject.info, "transcript_digest": None}
            manifest = manifest.with_state(state.model_copy(update=at_work))
            self._write(manifest)
            manifest = manifest.with_state(self._ask_subject(state, subject))
            manifest.write(self._folder)
            return manifest
        finally:
            subject.close()

    def _write(self, manifest: JudgingManifest) -> None:
        try:
            (self._folder / FOLDER).mkdir(exist_ok=True)
        except OSError as error:
            raise StorageError(f"{self._folder / FOLDER}: {error.strerror}") from error
        manifest.write(self._folder)

    def _ask_subject(self, state: JudgeState, subject: Subject) -> JudgeState:
        path = transcript_path(self._folder, state.judge)
        with TranscriptWriter(path) as transcript:
            answered = accepted_judgements(
                transcript.entries, self._by_id, self._plan.decoding, subject.info, path
            )
            found = len(answered) - state.answered
            self._done, self._resumed = self._done + found, self._resumed + found
            requests = [request for request in self._requests if request.id not in answered]
            failed = self._ask_open(requests, subject, transcript)
        return JudgeState(
            judge=state.judge,
            subject=subject.info,
            answered=len(transcript.entries),
            tokens=sum(entry["tokens"] or 0 for entry in transcript.entries),
            failures={requests[index].id: why for index, why in sorted(failed.items())},
            transcript_digest=file_digest(path),
        )

    def _ask_open(
        self, requests: Sequence[Request], subject: Subject, transcript: TranscriptWriter
    ) -> dict[int, str]:
        decoding = self._plan.decoding
        prompts = [judge_prompt(request, decoding) for request in requests]

        def keep(index: int, completion: Completion) -> None:
            prompt = prompts[index]
            key = answer_key(subject.info, decoding, prompt)
            transcript.append(answer_entry(requests[index], 0, key, prompt, completion))
            self._done += 1
            self._tokens += completion.tokens or 0
            self._report()

        return ask_tolerantly(subject, prompts, decoding, keep)

    def _report(self) -> None:
        self._on_progress(
            Progress(
                done=self._done,
                total=self._plan.requests * len(self._panel),
                tokens=self._tokens,
                seconds=time.monotonic() - self._started,
                resumed=self._resumed,
            )
        )


def require_same(
    manifest: JudgingManifest, plan: JudgingPlan, panel: Sequence[Judge], folder: Path
) -> None:
    """Raise InputError where judgements are kept of another run, other prompts or judges."""
    held = [state.judge for state in manifest.judges]
    if list(panel) != held:
        named = ", ".join(f"{judge.family}={judge.spec}" for judge in held)
        what = f"by another panel ({named})"
    elif manifest.plan.evidence != plan.evidence:
        what = "of another run"
    elif manifest.plan != plan:
        what = "of other prompts (protocols, length of the answer or version)"
    else:
        return
    raise InputError(
        f"the folder holds judgements {what}",
        file=str(folder / FOLDER),
        hint="judgements of two panels are never mixed; repeat that command, or remove the folder",
    )


def _require_identity(state: JudgeState, subject: Subject, folder: Path) -> None:
    if state.subject is not None and state.subject.identity() != subject.info.identity():
        raise InputError(
            f"judge {state.judge.family}: the model is not the one that judged before",
            file=str(transcript_path(folder, state.judge)),
            hint="answers of two models are never mixed; remove the folder and judge again",
        )
