"""The manifest of a judging: of which run, by whom, how far each judge came."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field

from governance.audit.judges.panel import Judge
from governance.audit.protocols.requests import Request
from governance.audit.subjects.base import Decoding, SubjectInfo
from governance.kernel.canonical import digest, file_digest
from governance.kernel.documents import read_document
from governance.kernel.errors import InputError
from governance.kernel.files import write_atomically
from governance.kernel.value import Value, parse_document

FOLDER = "judges"
MANIFEST = "judges.json"


class JudgingPlan(Value):
    """What is judged: the run by its evidence digest, and every prompt by theirs."""

    evidence: str
    protocols: tuple[str, ...]
    decoding: Decoding
    max_tokens: int
    requests: int
    requests_digest: str


class JudgeState(Value):
    """One judge and how far it came; ``failures`` says why an item has no answer of it.

    ``transcript_digest`` is None while the judge is at work.
    """

    judge: Judge
    subject: SubjectInfo | None = None
    answered: int = 0
    tokens: int = 0
    failures: dict[str, str] = Field(default_factory=dict)
    transcript_digest: str | None = None


class JudgingManifest(Value):
    """Plan, judges, and whether all have been asked."""

    format: Literal["underwriter-judging/1"] = "underwriter-judging/1"
    status: Literal["running", "complete"] = "running"
    plan: JudgingPlan
    judges: tuple[JudgeState, ...]
    underwriter_version: str
    python: str
    started_at: datetime
    finished_at: datetime | None = None

    def write(self, run: Path) -> None:
        """Write the manifest into the folder of the judgements of a run."""
        write_atomically(run / FOLDER / MANIFEST, self.model_dump_json(indent=2) + "\n")

    def with_state(self, state: JudgeState) -> JudgingManifest:
        """Return the manifest with one judge's state put in the place of its former one."""
        judges = [state if each.judge == state.judge else each for each in self.judges]
        return self.model_copy(update={"judges": tuple(judges)})


def transcript_path(run: Path, judge: Judge) -> Path:
    """Return where a judge's answers about a run are kept."""
    return run / FOLDER / f"{judge.family}.jsonl"


def make_judging_plan(
    evidence: str, protocols: Sequence[str], requests: Sequence[Request], max_tokens: int
) -> JudgingPlan:
    """Return the plan of a judging: greedy, with a digest over every prompt."""
    return JudgingPlan(
        evidence=evidence,
        protocols=tuple(protocols),
        decoding=Decoding(),
        max_tokens=max_tokens,
        requests=len(requests),
        requests_digest=digest([request.model_dump(mode="json") for request in requests]),
    )


def new_judging(plan: JudgingPlan, panel: Sequence[Judge], started_at: datetime) -> JudgingManifest:
    """Return the manifest of a judging that begins."""
    from governance import __version__

    return JudgingManifest(
        plan=plan,
        judges=tuple(JudgeState(judge=judge) for judge in panel),
        underwriter_version=__version__,
        python=platform.python_version(),
        started_at=started_at,
    )


def read_judging(run: Path) -> JudgingManifest | None:
    """Return the manifest of a run's judging; None where the run was never judged."""
    path = run / FOLDER / MANIFEST
    return parse_document(JudgingManifest, read_document(str(path))) if path.is_file() else None


def require_unaltered(run: Path, state: JudgeState) -> None:
    """Raise InputError where a judge's answers are not those that the manifest names."""
    path = transcript_path(run, state.judge)
    if state.transcript_digest is None:
        return
    if not path.is_file() or file_digest(path) != state.transcript_digest:
        raise InputError(
            "the judgements are not those that the manifest names",
            file=str(path),
            hint=f"altered judgements are not shown; remove {run / FOLDER} and judge again",
        )
