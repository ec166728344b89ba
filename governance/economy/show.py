"""What an agent has at risk, what it may still do, and its reservations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.economy.answers import (
    AuthorityView,
    ReservationState,
    SubBudgetState,
    reservation_state,
)
from governance.economy.node import Node, read_node
from governance.economy.past import node_until, over_cause_until, reservations_until
from governance.store.agents import Agent
from governance.store.economy import Authority
from governance.store.economy_reservations import IS_HELD, Reservation
from governance.store.past import Until, past, position_at


def show_authority(
    session: Session,
    agent: Agent,
    at: datetime,
    *,
    currency: str | None = None,
    last: int = 100,
) -> AuthorityView:
    """Return an agent's authority at a moment, with its last reservations and every held one.

    ``currency`` defaults to the main one of the agent's policy. Raises InputError where the agent
    was registered later.
    """
    code = currency or position_at(session, agent, at).policy.ceilings.currency
    moment = past(session, at)
    if moment is None:
        node = read_node(session, agent.id, code, at)
    else:
        node = node_until(session, agent.id, code, moment)
    return _view(
        node,
        _over_cause(session, node, moment),
        _reservations(session, node, last)
        if moment is None
        else reservations_until(session, agent.id, code, moment, last),
    )


def _view(
    node: Node, cause: str | None, reservations: tuple[ReservationState, ...]
) -> AuthorityView:
    limit, used = node.limit(node.at), node.used
    over = max(0, used.exposure - limit.ceiling)
    barred = node.position.barred(node.at)
    reasons = ([] if barred is None else [barred]) + node.refusals_above()
    return AuthorityView(
        agent=node.position.name,
        id=node.position.id,
        currency=node.currency,
        at=node.at,
        tier=limit.tier,
        exposure=used.exposure,
        ceiling=limit.ceiling,
        available=node.available(limit),
        penalties=used.penalties,
        spent=used.spent,
        reserved=used.reserved,
        delegated=used.delegated,
        window=node.window,
        over_ceiling=over,
        over_ceiling_cause=cause if over else None,
        sub_budget=_sub_budget(node),
        reasons=tuple(reasons),
        reservations=reservations,
    )


def _sub_budget(node: Node) -> SubBudgetState | None:
    sub_budget = node.sub_budget
    if sub_budget is None:
        return None
    return SubBudgetState(
        id=sub_budget.id,
        principal=node.links[0].parent.name,
        allocated=sub_budget.amount,
        available=sub_budget.free,
        expires=sub_budget.expires_at,
    )


def _over_cause(session: Session, node: Node, moment: Until | None) -> str | None:
    if moment is not None:
        return over_cause_until(session, node.position.id, node.currency, moment)
    return session.scalar(
        select(Authority.over_cause).where(
            Authority.agent_id == node.position.id, Authority.currency == node.currency
        )
    )


def _reservations(session: Session, node: Node, last: int) -> tuple[ReservationState, ...]:
    mine = select(Reservation).where(
        Reservation.agent_id == node.position.id, Reservation.currency == node.currency
    )
    newest = mine.order_by(Reservation.created_at.desc(), Reservation.id.desc()).limit(last)
    rows = {row.id: row for row in session.scalars(newest)}
    rows |= {row.id: row for row in session.scalars(mine.where(IS_HELD))}
    found = sorted(rows.values(), key=lambda row: (row.created_at, row.id))
    return tuple(reservation_state(row) for row in found)
