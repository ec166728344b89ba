"""Taking sub-budgets back: one call ends a whole branch, in one transaction."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.economy.authority import delegation_transfers, shift_delegation
from governance.economy.books import Transfer, post
from governance.economy.closing import BATCH, end_held
from governance.economy.delegations import reservations_under
from governance.economy.moment import begin
from governance.economy.node import read_delegation, read_node
from governance.economy.spending import count_spend
from governance.store.economy_delegations import IS_ACTIVE, Delegation
from governance.store.store import Transaction


def revoke(
    transaction: Transaction, delegation: Delegation, reason: str, *, state: str = "revoked"
) -> list[Delegation]:
    """End a sub-budget and every one below it; returns those that ended, the lowest first.

    Money held under them is given back. What was spent counts as the principal's spend from then
    on. Penalties of active contracts stay at risk, with the principal too, until these are
    settled: such a sub-budget is ``closing``. A repetition changes nothing.
    """
    transaction = begin(transaction)
    ended: list[Delegation] = []
    row = read_delegation(transaction.session, delegation.id)
    if row is None or row.state != "active":
        return ended
    for below in children_of(transaction.session, row):
        ended += revoke(transaction, below, reason, state=state)
    for held in reservations_under(transaction.session, row.id):
        end_held(transaction, held, f"sub-budget {state}: {reason}")
    _end(transaction, row.id, state, reason)
    found = read_delegation(transaction.session, row.id)
    return ended if found is None else [*ended, found]


def children_of(session: Session, row: Delegation) -> list[Delegation]:
    """Return the active sub-budgets that were granted out of one."""
    return _active(session, Delegation.above_id == row.id)


def granted_by(session: Session, agent_id: str) -> list[Delegation]:
    """Return the active sub-budgets that an agent granted."""
    return _active(session, Delegation.parent_id == agent_id)


def held_by(session: Session, agent_id: str) -> list[Delegation]:
    """Return the active sub-budgets under which an agent acts."""
    return _active(session, Delegation.child_id == agent_id)


def expire_delegations(transaction: Transaction, *, limit: int = BATCH) -> int:
    """End the sub-budgets whose deadline passed; returns how many of them ended, with branches."""
    due = transaction.session.scalars(
        select(Delegation)
        .where(IS_ACTIVE, Delegation.expires_at <= transaction.now)
        .order_by(Delegation.expires_at)
        .limit(limit)
    ).all()
    return sum(len(revoke(transaction, row, "the deadline passed", state="expired")) for row in due)


def close_if_done(transaction: Transaction, delegation_id: str) -> None:
    """Give back what is no longer at risk under a closing sub-budget, and under those above it."""
    above: str | None = delegation_id
    while above is not None:
        row = read_delegation(transaction.session, above)
        if row is None or row.state != "closing":
            return
        _end(transaction, row.id, row.state, row.end_reason or "closed")
        above = row.above_id


def _end(transaction: Transaction, delegation_id: str, state: str, reason: str) -> None:
    """Shrink a sub-budget to what is still at risk under it, and settle the rest above."""
    session = transaction.session
    session.flush()
    row = read_delegation(session, delegation_id)
    assert row is not None  # noqa: S101 - read under the writers' lock a moment ago
    kept, spent = row.penalties + row.delegated, row.spent
    returned = row.amount - kept
    transfers = _settle_above(transaction, row, returned, spent)
    transfers += delegation_transfers(row.id, row.currency, {"spent": -spent})
    shift_delegation(session, row.id, {"spent": -spent, "amount": -returned})
    row = read_delegation(session, delegation_id)
    assert row is not None  # noqa: S101 - as above
    row.state = "closing" if kept else ("revoked" if state == "closing" else state)
    row.ended_at, row.end_reason = transaction.now, reason
    session.flush()
    payload = {
        "delegation": row.id,
        "child": row.child_id,
        "returned": returned - spent,
        "spent": spent,
        "at_risk": kept,
        "reason": reason,
    }
    post(transaction, f"delegation.{row.state}", row.parent_id, payload, transfers, row.currency)


def _settle_above(
    transaction: Transaction, row: Delegation, returned: int, spent: int
) -> list[Transfer]:
    """Take what comes back off the parent's delegated money and count the spend as its own."""
    session = transaction.session
    node = read_node(session, row.parent_id, row.currency, transaction.now)
    transfers = count_spend(session, node, {"delegated": returned}, spent)
    if row.above_id is not None:
        above = {"delegated": -returned, "spent": spent}
        shift_delegation(session, row.above_id, above)
        transfers += delegation_transfers(row.above_id, row.currency, above)
    return transfers


def _active(session: Session, condition: object) -> list[Delegation]:
    query = select(Delegation).where(IS_ACTIVE, condition)  # type: ignore[arg-type]
    return list(
        session.scalars(query.order_by(Delegation.id).execution_options(populate_existing=True))
    )
