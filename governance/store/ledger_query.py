"""Reading the ledger as values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.kernel.value import Value
from governance.store.ledger import LedgerEvent


class LedgerEntry(Value):
    """One event as it leaves the store; ``payload`` is the canonical text that was hashed."""

    sequence: int
    at: datetime
    kind: str
    subject: str
    actor: str
    payload: str
    data: dict[str, Any]
    previous_hash: str
    hash: str
    actor_id: str | None = None
    via: str | None = None
    claimed: str | None = None


def last_events(
    session: Session, *, kind: str | None = None, subject: str | None = None, last: int = 50
) -> list[LedgerEntry]:
    """Return the last events, oldest first, of one kind or about one subject where asked."""
    statement = select(LedgerEvent).order_by(LedgerEvent.sequence.desc()).limit(last)
    if kind is not None:
        statement = statement.where(LedgerEvent.kind == kind)
    if subject is not None:
        statement = statement.where(LedgerEvent.subject == subject)
    return [_entry(event) for event in reversed(session.scalars(statement).all())]


def events_after(session: Session, sequence: int, most: int) -> list[LedgerEntry]:
    """Return the events after one, in order, and so many at most."""
    statement = (
        select(LedgerEvent)
        .where(LedgerEvent.sequence > sequence)
        .order_by(LedgerEvent.sequence)
        .limit(most)
    )
    return [_entry(event) for event in session.scalars(statement)]


def all_events(session: Session) -> Iterator[LedgerEntry]:
    """Yield every event in order, in constant memory."""
    statement = select(LedgerEvent).order_by(LedgerEvent.sequence)
    for event in session.scalars(statement.execution_options(yield_per=1000)):
        yield _entry(event)
        session.expunge(event)


def _entry(event: LedgerEvent) -> LedgerEntry:
    return LedgerEntry(
        sequence=event.sequence,
        at=event.at,
        kind=event.kind,
        subject=event.subject,
        actor=event.actor,
        payload=event.payload,
        data=event.data(),
        previous_hash=event.previous_hash,
        hash=event.hash,
        actor_id=event.actor_id,
        via=event.via,
        claimed=event.claimed,
    )
