"""Finding a changed, missing, reordered, copied, appended or truncated event in the ledger."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.kernel.value import Value
from governance.store.ledger import GENESIS, LedgerEvent, LedgerHead, hash_of

MAX_FAULTS = 100
REORDER_WINDOW = 1000


class LedgerFault(Value):
    """One fault: where it is and what is wrong there."""

    sequence: int
    fault: str  # changed | missing | reordered | truncated | appended | duplicated
    detail: str


class LedgerVerification(Value):
    """What a walk over the whole ledger found; ``ok`` only where there is no fault."""

    ok: bool
    events: int
    head: str
    faults: tuple[LedgerFault, ...]


def verify_ledger(
    session: Session, *, advance: Callable[[int], None] | None = None, batch: int = 1000
) -> LedgerVerification:
    """Walk the chain from the first event to the head row, in constant memory.

    After a fault the walk goes on from what is stored, so that later faults are named too; at
    most 100 faults are listed. Events that are written meanwhile are left to the next walk.
    """
    faults: list[LedgerFault] = []
    expected, previous, count = 1, GENESIS, 0
    head, beyond = _head(session)
    statement = (
        select(LedgerEvent)
        .where(LedgerEvent.sequence <= max(head[0], beyond))
        .order_by(LedgerEvent.sequence)
    )
    for entry in session.scalars(statement.execution_options(yield_per=batch)):
        if len(faults) < MAX_FAULTS:
            faults += _faults_of(session, entry, expected, previous)
        expected, previous, count = entry.sequence + 1, entry.hash, count + 1
        session.expunge(entry)
        if advance is not None and count % batch == 0:
            advance(batch)
    faults += _faults_of_tail(head, expected - 1, previous)
    return LedgerVerification(
        ok=not faults, events=count, head=previous, faults=tuple(faults[:MAX_FAULTS])
    )


def _faults_of(
    session: Session, entry: LedgerEvent, expected: int, previous: str
) -> list[LedgerFault]:
    sequence = entry.sequence
    if sequence != expected:
        last = sequence - 1
        which = f"event {expected}" if last == expected else f"events {expected} to {last}"
        return [LedgerFault(sequence=expected, fault="missing", detail=f"{which} not there")]
    if hash_of(entry, sequence) != entry.hash:
        place = _true_place(entry)
        if place is not None and _hash_at(session, place) == entry.hash:
            detail = f"a copy of event {place}"
            return [LedgerFault(sequence=sequence, fault="duplicated", detail=detail)]
        if place is not None:
            detail = f"the event stored as {sequence} was written as {place}"
            return [LedgerFault(sequence=sequence, fault="reordered", detail=detail)]
        detail = f"{entry.kind} of {entry.subject}: the content does not fit its hash"
        return [LedgerFault(sequence=sequence, fault="changed", detail=detail)]
    if entry.previous_hash != previous:
        detail = f"does not follow the event stored as {sequence - 1}"
        return [LedgerFault(sequence=sequence, fault="changed", detail=detail)]
    return []


def _head(session: Session) -> tuple[tuple[int, str], int]:
    """Return the head row and the number of the last event, both of one moment."""
    last = select(func.coalesce(func.max(LedgerEvent.sequence), 0)).scalar_subquery()
    row = session.execute(select(LedgerHead.sequence, LedgerHead.hash, last)).one_or_none()
    if row is None:
        return (0, GENESIS), session.scalar(select(last)) or 0
    return (row[0], row[1]), row[2]


def _faults_of_tail(head: tuple[int, str], last: int, last_hash: str) -> list[LedgerFault]:
    head_sequence, head_hash = head
    if head_sequence > last:
        detail = f"the head says {head_sequence} events, {last} are there"
        return [LedgerFault(sequence=last + 1, fault="truncated", detail=detail)]
    if head_sequence < last:
        detail = f"the head says {head_sequence} events: what follows was not written by a writer"
        return [LedgerFault(sequence=head_sequence + 1, fault="appended", detail=detail)]
    if head_hash != last_hash:
        detail = "the head row does not name the last event"
        return [LedgerFault(sequence=last, fault="changed", detail=detail)]
    return []


def _hash_at(session: Session, sequence: int) -> str | None:
    return session.scalar(select(LedgerEvent.hash).where(LedgerEvent.sequence == sequence))


def _true_place(entry: LedgerEvent) -> int | None:
    """Return the number under which the event's hash does fit, where it is near."""
    first = max(1, entry.sequence - REORDER_WINDOW)
    for sequence in range(first, entry.sequence + REORDER_WINDOW):
        if hash_of(entry, sequence) == entry.hash:
            return sequence
    return None
