"""Robustness audits that were run: scored, shown, compared; and what they are made of."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from governance.audit.banks.lint import Fault
from governance.audit.compare import Comparison
from governance.audit.judges.report import JudgedReport
from governance.audit.profiles.table import CAPTION as PROFILE_CAPTION
from governance.audit.profiles.table import COLUMNS as PROFILE_COLUMNS
from governance.audit.responses import RowVerdicts
from governance.audit.runs.results import AuditResult
from governance.audit.worst import FailedItem
from governance.kernel.value import Value
from governance.operations.requests import MOST, LocalPath, TextFile
from governance.operations.work import Work
from governance.scoring.outcomes import Outcome

__all__ = ["PROFILE_CAPTION", "PROFILE_COLUMNS"]

RunFolder = Annotated[LocalPath, Field(description="Folder of an audit run.")]
Remarks = Annotated[tuple[str, ...], Field(exclude=True)]


class Answers(Value):
    """Answers with the instructions that they are checked against."""

    file: Annotated[LocalPath, Field(description="JSON Lines of answers.")]


class CheckedAnswer(RowVerdicts):
    """Verdicts on one answer, with the constraints that they are about."""

    constraints: Annotated[tuple[str, ...], Field(exclude=True)]


class ScoreRun(Value):
    """A finished run."""

    run: RunFolder


class ShowRun(Value):
    """A finished run, another to compare it with, and how many failing items are wanted."""

    run: RunFolder
    against: Annotated[LocalPath | None, Field(description="Another run of the same items.")] = None
    worst: Annotated[int, Field(ge=0, le=MOST, description="How many failing items to list.")] = 10


class Audited(AuditResult):
    """The result of an audit, without the outcomes of single items, and remarks about it."""

    outcomes: Annotated[dict[str, tuple[Outcome, ...]], Field(exclude=True)]
    remarks: Remarks
    profile_rows: Annotated[tuple[tuple[Any, ...], ...], Field(exclude=True)]
    profile_notes: Remarks


class AuditShown(Audited):
    """An audit with its worst items, what judges found, and a comparison where asked for."""

    worst: tuple[FailedItem, ...]
    judged: JudgedReport | None
    comparison: Comparison | None
    page: Annotated[str, Field(exclude=True, repr=False)]
    judged_remarks: Remarks
    judging_unfinished: Annotated[bool, Field(exclude=True)]


AuditedT = TypeVar("AuditedT", bound=Audited)


def audited(model: type[AuditedT], result: AuditResult, folder: Path, **more: Any) -> AuditedT:
    """Return a result as an answer, with what is said about it."""
    from governance.audit.profiles.table import profile_notes, profile_rows
    from governance.audit.remarks import remarks

    fields = {name: getattr(result, name) for name in AuditResult.model_fields}
    said: dict[str, Any] = {
        "remarks": remarks(result, folder),
        "profile_rows": tuple(profile_rows(result.profiles)),
        "profile_notes": tuple(profile_notes(result.profiles)),
    }
    return cast("AuditedT", model.model_construct(**fields, **said, **more))


class LintBank(Value):
    """An item bank: that of a seed, or one in a file."""

    seed: Annotated[str, Field(description="Seed of the bank; public for the public part.")] = (
        "public"
    )
    file: Annotated[TextFile | None, Field(description="A bank instead of a made one.")] = None
    profiles: Annotated[bool, Field(description="The profiles' bank alone.")] = False


class BankLinted(Value):
    """What a bank holds, and its faults; a digest is there where its bank was looked at."""

    seed: str
    part: str
    version: int
    digest: str | None = None
    profiles_digest: str | None = None
    items: dict[str, int]
    faults: tuple[Fault, ...]
    bank: Annotated[str, Field(exclude=True, repr=False)]

    @model_serializer(mode="wrap")
    def _without_what_was_not_looked_at(
        self, handler: SerializerFunctionWrapHandler
    ) -> dict[str, Any]:
        data: dict[str, Any] = handler(self)
        for name in ("digest", "profiles_digest"):
            if data[name] is None:
                del data[name]
        return data


def check_constraints(work: Work, request: Answers) -> list[CheckedAnswer]:
    """Check answers against verifiable instructions, strictly and loosely; all or an error."""
    from governance.audit.responses import check_file

    return [
        CheckedAnswer(**verdicts.model_dump(), constraints=row.instruction_id_list)
        for row, verdicts in check_file(str(request.file))
    ]


def score(work: Work, request: ScoreRun) -> Audited:
    """Score a finished run again from its transcript; partial or altered evidence is refused."""
    from governance.audit.runs.results import score_run

    folder = request.run.file
    return audited(Audited, score_run(folder), folder)


def show(work: Work, request: ShowRun) -> AuditShown:
    """Show a run's scores, its worst items, what judges found, and how another run compares."""
    from governance.audit.certify import limits_of
    from governance.audit.compare import compare
    from governance.audit.judges.page import judged_section
    from governance.audit.judges.remarks import judged_remarks
    from governance.audit.judges.report import is_judging_unfinished, read_judged
    from governance.audit.page import audit_page
    from governance.audit.remarks import elaboration
    from governance.audit.runs.results import score_run
    from governance.audit.worst import failed_items

    folder, against = request.run.file, request.against
    result = score_run(folder)
    compared = None if against is None else compare(result, score_run(against.file))
    items = failed_items(result, folder, request.worst)
    judged = read_judged(folder, result)
    section = "" if judged is None else judged_section(judged)
    notes = [text for text in (limits_of(result), *elaboration(result)) if text]
    return audited(
        AuditShown,
        result,
        folder,
        worst=tuple(items),
        judged=judged,
        comparison=compared,
        page=audit_page(result, items, notes, section),
        judged_remarks=() if judged is None else judged_remarks(judged),
        judging_unfinished=judged is None and is_judging_unfinished(folder),
    )


