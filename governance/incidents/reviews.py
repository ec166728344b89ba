"""Reviewing codes: the queue, a reviewer's word, agreement, corrections for training."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.incidents.agreement import Agreement, Reviewer, agreement
from governance.incidents.codings import DECIDING, current_classification
from governance.incidents.view import IncidentView, coded_incidents, view_of
from governance.kernel.errors import InputError
from governance.kernel.value import Value
from governance.store.incidents import Incident, IncidentClassification, IncidentReview
from governance.store.store import Transaction
from taxonomy import Ontology

Verdict = Literal["accept", "correct", "comment"]
NO_INCIDENT = "NONE"


class ReviewEntry(Value):
    """One review as it is shown; ``reviewer_id`` None: the reviewer's name was typed."""

    id: str
    incident: str
    reviewer: str
    reviewer_id: str | None
    verdict: Verdict
    domain: str | None
    sub_threat: str | None
    losses: tuple[str, ...] | None
    comment: str | None
    reviewed_at: datetime
    of_present_content: bool


class Correction(Value):
    """An incident with the code that a reviewer gave it: what a classifier is trained on."""

    id: str
    source: str
    source_id: str
    title: str
    description: str
    domain: str
    sub_threat: str | None
    losses: tuple[str, ...]
    model_domain: str | None
    reviewer: str
    reviewer_id: str | None
    verdict: Verdict


def review_queue(
    session: Session, reviewer: str, reviewer_id: str | None = None, *, limit: int = 20
) -> list[IncidentView]:
    """Return classified incidents that the reviewer has not decided, least confident first.

    What was decided under the same name, but typed, is not the decision of the principal.
    """
    decided = (
        select(IncidentReview.id)
        .where(
            IncidentReview.incident_id == Incident.id,
            IncidentReview.reviewer == reviewer,
            IncidentReview.reviewer_id.is_not_distinct_from(reviewer_id),
            IncidentReview.verdict.in_(DECIDING),
            IncidentReview.content_digest == Incident.content_digest,
        )
        .correlate(Incident)
        .exists()
    )
    query = (
        coded_incidents()
        .where(IncidentClassification.id.is_not(None), Incident.merged_into.is_(None), ~decided)
        .order_by(IncidentClassification.confidence, Incident.id)
        .limit(limit)
    )
    return [view_of(*row) for row in session.execute(query)]


def add_review(
    transaction: Transaction,
    incident: Incident,
    ontology: Ontology,
    *,
    reviewer: str,
    reviewer_id: str | None = None,
    verdict: Verdict,
    code: str | None = None,
    losses: list[str] | None = None,
    comment: str | None = None,
) -> IncidentReview:
    """Store a reviewer's word on an incident's code; ``reviewer_id`` None: the name was typed.

    ``accept`` takes the model's code; ``correct`` needs a domain (``MIS``), a sub-threat
    (``MIS-01``) or ``NONE``; ``comment`` changes nothing. Raises InputError where the code or a
    loss is not in the ontology, or there is nothing to accept.
    """
    if not reviewer.strip():
        raise InputError("is missing", field="reviewer")
    coded = transaction.session.scalar(
        select(IncidentClassification)
        .join(Incident, current_classification())
        .where(Incident.id == incident.id)
    )
    domain, sub_threat = _decided_code(verdict, code, coded, ontology)
    review = IncidentReview(
        id=transaction.new_id(),
        incident_id=incident.id,
        classification_id=coded.id if coded else None,
        content_digest=incident.content_digest,
        reviewer=reviewer.strip(),
        reviewer_id=reviewer_id,
        verdict=verdict,
        domain=domain,
        sub_threat=sub_threat,
        losses=_checked_losses(losses, ontology),
        comment=comment,
        reviewed_at=transaction.now,
    )
    transaction.session.add(review)
    transaction.session.flush()
    transaction.record("incident.reviewed", incident.id, _payload(review, coded))
    return review


def reviews_of(session: Session, incident: Incident) -> list[ReviewEntry]:
    """Return every review of an incident, oldest first."""
    rows = session.scalars(
        select(IncidentReview)
        .where(IncidentReview.incident_id == incident.id)
        .order_by(IncidentReview.id)
    )
    return [_entry(row, incident) for row in rows]


def reviewer_agreement(session: Session) -> list[Agreement]:
    """Return the agreement of each two reviewers over the incidents that both decided.

    A typed name and the principal of that name are two reviewers.
    """
    decided = _last_decisions(session)
    reviewers = sorted(
        {reviewer for _, reviewer in decided}, key=lambda who: (who.name, who.id or "")
    )
    result = []
    for place, first in enumerate(reviewers):
        for second in reviewers[place + 1 :]:
            common = [
                (incident, domain, decided[incident, second])
                for (incident, reviewer), domain in sorted(decided.items(), key=_incident)
                if reviewer == first and (incident, second) in decided
            ]
            if common:
                result.append(agreement(first, second, common))
    return result


