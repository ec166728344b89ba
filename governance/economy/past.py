"""An agent's authority as it is shown, now or at a past moment: from the postings until then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from governance.economy.answers import ReservationState, reservation_state
from governance.economy.authority import USED
from governance.economy.books import account_id, totals_until
from governance.economy.node import MAX_CHAIN, Node, node_of, read_node
from governance.gate.decide import Link, SubBudget, Used
from governance.kernel.errors import StorageError
from governance.store.economy import Authority, Posting
from governance.store.economy_delegations import Delegation
from governance.store.economy_reservations import IS_HELD, Refund, Reservation
from governance.store.ledger import LedgerEvent
from governance.store.past import Until, past, positions_until
from governance.store.positions import BATCH

_ENDS = ("delegation.closing", "delegation.revoked", "delegation.expired")
_OVER = ("authority.over_ceiling", "authority.within_ceiling")


def node_at(session: Session, agent_id: str, currency: str, at: datetime) -> Node:
    """Return an agent with what it used and all sub-budgets above it, as they were at a moment.

    What was held past its deadline does not count: nobody may spend it, and the agent's next
    request, or `tick`, gives it back in the books.
    """
    moment = past(session, at)
    if moment is None:
        node = read_node(session, agent_id, currency, at)
    else:
        node = _node_until(session, agent_id, currency, moment)
    return _without_lapsed(session, node, moment)


def _without_lapsed(session: Session, node: Node, moment: Until | None) -> Node:
    lapsed = session.execute(
        select(Reservation.amount, Reservation.delegation_id).where(
            *_of(node), _held(moment), Reservation.expires_at <= node.at
        )
    ).all()
    if not lapsed:
        return node
    given_back = sum(row.amount for row in lapsed)
    used = replace(node.used, reserved=node.used.reserved - given_back)
    if node.sub_budget is None:
        return replace(node, used=used)
    below, *above = node.links
    own = node.sub_budget
    under = sum(row.amount for row in lapsed if row.delegation_id == own.id)
    own = replace(own, reserved=own.reserved - under)
    return replace(node, used=used, links=(replace(below, sub_budget=own), *above))


def _of(node: Node) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on reservations of an agent in a currency."""
    return Reservation.agent_id == node.position.id, Reservation.currency == node.currency


def _held(moment: Until | None) -> ColumnElement[bool]:
    """Return the condition on reservations that are held, or were when the ledger was so far."""
    if moment is None:
        return IS_HELD
    return and_(
        Reservation.created_at <= moment.at,
        or_(Reservation.closed_at.is_(None), Reservation.closed_at > moment.at),
    )


def _node_until(session: Session, agent_id: str, currency: str, moment: Until) -> Node:
    """Return the same when the ledger had come so far."""
    position = positions_until(session, [agent_id], moment)[agent_id]
    stored = used_until(session, agent_id, currency, moment)
    links = _links(session, agent_id, currency, moment)
    return node_of(position, currency, moment.at, stored, links)


def used_until(session: Session, agent_id: str, currency: str, moment: Until) -> Used | None:
    """Return what the agent's row said; None before the first use."""
    totals = totals_until(session, f"agent/{agent_id}", moment).get(currency)
    if totals is None or totals.keys().isdisjoint(USED):
        return None
    used = _used(totals)
    if used.spent == 0:
        return used
    return replace(used, window=_spent_window(session, agent_id, currency, moment))


def _used(totals: Mapping[str, int]) -> Used:
    penalties, spent, reserved, delegated = (totals.get(kind, 0) for kind in USED)
    return Used(penalties, spent, reserved, delegated)


def _spent_window(session: Session, agent_id: str, currency: str, moment: Until) -> str:
    """Return the window of the spend that was not closed yet: that in which it was last counted.

    All of it is of one window, because the first use in another closes what was spent before.
    """
    account = account_id(f"agent/{agent_id}", "spent", currency)
    last = select(func.max(Posting.sequence)).where(
        Posting.debit == account, Posting.sequence <= moment.sequence
    )
    sequence, at = session.execute(
        select(LedgerEvent.sequence, LedgerEvent.at).where(
            LedgerEvent.sequence == last.scalar_subquery()
        )
    ).one()
    then = positions_until(session, [agent_id], Until(at, sequence))[agent_id]
    return then.spending_window(at)


def _links(session: Session, agent_id: str, currency: str, moment: Until) -> tuple[Link, ...]:
    links: list[Link] = []
    row = _active_delegation(session, agent_id, currency, moment)
    while row is not None:
        if len(links) >= MAX_CHAIN:
            raise StorageError("the tree of delegations has a cycle", remedy="ledger.verify")
        parent = positions_until(session, [row.parent_id], moment)[row.parent_id]
        used = used_until(session, row.parent_id, currency, moment) or Used()
        links.append(Link(_sub_budget(session, row, moment), parent, used))
        row = None if row.above_id is None else session.get(Delegation, row.above_id)
    return tuple(links)