def lint(work: Work, request: LintBank) -> BankLinted:
    """Look for faults of an item bank: disclosed traps, ambiguous answers, duplicates."""
    if request.profiles:
        return _profiles_linted(request.seed, request.file)
    from governance.audit.banks.bank import bank_digest, make_bank
    from governance.audit.banks.items import Bank
    from governance.audit.banks.lint import lint as faults_of
    from governance.kernel.value import parse_document

    file = request.file
    bank = make_bank(request.seed) if file is None else parse_document(Bank, file.document())
    kinds = ("writing", "tools", "claims", "facts", "dilemmas", "queries")
    items = {name: len(getattr(bank, name)) for name in kinds}
    beside = _profiles_linted(request.seed, None) if file is None else None
    return BankLinted(
        seed=bank.seed,
        part=bank.part,
        version=bank.version,
        digest=bank_digest(bank),
        profiles_digest=None if beside is None else beside.profiles_digest,
        items=items if beside is None else items | beside.items,
        faults=_all_faults(faults_of(bank), beside),
        bank=bank.model_dump_json(indent=1) + "\n",
    )


def _all_faults(own: Iterable[Fault], beside: BankLinted | None) -> tuple[Fault, ...]:
    return (*own, *(() if beside is None else beside.faults))


def _profiles_linted(seed: str, file: TextFile | None) -> BankLinted:
    from governance.audit.banks.profile_bank import make_profile_bank, profile_bank_digest
    from governance.audit.banks.profile_items import ProfileBank
    from governance.audit.banks.profile_lint import profile_lint
    from governance.kernel.value import parse_document

    bank = make_profile_bank(seed) if file is None else parse_document(ProfileBank, file.document())
    return BankLinted(
        seed=bank.seed,
        part=bank.part,
        version=bank.version,
        profiles_digest=profile_bank_digest(bank),
        items={"refusals": len(bank.refusals), "secrets": len(bank.secrets)},
        faults=tuple(profile_lint(bank)),
        bank=bank.model_dump_json(indent=1) + "\n",
    )
