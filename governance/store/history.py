"""What the ledger says of a moment: where it stood, what happened until then and in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.store.ledger import GENESIS, LedgerEvent


@dataclass(frozen=True)
class EventCount:
    """How often one kind of event happened, and the last time."""

    kind: str
    count: int
    last_at: datetime
    last_sequence: int


def head_at(session: Session, at: datetime) -> tuple[int, str]:
    """Return (number of the last event until a moment, its hash), of now as ``ledger_head``."""
    statement = (
        select(LedgerEvent.sequence, LedgerEvent.hash)
        .where(LedgerEvent.at <= at)
        .order_by(LedgerEvent.sequence.desc())
        .limit(1)
    )
    row = session.execute(statement).one_or_none()
    return (0, GENESIS) if row is None else (row[0], row[1])


def events_between(session: Session, since: datetime, at: datetime) -> list[EventCount]:
    """Return how often each kind of event happened after ``since`` and until ``at``."""
    statement = (
        select(
            LedgerEvent.kind,
            func.count(),
            func.max(LedgerEvent.at),
            func.max(LedgerEvent.sequence),
        )
        .where(LedgerEvent.at > since, LedgerEvent.at <= at)
        .group_by(LedgerEvent.kind)
        .order_by(LedgerEvent.kind)
    )
    return [EventCount(*row) for row in session.execute(statement)]


def events_until(session: Session, kinds: tuple[str, ...], at: datetime) -> Iterator[LedgerEvent]:
    """Yield every event of some kinds until a moment, in the ledger's order."""
    statement = (
        select(LedgerEvent)
        .where(LedgerEvent.kind.in_(kinds), LedgerEvent.at <= at)
        .order_by(LedgerEvent.sequence)
    )
    yield from session.scalars(statement)


def subjects_of(session: Session, kind: str, at: datetime) -> dict[str, datetime]:
    """Return {subject: moment of the last such event} until a moment."""
    statement = (
        select(LedgerEvent.subject, func.max(LedgerEvent.at))
        .where(LedgerEvent.kind == kind, LedgerEvent.at <= at)
        .group_by(LedgerEvent.subject)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def last_event(session: Session, kind: str, subject: str, at: datetime) -> LedgerEvent | None:
    """Return the last event of a kind about a subject until a moment."""
    return session.scalar(
        select(LedgerEvent)
        .where(LedgerEvent.kind == kind, LedgerEvent.subject == subject, LedgerEvent.at <= at)
        .order_by(LedgerEvent.sequence.desc())
        .limit(1)
    )
