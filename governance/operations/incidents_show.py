"""Looking at what is stored: lists, one incident whole, counts, files."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_serializer

from governance.incidents.counts import IncidentCounts
from governance.incidents.details import IncidentDetails
from governance.incidents.view import IncidentFilter, IncidentView
from governance.kernel.value import Value
from governance.operations.requests import MOST, ById, Nothing
from governance.operations.work import Reading

Code = Annotated[str, AfterValidator(str.upper)]
DOMAIN = "Domain in force, for example MIS; NONE: no AI incident."
SOURCE = "Source, for example aiid."
TEXT = "Words that must all stand in title or description."
SINCE = "Not before: 2024, 2024-05, 2024-05-17."
UNTIL = "Not after, as since."


class IncidentSearch(IncidentFilter):
    """Which incidents are wanted, and which part of the list."""

    domain: Annotated[Code | None, Field(description=DOMAIN)] = None
    sub_threat: Annotated[Code | None, Field(description="Sub-threat in force: MIS-01, ...")] = None
    source: Annotated[str | None, Field(description=SOURCE)] = None
    text: Annotated[str | None, Field(description=TEXT)] = None
    since: Annotated[str | None, Field(description=SINCE)] = None
    until: Annotated[str | None, Field(description=UNTIL)] = None
    min_confidence: Annotated[float | None, Field(ge=0, le=1, description="Least confidence.")] = (
        None
    )
    max_confidence: Annotated[
        float | None, Field(ge=0, le=1, description="Greatest confidence.")
    ] = None
    near_miss: Annotated[bool | None, Field(description="Near misses, or actual harm.")] = None
    abstained: Annotated[
        bool | None, Field(description="Kept back by the model as uncertain, or not.")
    ] = None
    reviewed: Annotated[bool | None, Field(description="Decided by a reviewer, or not.")] = None
    merged: Annotated[bool, Field(description="Merged duplicates too.")] = False
    limit: Annotated[int, Field(ge=1, le=MOST, description="How many.")] = 50
    offset: Annotated[int, Field(ge=0, le=MOST, description="How many to pass over.")] = 0


class IncidentList(Value):
    """A part of a list, as JSON the incidents alone; ``total`` counts the whole list."""

    incidents: tuple[IncidentView, ...]
    total: int

    @model_serializer
    def _written(self) -> tuple[IncidentView, ...]:
        return self.incidents


class IncidentShown(IncidentDetails):
    """One incident with its labels, losses, codes, reviews, revisions and merged duplicates."""

    @cached_property
    def code_names(self) -> dict[str, str]:
        """What the codes of the ontology are called."""
        import taxonomy

        return {node.id: node.name for node in taxonomy.load().nodes.values()}


class ExportOrder(Value):
    """Which incidents are wanted as a file, and in which format."""

    format: Annotated[Literal["jsonl", "csv"], Field(description="JSON lines or CSV.")] = "jsonl"
    corrections: Annotated[
        bool, Field(description="Only what reviewers decided, all of it: training data.")
    ] = False
    domain: Annotated[Code | None, Field(description=DOMAIN)] = None
    source: Annotated[str | None, Field(description=SOURCE)] = None
    text: Annotated[str | None, Field(description=TEXT)] = None
    since: Annotated[str | None, Field(description=SINCE)] = None
    until: Annotated[str | None, Field(description=UNTIL)] = None


class Exported(Value):
    """How many incidents stand in the file, and the file."""

    incidents: int
    content: Annotated[bytes, Field(exclude=True, repr=False)]


def list_incidents(work: Reading, request: IncidentSearch) -> IncidentList:
    """List incidents, the latest first, with the code in force."""
    from governance.incidents import view

    found = view.list_incidents(work.session, request, limit=request.limit, offset=request.offset)
    return IncidentList(incidents=tuple(found), total=view.count_incidents(work.session, request))


def show_incident(work: Reading, request: ById) -> IncidentShown:
    """Show one incident: text, code with evidence, losses, reviews, revisions, duplicates."""
    from governance.incidents.details import incident_details
    from governance.incidents.view import find_incident

    details = incident_details(work.session, find_incident(work.session, request.id))
    return IncidentShown(**dict(details))


def count_incidents(work: Reading, request: Nothing) -> IncidentCounts:
    """Count incidents by domain, sub-threat, loss, source and year; merged ones count once."""
    from governance.incidents.counts import count_by_kind

    return count_by_kind(work.session)


def export(work: Reading, request: ExportOrder) -> Exported:
    """Write incidents with their codes as JSON lines or CSV."""
    from governance.incidents import reviews, view
    from governance.incidents.export import csv_text, jsonl_text

    wanted = IncidentFilter(**request.model_dump(exclude={"format", "corrections"}))
    found = (
        reviews.corrections(work.session)
        if request.corrections
        else view.list_incidents(work.session, wanted)
    )
    rows = [row.model_dump(mode="json") for row in found]
    text = csv_text(rows) if request.format == "csv" else jsonl_text(rows)
    return Exported(incidents=len(rows), content=text.encode())
