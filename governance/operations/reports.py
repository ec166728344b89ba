"""Reports from stored evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from governance.kernel.errors import InputError
from governance.kernel.value import Value
from governance.operations.requests import Nothing, TextFile, UtcTime
from governance.operations.work import Running, Work
from governance.reports.diff import ReportDiff

if TYPE_CHECKING:
    from governance.reports.build import Request
    from governance.reports.kinds import Kind

SUBJECTS = ("agent", "incident", "system")


class BuildReport(Value):
    """Which report, of which state, in which form."""

    kind: Annotated[str, Field(description="Kind of report.")]
    format: Annotated[
        str | None, Field(description="html, md, json, pdf, csv, oscal or zip; the kind's first.")
    ] = None
    agent: Annotated[str | None, Field(description="Agent that it is about.")] = None
    incident: Annotated[str | None, Field(description="Incident that it is about.")] = None
    system: Annotated[str | None, Field(description="AI system that it is about.")] = None
    at: Annotated[UtcTime | None, Field(description="State as of this past moment.")] = None
    since: Annotated[
        UtcTime | None, Field(description="Also show what changed since this moment.")
    ] = None
    language: Annotated[str, Field(description="en or de.")] = "en"
    tolerance: Annotated[TextFile | None, Field(description="The tolerance line.")] = None
    sign: Annotated[bool, Field(description="Sign the manifest of an evidence pack.")] = True


class BuiltReport(Value):
    """A report that was built: its bytes, and what they are."""

    kind: str
    format: str
    size: Annotated[int, Field(serialization_alias="bytes", description="How many bytes.")]
    digest: str
    content: Annotated[bytes, Field(exclude=True, repr=False)]


class KindShown(Value):
    """A kind of report: what it is about, and how it is made."""

    kind: str
    about: str
    formats: tuple[str, ...]
    subject: str | None
    subject_required: bool


class OfKind(Value):
    """A kind of report."""

    kind: Annotated[str, Field(description="Name of the kind.")]


class CompareReports(Value):
    """Two reports of one kind, as JSON."""

    before: Annotated[TextFile, Field(description="The earlier report.")]
    after: Annotated[TextFile, Field(description="The later report.")]


def build_report(work: Running, request: BuildReport) -> BuiltReport:
    """Build one report, whole or not at all."""
    from governance.kernel.canonical import sha256_hex
    from governance.reports.build import build

    order = _order(work, request)
    data = build(work.store, order)
    return BuiltReport(
        kind=request.kind,
        format=order.format,
        size=len(data),
        digest=f"sha256:{sha256_hex(data)}",
        content=data,
    )


def list_kinds(work: Work, request: Nothing) -> list[KindShown]:
    """List the kinds of reports with their formats and what each is about."""
    from governance.reports.kinds import KINDS

    return [
        KindShown(
            kind=kind.name,
            about=kind.about,
            formats=kind.formats,
            subject=kind.subject,
            subject_required=kind.subject_required,
        )
        for kind in KINDS.values()
    ]


def schema(work: Work, request: OfKind) -> dict[str, Any]:
    """Return the JSON Schema of a report's JSON form."""
    from governance.reports.schema import report_schema

    return report_schema(request.kind)


def diff(work: Work, request: CompareReports) -> ReportDiff:
    """Say what changed between two reports of one kind, and on account of which records."""
    from governance.reports.diff import diff_documents

    return diff_documents(request.before.document(), request.after.document())


def _order(work: Running, request: BuildReport) -> Request:
    from governance.reports.build import Request, checked
    from governance.reports.kinds import find_kind
    from governance.reports.theme import theme_from
    from governance.reports.tolerance import tolerance_of

    kind = find_kind(request.kind)
    signed = request.kind == "evidence-pack" and request.sign
    order = Request(
        kind=request.kind,
        format=request.format or kind.formats[0],  # type: ignore[arg-type]
        subject=_subject(kind, request),
        at=request.at,
        since=request.since,
        language=request.language,
        tolerance=None if request.tolerance is None else tolerance_of(request.tolerance.document()),
        theme=theme_from(work.settings),
        templates=work.settings.report_templates,
    )
    checked(order)
    return replace(order, password=work.place.password) if signed else order


def _subject(kind: Kind, request: BuildReport) -> str | None:
    named = {name: getattr(request, name) for name in SUBJECTS}
    for name, value in named.items():
        if value is not None and name != kind.subject:
            raise InputError(f"the report {kind.name} is not about one {name}", field=name)
    return None if kind.subject is None else named[kind.subject]
