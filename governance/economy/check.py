"""Checking the books: that every balance follows from the postings, and these from the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.economy.books import account_id, balances
from governance.kernel.value import Value
from governance.store.economy import Authority, Posting
from governance.store.economy_contracts import Contract
from governance.store.economy_delegations import Delegation
from governance.store.economy_reservations import IS_HELD, Reservation
from governance.store.ledger import LedgerEvent

USED = ("penalties", "spent", "reserved", "delegated")
OPEN = ("accepted", "submitted", "verified")


class BooksCheck(Value):
    """Whether the books are in order, with what is not."""

    ok: bool
    postings: int
    faults: tuple[str, ...]


def check_books(session: Session) -> BooksCheck:
    """Compare rows, postings and ledger; all of one moment, so give it a `snapshot`.

    Every transfer must stand in its ledger event, every used amount equal its account's balance,
    every held reservation and open escrow be covered, and every sub-budget stand at its principal.
    """
    totals = balances(session)
    faults = [
        *_against_ledger(session),
        *_authorities(session, totals),
        *_delegations(session, totals),
        *_reservations(session),
        *_escrow(session, totals),
    ]
    if sum(totals.values()) != 0:
        faults.append(f"all balances add up to {sum(totals.values())}, not 0")
    count = session.scalar(select(func.count()).select_from(Posting)) or 0
    return BooksCheck(ok=not faults, postings=count, faults=tuple(faults))


def _against_ledger(session: Session) -> Iterator[str]:
    """Go through postings and events side by side, in constant memory."""
    booked, told = _booked(session), _told(session)
    posting, event = next(booked, None), next(told, None)
    while posting is not None or event is not None:
        if event is None or (posting is not None and posting[0] < event[0]):
            assert posting is not None  # noqa: S101 - one of the two is there
            yield f"postings of event {posting[0]}: no such event moved money"
            posting = next(booked, None)
            continue
        if posting is None or posting != event:
            yield f"event {event[0]}: its transfers are not those of the books"
        if posting is not None and posting[0] == event[0]:
            posting = next(booked, None)
        event = next(told, None)


Moved = tuple[int, list[list[Any]]]


def _booked(session: Session) -> Iterator[Moved]:
    """Yield (event, its transfers) as the books have them."""
    columns = (Posting.sequence, Posting.debit, Posting.credit, Posting.amount)
    query = select(*columns).order_by(Posting.sequence, Posting.line)
    rows = session.execute(query.execution_options(yield_per=1000))
    for sequence, lines in groupby(rows, key=itemgetter(0)):
        yield sequence, [list(line[1:]) for line in lines]


def _told(session: Session) -> Iterator[Moved]:
    """Yield (event, its transfers) as the ledger tells them."""
    query = (
        select(LedgerEvent.sequence, LedgerEvent.payload)
        .where(LedgerEvent.payload.contains('"transfers":[['))
        .order_by(LedgerEvent.sequence)
    )
    for sequence, payload in session.execute(query.execution_options(yield_per=1000)):
        yield sequence, json.loads(payload).get("transfers")


def _authorities(session: Session, totals: dict[str, int]) -> Iterator[str]:
    for row in session.scalars(select(Authority)):
        owner = f"agent/{row.agent_id}"
        for kind in USED:
            stored, booked = getattr(row, kind), totals.get(account_id(owner, kind, row.currency))
            if stored != (booked or 0):
                yield f"{owner} {row.currency}: {kind} is {stored}, its postings say {booked or 0}"


def _delegations(session: Session, totals: dict[str, int]) -> Iterator[str]:
    handed: dict[tuple[str, str], int] = {}
    below: dict[str, int] = {}
    for row in session.scalars(select(Delegation)):
        owner = f"delegation/{row.id}"
        for kind in USED:
            stored, booked = getattr(row, kind), totals.get(account_id(owner, kind, row.currency))
            if stored != (booked or 0):
                yield f"{owner}: {kind} is {stored}, its postings say {booked or 0}"
        key = (row.parent_id, row.currency)
        handed[key] = handed.get(key, 0) + row.amount
        if row.above_id is not None:
            below[row.above_id] = below.get(row.above_id, 0) + row.amount
    for authority in session.scalars(select(Authority)):
        given = handed.get((authority.agent_id, authority.currency), 0)
        if given != authority.delegated:
            yield f"agent/{authority.agent_id}: delegated {authority.delegated}, granted {given}"
    for row in session.scalars(select(Delegation)):
        if below.get(row.id, 0) != row.delegated:
            yield f"delegation/{row.id}: delegated {row.delegated}, granted {below.get(row.id, 0)}"


def _reservations(session: Session) -> Iterator[str]:
    held = {
        (agent, currency): int(amount)
        for agent, currency, amount in session.execute(
            select(Reservation.agent_id, Reservation.currency, func.sum(Reservation.amount))
            .where(IS_HELD)
            .group_by(Reservation.agent_id, Reservation.currency)
        )
    }
    for row in session.scalars(select(Authority)):
        amount = held.get((row.agent_id, row.currency), 0)
        if amount != row.reserved:
            yield f"agent/{row.agent_id}: reserved {row.reserved}, held reservations {amount}"


def _escrow(session: Session, totals: dict[str, int]) -> Iterator[str]:
    at_risk: dict[tuple[str, str], int] = {}
    for row in session.scalars(select(Contract)):
        owner = f"contract/{row.id}"
        accepted = row.state in OPEN
        wanted = {
            "reward": row.reward if accepted or row.state == "posted" else 0,
            "collateral": row.penalty if accepted else 0,
        }
        for kind, amount in wanted.items():
            booked = totals.get(account_id(owner, kind, row.currency), 0)
            if booked != amount:
                yield f"{owner}: {kind} in escrow is {booked}, not {amount}"
        if accepted and row.cosigner is None and row.agent_id is not None:
            key = (row.agent_id, row.currency)
            at_risk[key] = at_risk.get(key, 0) + row.penalty
    for authority in session.scalars(select(Authority)):
        amount = at_risk.get((authority.agent_id, authority.currency), 0)
        if amount != authority.penalties:
            yield (
                f"agent/{authority.agent_id}: penalties {authority.penalties}, "
                f"active contracts {amount}"
            )
