"""The tree of sub-budgets as people look at it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.economy.answers import Branch
from governance.economy.node import sub_budget_of
from governance.store.agents import Agent
from governance.store.economy_delegations import Delegation
from governance.store.economy_reservations import IS_HELD, Reservation

OPEN = ("active", "closing")


def delegation_tree(
    session: Session, now: datetime, *, agent: Agent | None = None, ended: bool = False
) -> list[Branch]:
    """Return the branches from the roots, or from one agent down; ``ended`` shows past ones too.

    What is held past its deadline does not count, and nothing is available after the sub-budget's.
    """
    query = select(Delegation).order_by(Delegation.id)
    if not ended:
        query = query.where(Delegation.state.in_(OPEN))
    rows = session.scalars(query).all()
    names = {row.id: row.name for row in session.execute(select(Agent.id, Agent.name))}
    lapsed = _lapsed(session, now)
    below: dict[str | None, list[Delegation]] = {}
    for row in rows:
        below.setdefault(row.above_id, []).append(row)

    def branch(row: Delegation) -> Branch:
        reserved = row.reserved - lapsed[row.id]
        usable = row.state == "active" and now < row.expires_at
        return Branch(
            id=row.id,
            principal=names[row.parent_id],
            agent=names[row.child_id],
            currency=row.currency,
            granted=row.granted,
            allocated=row.amount,
            spent=row.spent,
            reserved=reserved,
            delegated=row.delegated,
            penalties=row.penalties,
            available=replace(sub_budget_of(row), reserved=reserved).free if usable else 0,
            state=row.state,
            expires=row.expires_at,
            below=tuple(branch(one) for one in below.get(row.id, [])),
        )

    if agent is not None:
        return [branch(row) for row in rows if row.parent_id == agent.id]
    shown = {row.id for row in rows}
    return [branch(row) for row in rows if row.above_id is None or row.above_id not in shown]


def _lapsed(session: Session, now: datetime) -> Counter[str]:
    """Return {sub-budget: what is held under it past its deadline}."""
    found: Counter[str] = Counter()
    held = session.execute(
        select(Reservation.delegation_id, Reservation.amount).where(
            IS_HELD, Reservation.expires_at <= now
        )
    )
    for delegation, amount in held:
        if delegation is not None:
            found[delegation] += amount
    return found
