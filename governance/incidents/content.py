"""What an incident says: to and from the store, with the content that a new one replaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from governance.incidents.intake import IncidentRecord, LossEvent
from governance.incidents.intake.dates import earliest
from governance.store.incidents import Incident, IncidentLoss, IncidentRevision
from governance.store.store import Transaction

CONTENT = (
    "title", "description", "occurred", "discovered", "reported", "status", "near_miss",
    "affected_system", "affected_agent", "url", "licence", "source_labels",
)  # fmt: skip
LOSS_CONTENT = (
    "basis", "currency", "amount", "low", "high", "category", "date", "source", "flag",
)  # fmt: skip


def stored_content(session: Session, stored: Incident) -> dict[str, object]:
    """Return what an incident says, in the shape of an IncidentRecord."""
    losses = session.scalars(
        select(IncidentLoss)
        .where(IncidentLoss.incident_id == stored.id)
        .order_by(IncidentLoss.position)
    )
    return {
        "source": stored.source,
        "source_id": stored.source_id,
        **{name: getattr(stored, name) for name in CONTENT},
        "losses": [{name: getattr(loss, name) for name in LOSS_CONTENT} for loss in losses],
    }


def stored_incident(session: Session, record: IncidentRecord) -> Incident:
    """Return the stored incident of the record's source and id."""
    return session.scalars(
        select(Incident).where(
            Incident.source == record.source, Incident.source_id == record.source_id
        )
    ).one()


def insert_records(
    transaction: Transaction, import_id: str, records: Sequence[IncidentRecord]
) -> None:
    """Store new incidents with their losses."""
    if not records:
        return
    rows = [
        {
            "id": transaction.new_id(),
            "source": record.source,
            "source_id": record.source_id,
            "stored_at": transaction.now,
            "merged_into": None,
            **_columns(record, import_id),
        }
        for record in records
    ]
    transaction.session.execute(insert(Incident), rows)
    losses = [
        row
        for record, stored in zip(records, rows, strict=True)
        for row in _loss_rows(str(stored["id"]), record.losses)
    ]
    if losses:
        transaction.session.execute(insert(IncidentLoss), losses)


def moment_of(content: Mapping[str, Any]) -> datetime | None:
    """Return the earliest moment that the best known date of an incident's content allows."""
    date = content["occurred"] or content["discovered"] or content["reported"]
    return earliest(date) if date else None


def _columns(record: IncidentRecord, import_id: str) -> dict[str, object]:
    dates = {name: getattr(record, name) for name in ("occurred", "discovered", "reported")}
    return {
        "content_digest": record.content_digest,
        "title": record.title,
        "description": record.description,
        **dates,
        "happened_at": moment_of(dates),
        "status": record.status,
        "near_miss": record.near_miss,
        "affected_system": record.affected_system,
        "affected_agent": record.affected_agent,
        "url": record.url,
        "licence": record.licence,
        "source_labels": record.source_labels,
        "import_id": import_id,
    }


def _loss_rows(incident_id: str, losses: Sequence[LossEvent]) -> list[dict[str, object]]:
    return [
        {"incident_id": incident_id, "position": position, **loss.model_dump()}
        for position, loss in enumerate(losses)
    ]


def replace_record(transaction: Transaction, import_id: str, record: IncidentRecord) -> None:
    """Put the new content in place of the stored one, which becomes a revision."""
    session = transaction.session
    stored = stored_incident(session, record)
    number = session.scalar(select(func.count()).where(IncidentRevision.incident_id == stored.id))
    session.add(
        IncidentRevision(
            incident_id=stored.id,
            number=(number or 0) + 1,
            content_digest=stored.content_digest,
            content=stored_content(session, stored),
            import_id=stored.import_id,
            replaced_at=transaction.now,
        )
    )
    for name, value in _columns(record, import_id).items():
        setattr(stored, name, value)
    session.execute(delete(IncidentLoss).where(IncidentLoss.incident_id == stored.id))
    losses = _loss_rows(stored.id, record.losses)
    if losses:
        session.execute(insert(IncidentLoss), losses)
    session.flush()
