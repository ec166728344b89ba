"""Other models read the answers of a finished run; their figures never gate."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.audit.judges.report import JudgedReport
from governance.kernel.errors import InputError
from governance.operations.audits import Remarks, RunFolder
from governance.operations.audits_run import ModelOptions, audit_progress
from governance.operations.requests import MOST, LocalSpec
from governance.operations.work import Running


class JudgeRun(ModelOptions):
    """A finished run, and the panel that reads it."""

    run: RunFolder
    judges: Annotated[tuple[LocalSpec, ...], Field(description="FAMILY=SPEC of each judge.")]
    protocols: Annotated[tuple[str, ...], Field(description="Which of er, ih.")] = ("er", "ih")
    max_tokens: Annotated[int, Field(ge=16, le=MOST, description="Room for a judge's answer.")] = (
        300
    )


class Judged(JudgedReport):
    """What the judges found beside the rule's figures."""

    remarks: Remarks

    @property
    def silent(self) -> bool:
        """Whether a judge gave no answer at all."""
        return any(each.failed == each.asked for each in self.judges)


def judge(work: Running, request: JudgeRun) -> Judged:
    """Let a panel of models judge a run's answers to claims (ER) and questions (IH*)."""
    from governance.audit.judges.judging import Judging
    from governance.audit.judges.panel import open_judge, parse_panel, require_openable
    from governance.audit.judges.remarks import judged_remarks
    from governance.audit.judges.report import read_judged
    from governance.audit.runs.results import score_run

    panel = parse_panel([str(each) for each in request.judges])
    options, folder = request.subject_options(), request.run.file
    asked = _judged(request.protocols)
    result = score_run(folder)
    for each in panel:
        require_openable(each, options)
    with audit_progress(work, "judging") as show:
        judging = Judging(
            folder,
            result,
            panel,
            work.place.clock,
            protocols=asked,
            max_tokens=request.max_tokens,
            on_progress=show,
        )
        judging.ask(lambda each: open_judge(each, options))
    report = read_judged(folder, result)
    if report is None:
        raise AssertionError("a finished judging has a report")
    return Judged(**dict(report), remarks=judged_remarks(report))


def _judged(asked: tuple[str, ...]) -> tuple[str, ...]:
    from governance.audit.judges.prompts import JUDGED

    names = {name.strip().lower() for name in asked if name.strip()}
    if not names or names - set(JUDGED):
        text = ",".join(asked)
        raise InputError(f"{text!r}: judges read {' and '.join(JUDGED)}", field="protocols")
    return tuple(name for name in JUDGED if name in names)