def _active_delegation(
    session: Session, agent_id: str, currency: str, moment: Until
) -> Delegation | None:
    """Return the sub-budget under which an agent acted: granted by then, and not ended."""
    granted = session.scalars(
        select(Delegation).where(
            Delegation.child_id == agent_id,
            Delegation.currency == currency,
            Delegation.granted_at <= moment.at,
        )
    ).all()
    if not granted:
        return None
    parents = {row.parent_id for row in granted}
    ends = session.scalars(
        select(LedgerEvent).where(
            LedgerEvent.kind.in_(_ENDS), LedgerEvent.subject.in_(parents), moment.event()
        )
    )
    ended = {event.data()["delegation"] for event in ends}
    return next((row for row in granted if row.id not in ended), None)


def _sub_budget(session: Session, row: Delegation, moment: Until) -> SubBudget:
    """Return a sub-budget that was active: as long as it is, all that was granted is allocated."""
    totals = totals_until(session, f"delegation/{row.id}", moment).get(row.currency, {})
    used = _used(totals)
    return SubBudget(
        id=row.id,
        amount=row.granted,
        penalties=used.penalties,
        spent=used.spent,
        reserved=used.reserved,
        delegated=used.delegated,
        expires_at=row.expires_at,
    )


def _over_cause_until(session: Session, agent_id: str, currency: str, moment: Until) -> str | None:
    """Return why the agent was over its ceiling in a currency; None where nothing said so."""
    events = session.scalars(
        select(LedgerEvent)
        .where(LedgerEvent.kind.in_(_OVER), LedgerEvent.subject == agent_id, moment.event())
        .order_by(LedgerEvent.sequence.desc())
    )
    for event in events:
        told = event.data()
        if told["currency"] == currency:
            return str(told["cause"]) if told["amount"] else None
    return None


def over_ceiling_until(session: Session, agents: Select[str], moment: Until) -> set[str]:
    """Return the ids, among those selected, of agents that were over a ceiling."""
    events = session.scalars(
        select(LedgerEvent)
        .where(LedgerEvent.kind.in_(_OVER), LedgerEvent.subject.in_(agents), moment.event())
        .order_by(LedgerEvent.sequence)
    )
    told = ((event.subject, event.data()) for event in events)
    last = {(subject, data["currency"]): data["amount"] for subject, data in told}
    return {subject for (subject, _), amount in last.items() if amount}


def over_cause_at(session: Session, node: Node) -> str | None:
    """Return why an agent was told to be over its ceiling; None where nothing said so."""
    moment = past(session, node.at)
    if moment is not None:
        return _over_cause_until(session, node.position.id, node.currency, moment)
    return session.scalar(
        select(Authority.over_cause).where(
            Authority.agent_id == node.position.id, Authority.currency == node.currency
        )
    )


def reservations_at(session: Session, node: Node, last: int) -> tuple[ReservationState, ...]:
    """Return the last reservations at the moment of a node and all held then, the oldest first."""
    moment = past(session, node.at)
    mine = select(Reservation).where(*_of(node))
    newest = mine.order_by(Reservation.created_at.desc(), Reservation.id.desc()).limit(last)
    if moment is not None:
        newest = newest.where(Reservation.created_at <= moment.at)
    rows = {row.id: row for row in session.scalars(newest)}
    rows |= {row.id: row for row in session.scalars(mine.where(_held(moment)))}
    found = sorted(rows.values(), key=lambda row: (row.created_at, row.id))
    if moment is None:
        return tuple(reservation_state(row, node.at) for row in found)
    refunded = _refunded(session, [row.id for row in found if row.refunded], moment)
    return tuple(
        reservation_state(row, node.at, **_then(row, refunded.get(row.id, 0), moment.at))
        for row in found
    )


def _then(row: Reservation, refunded: int, at: datetime) -> dict[str, Any]:
    """Return what stood otherwise in a reservation at a moment."""
    if row.closed_at is None or row.closed_at > at:
        return {"state": "held", "committed": 0, "refunded": 0}
    if row.state != "refunded" or refunded == row.refunded:
        return {"refunded": refunded}
    return {"state": "committed", "refunded": refunded}


def _refunded(session: Session, identifiers: list[str], moment: Until) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(identifiers), BATCH):
        part = identifiers[start : start + BATCH]
        refunds = session.execute(
            select(Refund.reservation_id, Refund.amount).where(
                Refund.reservation_id.in_(part), Refund.refunded_at <= moment.at
            )
        )
        for identifier, amount in refunds:
            found[identifier] = found.get(identifier, 0) + amount
    return found
