"""A subject that repeats stored answers: for tests, and to score old runs under new protocols."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from governance.audit.runs.transcripts import MESSAGES_FIELD, messages_digest, read_transcript
from governance.audit.subjects.base import (
    Completion,
    Decoding,
    OnAnswer,
    Prompt,
    SubjectError,
    SubjectInfo,
)
from governance.kernel.canonical import file_digest
from governance.kernel.errors import InputError

REPLAY_ENGINE = "replay"


class ReplaySubject:
    """Answers from the transcript of a run folder, found by the conversation."""

    def __init__(self, spec: str, folder: Path) -> None:
        path = folder / "transcript.jsonl" if folder.is_dir() else folder
        if not path.is_file():
            raise InputError("no such transcript", file=str(path), field="model")
        self._answers: dict[tuple[str, int], Completion] = {}
        for entry in read_transcript(path):
            key = (str(entry[MESSAGES_FIELD]), int(entry["repeat"]))
            self._answers[key] = Completion(
                text=entry["answer"], finish=entry["finish"], tokens=entry["tokens"]
            )
        self.info = SubjectInfo(
            spec=spec, model="replay", digest=file_digest(path), engine=REPLAY_ENGINE
        )

    def answer(self, prompts: Sequence[Prompt], decoding: Decoding, on_answer: OnAnswer) -> None:
        """Look every prompt up; raises SubjectError for one that was never answered."""
        for index, prompt in enumerate(prompts):
            key = messages_digest(prompt.messages), prompt.seed - decoding.seed
            found = self._answers.get(key)
            if found is None:
                raise SubjectError(
                    f"the transcript holds no answer to: {prompt.messages[-1].content[:80]!r}"
                )
            on_answer(index, found)

    def close(self) -> None:
        """Nothing is held."""
