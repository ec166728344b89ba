"""The tree of sub-budgets as people look at it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.economy.answers import Branch
from governance.economy.node import sub_budget_of
from governance.store.agents import Agent
from governance.store.economy_delegations import Delegation

OPEN = ("active", "closing")


def delegation_tree(
    session: Session, *, agent: Agent | None = None, ended: bool = False
) -> list[Branch]:
    """Return the branches from the roots, or from one agent down; ``ended`` shows past ones too."""
    query = select(Delegation).order_by(Delegation.id)
    if not ended:
        query = query.where(Delegation.state.in_(OPEN))
    rows = session.scalars(query).all()
    names = {row.id: row.name for row in session.execute(select(Agent.id, Agent.name))}
    below: dict[str | None, list[Delegation]] = {}
    for row in rows:
        below.setdefault(row.above_id, []).append(row)

    def branch(row: Delegation) -> Branch:
        return Branch(
            id=row.id,
            principal=names[row.parent_id],
            agent=names[row.child_id],
            currency=row.currency,
            granted=row.granted,
            allocated=row.amount,
            spent=row.spent,
            reserved=row.reserved,
            delegated=row.delegated,
            penalties=row.penalties,
            available=sub_budget_of(row).free if row.state == "active" else 0,
            state=row.state,
            expires=row.expires_at,
            below=tuple(branch(one) for one in below.get(row.id, [])),
        )

    if agent is not None:
        return [branch(row) for row in rows if row.parent_id == agent.id]
    shown = {row.id for row in rows}
    return [branch(row) for row in rows if row.above_id is None or row.above_id not in shown]
