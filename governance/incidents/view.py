"""Incidents as they are shown: what happened, how it is coded, by whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session

from governance.incidents.codings import coded, coding_of
from governance.incidents.intake.dates import checked_date, earliest, latest
from governance.kernel.errors import InputError, NotFoundError
from governance.kernel.value import Value
from governance.store.finding import with_id
from governance.store.incidents import Incident, IncidentClassification, IncidentReview

TELLING = 8  # how long the beginning of an id is that no source's own number is taken for


class IncidentFilter(Value):
    """What to look for; every given condition must hold.

    ``text`` is a list of words that must all stand in the title or the description. ``since`` and
    ``until`` are dates of any precision. Domain and sub-threat mean the code in force: a
    reviewer's word before the model's.
    """

    domain: str | None = None
    sub_threat: str | None = None
    source: str | None = None
    text: str | None = None
    since: str | None = None
    until: str | None = None
    min_confidence: float | None = None
    max_confidence: float | None = None
    near_miss: bool | None = None
    abstained: bool | None = None
    reviewed: bool | None = None
    merged: bool = False


class IncidentView(Value):
    """One incident with the code in force; ``coded_by`` is ``model``, ``review`` or None.

    A reviewer without ``reviewer_id`` is a name that was typed.
    """

    id: str
    source: str
    source_id: str
    title: str
    description: str
    occurred: str | None
    discovered: str | None
    reported: str | None
    status: str | None
    near_miss: bool | None
    affected_system: str | None
    affected_agent: str | None
    url: str | None
    licence: str | None
    merged_into: str | None
    domain: str | None
    sub_threat: str | None
    confidence: float | None
    abstained: bool | None
    abstain_reason: str | None
    losses: tuple[str, ...]
    coded_by: str | None
    reviewer: str | None
    model: str | None
    stored_at: datetime
    reviewer_id: str | None


def coded_incidents() -> Select[*tuple[Any, ...]]:
    """Return the query of (incident, current classification or None, deciding review or None)."""
    return coded(select(Incident, IncidentClassification, IncidentReview))


def list_incidents(
    session: Session, wanted: IncidentFilter, *, limit: int | None = None, offset: int = 0
) -> list[IncidentView]:
    """Return the incidents that fit, the latest first; those without a date stand last."""
    query = (
        coded_incidents()
        .where(*_conditions(wanted))
        .order_by(Incident.happened_at.desc().nulls_last(), Incident.id)
        .limit(limit)
        .offset(offset)
    )
    return [view_of(*row) for row in session.execute(query)]


def count_incidents(session: Session, wanted: IncidentFilter) -> int:
    """Return how many incidents fit."""
    query = coded(select(func.count(Incident.id)).select_from(Incident))
    return session.scalar(query.where(*_conditions(wanted))) or 0


def find_incident(session: Session, name: str) -> Incident:
    """Return the incident with the id, ``source:source_id``, or an id that begins like this.

    Else the one with this id of its source alone. Where what is short enough to be both is both,
    neither is guessed. Raises NotFoundError where there is none, InputError where there is more
    than one.
    """
    source, colon, source_id = name.partition(":")
    query = select(Incident).limit(2)
    if colon:
        query = query.where(Incident.source == source, Incident.source_id == source_id)
        found = set(session.scalars(query))
    else:
        found = set(with_id(session, Incident, name))
        if not found or len(name) < TELLING:
            found |= set(session.scalars(query.where(Incident.source_id == name)))
    if not found:
        raise NotFoundError(f"there is no incident {name!r}", field="incident")
    if len(found) > 1:
        raise InputError(f"{name!r} names more than one incident", field="incident")
    return found.pop()


def find_view(session: Session, name: str) -> IncidentView:
    """Return the incident of a name, as ``find_incident`` takes it, with the code in force."""
    incident = find_incident(session, name)
    return view_of(*session.execute(coded_incidents().where(Incident.id == incident.id)).one())


def view_of(
    incident: Incident, classified: IncidentClassification | None, review: IncidentReview | None
) -> IncidentView:
    """Return the incident with the code in force."""
    coding = coding_of(incident, classified, review)
    return IncidentView(
        **{name: getattr(incident, name) for name in _INCIDENT_FIELDS},
        **{name: getattr(coding, name) for name in _CODE_FIELDS},
    )


_INCIDENT_FIELDS = (
    "id", "source", "source_id", "title", "description", "occurred", "discovered", "reported",
    "status", "near_miss", "affected_system", "affected_agent", "url", "licence", "merged_into",
    "stored_at",
)  # fmt: skip
_CODE_FIELDS = (
    "domain", "sub_threat", "confidence", "abstained", "abstain_reason", "losses", "coded_by",
    "reviewer", "reviewer_id", "model",
)  # fmt: skip


def _conditions(wanted: IncidentFilter) -> list[ColumnElement[bool]]:
    coded, review = IncidentClassification, IncidentReview
    domain = case((review.id.is_not(None), review.domain), else_=coded.domain)
    sub_threat = case((review.id.is_not(None), review.sub_threat), else_=coded.sub_threat)
    conditions: list[ColumnElement[bool]] = []
    for column, value in (
        (domain, wanted.domain),
        (sub_threat, wanted.sub_threat),
        (Incident.source, wanted.source),
        (Incident.near_miss, wanted.near_miss),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.min_confidence is not None:
        conditions.append(coded.confidence >= wanted.min_confidence)
    if wanted.max_confidence is not None:
        conditions.append(coded.confidence <= wanted.max_confidence)
    if wanted.abstained is not None:
        conditions += [coded.abstained == wanted.abstained, review.id.is_(None)]
    if wanted.reviewed is not None:
        conditions.append(review.id.is_not(None) if wanted.reviewed else review.id.is_(None))
    if not wanted.merged:
        conditions.append(Incident.merged_into.is_(None))
    return conditions + _dates(wanted) + _words(wanted.text)


def _dates(wanted: IncidentFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        conditions.append(Incident.happened_at >= earliest(checked_date(wanted.since, "since")))
    if wanted.until is not None:
        conditions.append(Incident.happened_at <= latest(checked_date(wanted.until, "until")))
    return conditions


def _words(text: str | None) -> list[ColumnElement[bool]]:
    return [
        or_(
            Incident.title.icontains(word, autoescape=True),
            Incident.description.icontains(word, autoescape=True),
        )
        for word in (text or "").split()
    ]