def corrections(session: Session) -> Iterator[Correction]:
    """Yield every incident that a reviewer decided, with the code in force."""
    query = coded_incidents().where(IncidentReview.id.is_not(None)).order_by(Incident.id)
    for incident, coded, review in session.execute(query):
        view = view_of(incident, coded, review)
        yield Correction(
            id=incident.id,
            source=incident.source,
            source_id=incident.source_id,
            title=incident.title,
            description=incident.description,
            domain=review.domain,
            sub_threat=review.sub_threat,
            losses=view.losses,
            model_domain=coded.domain if coded else None,
            reviewer=review.reviewer,
            reviewer_id=review.reviewer_id,
            verdict=review.verdict,
        )


def check_code(code: str, ontology: Ontology) -> tuple[str, str | None]:
    """Return (domain, sub-threat or None) of a code; raises InputError where it is unknown."""
    name = code.strip().upper()
    if name == NO_INCIDENT:
        return NO_INCIDENT, None
    if name in {node.id for node in ontology.domains}:
        return name, None
    for node in ontology.sub_threats():
        if node.id.upper() == name and node.domain is not None:
            return node.domain, node.id
    known = ", ".join(node.id for node in ontology.domains)
    raise InputError(
        f"{code!r} is no domain or sub-threat", field="code", hint=f"NONE, {known}, or e.g. MIS-01"
    )


def _decided_code(
    verdict: Verdict, code: str | None, coded: IncidentClassification | None, ontology: Ontology
) -> tuple[str | None, str | None]:
    if verdict == "correct":
        if code is None:
            raise InputError("is missing: a correction says what is right", field="code")
        return check_code(code, ontology)
    if code is not None:
        raise InputError("goes with a correction only", field="code")
    if verdict == "comment":
        return None, None
    if coded is None:
        raise InputError("is not classified yet: there is nothing to accept", field="incident")
    return coded.domain, coded.sub_threat


def _checked_losses(losses: list[str] | None, ontology: Ontology) -> list[Any] | None:
    if losses is None:
        return None
    names = {node.name.lower(): node.name for node in ontology.losses}
    for loss in losses:
        if loss.lower() not in names:
            known = ", ".join(names.values())
            raise InputError(f"{loss!r} is no loss category", field="losses", hint=known)
    return [names[loss.lower()] for loss in losses]


def _incident(decision: tuple[tuple[str, Reviewer], str]) -> str:
    (incident, _), _ = decision
    return incident


def _last_decisions(session: Session) -> dict[tuple[str, Reviewer], str]:
    """Return (incident, reviewer) -> domain by each reviewer's last deciding review."""
    row = IncidentReview
    last = (
        select(func.max(row.id))
        .join(Incident, Incident.id == row.incident_id)
        .where(row.verdict.in_(DECIDING), row.content_digest == Incident.content_digest)
        .group_by(row.incident_id, row.reviewer, row.reviewer_id)
    )
    found = select(row.incident_id, row.reviewer, row.reviewer_id, row.domain)
    return {
        (incident, Reviewer(name, identifier)): str(domain)
        for incident, name, identifier, domain in session.execute(found.where(row.id.in_(last)))
    }


def _entry(review: IncidentReview, incident: Incident) -> ReviewEntry:
    return ReviewEntry(
        id=review.id,
        incident=review.incident_id,
        reviewer=review.reviewer,
        reviewer_id=review.reviewer_id,
        verdict=review.verdict,
        domain=review.domain,
        sub_threat=review.sub_threat,
        losses=None if review.losses is None else tuple(review.losses),
        comment=review.comment,
        reviewed_at=review.reviewed_at,
        of_present_content=review.content_digest == incident.content_digest,
    )


def _payload(review: IncidentReview, coded: IncidentClassification | None) -> dict[str, Any]:
    return {
        "review": review.id,
        "reviewer": review.reviewer,
        "reviewer_id": review.reviewer_id,
        "verdict": review.verdict,
        "domain": review.domain,
        "sub_threat": review.sub_threat,
        "losses": review.losses,
        "comment": review.comment,
        "content": review.content_digest,
        "model_said": None
        if coded is None
        else {
            "model": f"{coded.model_name} {coded.model_version}",
            "domain": coded.domain,
            "sub_threat": coded.sub_threat,
        },
    }
