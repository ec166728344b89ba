"""What an agent has at risk, what it may still do, and its reservations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from governance.economy.answers import AuthorityView, ReservationState, SubBudgetState
from governance.economy.node import Node
from governance.economy.past import node_at, over_cause_at, reservations_at
from governance.store.agents import Agent
from governance.store.past import position_at


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
    node = node_at(session, agent.id, code, at)
    return _view(node, over_cause_at(session, node), reservations_at(session, node, last))


def _view(
    node: Node, cause: str | None, reservations: tuple[ReservationState, ...]
) -> AuthorityView:
    limit, used = node.limit(node.at), node.used
    over = max(0, used.exposure - limit.ceiling)
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
        reasons=tuple(node.standing_refusals()),
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
