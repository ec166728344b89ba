"""The frozen value behind the report on one incident."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from governance.kernel.money import Money
from governance.kernel.value import Value
from governance.reports.model import Report, Status
from governance.reports.words import mark

REVIEWED = mark("reviewed")
Share = Annotated[float, Field(ge=0, le=1)]


class IncidentFacts(Value):
    """What the source says; dates keep the precision in which they came."""

    id: str
    source: str
    source_id: str
    title: str
    description: str
    occurred: str | None
    discovered: str | None
    reported: str | None
    stored_at: datetime
    status: str | None
    near_miss: bool | None
    affected_system: str | None
    affected_agent: str | None
    url: str | None
    licence: str | None
    merged_into: str | None


class Span(Value):
    """Words of the incident that speak for its code."""

    text: str
    weight: float | None = None


class Code(Value):
    """The code in force, by whom, and what speaks for it.

    A reviewer without ``reviewer_id`` is a name that was typed.
    """

    domain: str | None
    domain_name: str
    sub_threat: str | None
    sub_threat_name: str
    definition: str
    confidence: Share | None
    abstained: bool
    abstain_reason: str | None
    coded_by: Literal["review", "model", "nobody"]
    reviewer: str | None
    reviewer_id: str | None = None
    model: str | None
    losses: tuple[str, ...]
    evidence: tuple[Span, ...] = ()
    status: Status
    source: str | None = None


class Amount(Value):
    """One amount lost, or the range in which it lies."""

    basis: str
    amount: Money | None = None
    low: Money | None = None
    high: Money | None = None
    category: str | None = None
    date: str | None = None
    said_by: str | None = None


class Answer(Value):
    """A control or article that the ontology links to the incident's code."""

    id: str
    name: str
    framework: str
    link: str
    confidence: Share
    via: str


class DutyRow(Value):
    """A reporting duty that applies or may apply; ``due`` None: no date can be counted."""

    duty: str
    law: str
    article: str
    title: str
    who: str
    to: str
    standing: Literal["applies", "may_apply"]
    undecided: tuple[str, ...]
    period: str
    due: datetime | None
    due_basis: str
    state: Literal["in_force", "disputed", "not_yet"]
    applies_from: str
    application_note: str
    sources: tuple[str, ...]


class HistoryRow(Value):
    """One thing that happened to the record; ``by_id`` is the principal who reviewed it."""

    at: datetime
    what: str
    by: str
    by_id: str | None = None
    detail: str


class IncidentReport(Report):
    """One incident with everything that the store and the ontology know about it."""

    incident: IncidentFacts
    code: Code
    amounts: tuple[Amount, ...] = ()
    answers: tuple[Answer, ...] = ()
    duties: tuple[DutyRow, ...] = ()
    duties_notice: str
    history: tuple[HistoryRow, ...] = ()


MODEL = IncidentReport
