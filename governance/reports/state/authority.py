"""What an agent had at risk at a moment, from the books, and the contracts that it took."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.economy.authority import USED
from governance.economy.books import totals_until
from governance.economy.past import node_at
from governance.kernel.money import Money
from governance.reports.agent.model import AtRisk, ContractRow
from governance.store.economy_contracts import Contract
from governance.store.past import until


def at_risk(session: Session, agent_id: str, at: datetime) -> tuple[AtRisk, ...]:
    """Return what an agent had at risk in each currency that it ever used, at a moment."""
    found = []
    totals = totals_until(session, f"agent/{agent_id}", until(session, at))
    for currency in sorted(totals):
        if totals[currency].keys().isdisjoint(USED):
            continue
        used = node_at(session, agent_id, currency, at).used
        amounts = {kind: Money(amount=getattr(used, kind), currency=currency) for kind in USED}
        total = Money(amount=used.exposure, currency=currency)
        found.append(AtRisk(currency=currency, total=total, **amounts))
    return tuple(found)


def contracts_of(session: Session, agent_id: str, at: datetime) -> tuple[ContractRow, ...]:
    """Return the contracts that an agent had accepted until a moment, the latest first."""
    statement = (
        select(Contract)
        .where(Contract.agent_id == agent_id, Contract.accepted_at <= at)
        .order_by(Contract.accepted_at.desc(), Contract.id)
    )
    return tuple(_contract(row, at) for row in session.scalars(statement))


def _contract(row: Contract, at: datetime) -> ContractRow:
    closed = row.closed_at is not None and row.closed_at <= at
    return ContractRow(
        id=row.id,
        objective=row.objective,
        reward=Money(amount=row.reward, currency=row.currency),
        penalty=Money(amount=row.penalty, currency=row.currency),
        deadline=row.deadline,
        state="closed" if closed else "open",
        outcome=row.outcome if closed else None,
    )
