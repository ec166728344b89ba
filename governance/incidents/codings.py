"""The code that counts for an incident, now or at a moment: a review's word, then the model's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Bundle, Session

from governance.incidents.content import moment_of
from governance.incidents.merged import stands_for
from governance.store.incidents import (
    Incident,
    IncidentClassification,
    IncidentReview,
    IncidentRevision,
)

DECIDING = ("accept", "correct")
ASSERTED_FROM = 0.5  # the confidence from which a loss category counts as asserted
PART = 500


@dataclass(frozen=True)
class Coding:
    """What counts for one incident; ``domain`` None: nobody has looked at it.

    ``record`` is the classification or review that it rests on; ``confidence``, ``abstained`` and
    ``model`` are the model's, None where it has not looked at it. A reviewed code is never
    abstained, and a reviewer without an id is a name that was typed.
    """

    incident_id: str
    source: str = ""
    happened_at: datetime | None = None
    domain: str | None = None
    sub_threat: str | None = None
    confidence: float | None = None
    abstained: bool | None = None
    abstain_reason: str | None = None
    losses: tuple[str, ...] = ()
    coded_by: Literal["model", "review"] | None = None
    reviewer: str | None = None
    reviewer_id: str | None = None
    model: str | None = None
    record: str = ""


def current_classification(at: datetime | None = None) -> ColumnElement[bool]:
    """Return the condition that joins an incident to its classification of now or of a moment."""
    row = IncidentClassification
    current: ColumnElement[bool] = row.superseded_at.is_(None)
    if at is not None:
        current = and_(row.classified_at <= at, or_(current, row.superseded_at > at))
    return and_(row.incident_id == Incident.id, current)


def deciding_review(at: datetime | None = None) -> ColumnElement[bool]:
    """Return the condition that joins an incident to the review that counts.

    The last accepting or correcting review of the content as it stands, or stood at a moment.
    """
    last = select(func.max(IncidentReview.id)).where(
        IncidentReview.incident_id == Incident.id,
        IncidentReview.verdict.in_(DECIDING),
        IncidentReview.content_digest == _content_digest(at),
    )
    if at is not None:
        last = last.where(IncidentReview.reviewed_at <= at)
    return IncidentReview.id == last.correlate(Incident).scalar_subquery()


def _content_digest(at: datetime | None) -> ColumnElement[str]:
    if at is None:
        return Incident.content_digest.expression
    replaced = (
        select(IncidentRevision.content_digest)
        .where(IncidentRevision.incident_id == Incident.id, IncidentRevision.replaced_at > at)
        .order_by(IncidentRevision.number)
        .limit(1)
        .correlate(Incident)
        .scalar_subquery()
    )
    return func.coalesce(replaced, Incident.content_digest)


def coded(query: Select[*tuple[Any, ...]], at: datetime | None = None) -> Select[*tuple[Any, ...]]:
    """Return a query of incidents, joined to the classification and the review that count."""
    return query.outerjoin(IncidentClassification, current_classification(at)).outerjoin(
        IncidentReview, deciding_review(at)
    )


def coding_of(incident: Any, classified: Any | None, review: Any | None) -> Coding:
    """Return what counts for an incident, given the rows that `coded` joins to it.

    The losses stay the classifier's where the review names none.
    """
    decided = review or classified
    return Coding(
        incident.id,
        incident.source,
        incident.happened_at,
        domain=decided.domain if decided else None,
        sub_threat=decided.sub_threat if decided else None,
        confidence=classified.confidence if classified else None,
        abstained=(review is None and classified.abstained) if classified else None,
        abstain_reason=classified.abstain_reason if classified and not review else None,
        losses=_losses(classified, review),
        coded_by="review" if review else "model" if classified else None,
        reviewer=review.reviewer if review else None,
        reviewer_id=review.reviewer_id if review else None,
        model=f"{classified.model_name} {classified.model_version}" if classified else None,
        record=decided.id if decided else "",
    )


def _losses(classified: Any | None, review: Any | None) -> tuple[str, ...]:
    if review is not None and review.losses is not None:
        return tuple(str(name) for name in review.losses)
    rows: Iterable[dict[str, Any]] = (classified.result.get("losses") if classified else ()) or ()
    return tuple(row["category"] for row in rows if row.get("confidence", 1.0) >= ASSERTED_FROM)


def codings(session: Session, at: datetime | None = None) -> Iterator[Coding]:
    """Yield one coding an incident on record, by identifier; merged duplicates are left out."""
    merged = stands_for(session, at)
    yield from (row for row in _read(session, at) if row.incident_id not in merged)


def codings_of(session: Session, names: Iterable[str], at: datetime | None = None) -> list[Coding]:
    """Return the codings of some incidents, merged ones too, by identifier."""
    wanted = sorted(set(names))
    found: list[Coding] = []
    for start in range(0, len(wanted), PART):
        found += _read(session, at, Incident.id.in_(wanted[start : start + PART]))
    return found


_COLUMNS: Select[*tuple[Any, ...]] = select(
    Bundle("incident", Incident.id, Incident.source, Incident.happened_at),
    Bundle(
        "classified",
        IncidentClassification.id,
        IncidentClassification.domain,
        IncidentClassification.sub_threat,
        IncidentClassification.confidence,
        IncidentClassification.abstained,
        IncidentClassification.abstain_reason,
        IncidentClassification.result,
        IncidentClassification.model_name,
        IncidentClassification.model_version,
    ),
    Bundle(
        "review",
        IncidentReview.id,
        IncidentReview.domain,
        IncidentReview.sub_threat,
        IncidentReview.losses,
        IncidentReview.reviewer,
        IncidentReview.reviewer_id,
    ),
).select_from(Incident)


def _read(
    session: Session, at: datetime | None, *conditions: ColumnElement[bool]
) -> Iterator[Coding]:
    moments: dict[str, datetime | None] = {}
    query = coded(_COLUMNS.where(*conditions), at).order_by(Incident.id)
    if at is not None:
        query = query.where(Incident.stored_at <= at)
        moments = _moments_then(session, at)
    for incident, classified, review in session.execute(query.execution_options(yield_per=1000)):
        found = coding_of(
            incident,
            None if classified.id is None else classified,
            None if review.id is None else review,
        )
        moment = moments.get(found.incident_id, found.happened_at)
        yield found if moment == found.happened_at else replace(found, happened_at=moment)


def _moments_then(session: Session, at: datetime) -> dict[str, datetime | None]:
    """Return when an incident happened, as told at a moment, where its source changed it since."""
    later = (
        select(IncidentRevision.incident_id, IncidentRevision.content)
        .where(IncidentRevision.replaced_at > at)
        .order_by(IncidentRevision.number.desc())
    )
    return {name: moment_of(content) for name, content in session.execute(later)}
