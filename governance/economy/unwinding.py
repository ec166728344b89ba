"""What happens when an agent's authority falls below what it has at risk.

Nothing new is allowed, sub-budgets that the agent may no longer grant are revoked with their
branches, held money is released from the newest on until what is at risk fits, and what still
stands above the ceiling is recorded with its cause as a call for collateral.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select, union, update
from sqlalchemy.orm import Session

from governance.economy.closing import end_held, held_reservations
from governance.economy.delegations import ACTION
from governance.economy.moment import begin
from governance.economy.node import Node, read_node
from governance.economy.revoking import granted_by, held_by, revoke
from governance.gate.decide import required_tier
from governance.gate.position import AgentPosition
from governance.store.economy import Authority
from governance.store.economy_delegations import IS_ACTIVE, Delegation
from governance.store.finding import BATCH, batched
from governance.store.positions import read_position
from governance.store.store import Transaction


@dataclass(frozen=True)
class Unwound:
    """How much had to be taken back: ids of sub-budgets and reservations, money above."""

    revoked: tuple[str, ...]
    released: tuple[str, ...]
    over_ceiling: dict[str, int]  # currency -> minor units


def enforce_standing(transaction: Transaction, agent_id: str, cause: str | None = None) -> Unwound:
    """Bring what an agent has at risk back under its present ceiling, and its branch with it.

    To be called in the transaction that demotes, voids, freezes or retires an agent, or sets its
    policy; `tick` calls it too. A repetition changes nothing.
    """
    transaction = begin(transaction)
    position = read_position(transaction.session, agent_id)
    why = cause or _cause(position, transaction)
    revoked = _revoke_what_it_may_not(transaction, position, why)
    released: list[str] = []
    over: dict[str, int] = {}
    currencies = transaction.session.scalars(
        select(Authority.currency).where(Authority.agent_id == agent_id)
    ).all()
    for currency in currencies:
        revoked += _revoke_excess(transaction, agent_id, currency, why)
        released += _release_excess(transaction, agent_id, currency, why)
        above = _record_excess(transaction, agent_id, currency, why)
        if above:
            over[currency] = above
    for below in granted_by(transaction.session, agent_id):
        found = enforce_standing(transaction, below.child_id, f"principal: {why}")
        revoked += list(found.revoked)
        released += list(found.released)
    return Unwound(tuple(revoked), tuple(released), over)


def with_money(session: Session, agent_ids: Iterable[str]) -> set[str]:
    """Return those of several agents that used authority, or grant or hold a sub-budget.

    `enforce_standing` finds nothing to take back from any other.
    """
    found: set[str] = set()
    for part in batched(list(agent_ids), BATCH):
        used = select(Authority.agent_id).where(Authority.agent_id.in_(part))
        granted = select(Delegation.parent_id).where(IS_ACTIVE, Delegation.parent_id.in_(part))
        held = select(Delegation.child_id).where(IS_ACTIVE, Delegation.child_id.in_(part))
        found |= set(session.scalars(union(used, granted, held)))
    return found


def _cause(position: AgentPosition, transaction: Transaction) -> str:
    barred = position.barred(transaction.now)
    return f"T{position.tier(transaction.now)}" if barred is None else barred.message


def _revoke_what_it_may_not(
    transaction: Transaction, position: AgentPosition, why: str
) -> list[str]:
    """Revoke what the tier no longer allows: granting below `delegate`, acting at T0."""
    session, tier = transaction.session, position.tier(transaction.now)
    needed = required_tier(position.policy, ACTION)
    ended: list[Delegation] = []
    if needed is None or tier < needed:
        for row in granted_by(session, position.id):
            ended += revoke(transaction, row, why)
    if tier == 0:
        for row in held_by(session, position.id):
            ended += revoke(transaction, row, why)
    return [row.id for row in ended]


def _revoke_excess(transaction: Transaction, agent_id: str, currency: str, why: str) -> list[str]:
    ended: list[Delegation] = []
    for row in reversed(granted_by(transaction.session, agent_id)):
        if row.currency == currency and _excess(transaction, agent_id, currency):
            ended += revoke(transaction, row, why)
    return [row.id for row in ended]


def _release_excess(transaction: Transaction, agent_id: str, currency: str, why: str) -> list[str]:
    ended: list[str] = []
    for row in held_reservations(transaction.session, agent_id, currency):
        if not _excess(transaction, agent_id, currency):
            break
        end_held(transaction, row, why)
        ended.append(row.id)
    return ended


def _excess(transaction: Transaction, agent_id: str, currency: str) -> int:
    """Return what is at risk above the ceiling of the moment."""
    node = _node(transaction, agent_id, currency)
    return max(0, node.used.at_risk - node.limit(transaction.now).ceiling)


def _record_excess(transaction: Transaction, agent_id: str, currency: str, why: str) -> int:
    """Keep and record what counts above the ceiling; spend that decay overtook is among it."""
    session = transaction.session
    node = _node(transaction, agent_id, currency)
    ceiling = node.limit(transaction.now).ceiling
    above = max(0, node.used.exposure - ceiling)
    known = session.scalar(
        select(Authority.over_ceiling).where(
            Authority.agent_id == agent_id, Authority.currency == currency
        )
    )
    if above == (known or 0):
        return above
    session.execute(
        update(Authority)
        .where(Authority.agent_id == agent_id, Authority.currency == currency)
        .values(over_ceiling=above or None, over_cause=why if above else None)
        .execution_options(synchronize_session=False)
    )
    kind = "authority.over_ceiling" if above else "authority.within_ceiling"
    payload = {
        "currency": currency,
        "amount": above,
        "at_risk": max(0, node.used.at_risk - ceiling),
        "exposure": node.used.exposure,
        "ceiling": ceiling,
        "cause": why,
    }
    transaction.record(kind, agent_id, payload)
    return above


def _node(transaction: Transaction, agent_id: str, currency: str) -> Node:
    transaction.session.flush()
    return read_node(transaction.session, agent_id, currency, transaction.now)
