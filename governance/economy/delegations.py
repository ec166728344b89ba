"""Sub-budgets: authority handed down a tree, never more than there is, taken back as a whole."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from governance.economy.answers import DelegationAnswer
from governance.economy.authority import open_delegation_accounts
from governance.economy.books import post
from governance.economy.closing import expire_due
from governance.economy.moment import begin
from governance.economy.node import Node, read_node
from governance.economy.reservations import (
    check_amount,
    claim_at_risk,
    claim_transfers,
    deadline,
    within_sub_budget,
)
from governance.economy.safety import safety_refusal
from governance.gate.decide import Ask, Limit, Used, refusals
from governance.gate.delegation.granting import Child, grant_refusals
from governance.gate.standing import Reason
from governance.kernel.clock import format_time
from governance.kernel.errors import NotFoundError
from governance.kernel.money import Money
from governance.store.agents import Agent
from governance.store.economy_delegations import IS_ACTIVE, Delegation
from governance.store.economy_reservations import IS_HELD, Reservation
from governance.store.store import Transaction

ACTION = "delegate"
DEFAULT_TERM = timedelta(days=1)


def grant_delegation(
    transaction: Transaction,
    parent: Agent,
    child: Agent,
    amount: Money,
    *,
    term: timedelta | None = None,
) -> DelegationAnswer:
    """Hand a part of one agent's authority to another until now + term.

    Without a term it is a day, or less where the parent's own sub-budget ends before.

    The child then acts under it alone in that currency, under the lower of its own ceiling and
    the attenuated one of its principal. A cycle, a tree that is too deep, a child that has a
    principal already and an amount above what the parent has left are refused with reasons.
    """
    check_amount(amount)
    transaction = begin(transaction)
    session, now = transaction.session, transaction.now
    until = deadline(now, DEFAULT_TERM if term is None else term)
    expire_due(transaction, agent_id=parent.id)
    node = read_node(session, parent.id, amount.currency, now)
    asked = Ask(amount.amount, ACTION, within_sub_budget(node, until) if term is None else until)
    limit = node.limit(asked.until)
    reasons = refusals(node, asked, limit)
    reasons += grant_refusals(node, _child(session, node, child), asked, limit)
    unsafe = safety_refusal(session, node, asked.amount)
    if unsafe is not None:
        reasons.append(unsafe)
    used = None if reasons else claim_at_risk(session, node, "delegated", asked.amount, limit)
    if used is None:
        return _deny(transaction, node, child, asked, limit, reasons)
    return _grant(transaction, node, child, asked, limit, used)


def _child(session: Session, node: Node, child: Agent) -> Child:
    below = read_node(session, child.id, node.currency, node.at)
    return Child(
        position=below.position,
        exposure=below.used.exposure,
        has_principal=bool(below.links),
        depth_below=_depth_below(session, child.id, node.currency),
    )


def _depth_below(session: Session, agent_id: str, currency: str) -> int:
    """Return how many levels of sub-budgets hang below an agent already."""
    level, depth, seen = [agent_id], 0, {agent_id}
    while True:
        level = [
            child
            for child in session.scalars(
                select(Delegation.child_id).where(
                    Delegation.parent_id.in_(level),
                    Delegation.currency == currency,
                    IS_ACTIVE,
                )
            )
            if child not in seen
        ]
        if not level:
            return depth
        seen.update(level)
        depth += 1


def _grant(
    transaction: Transaction, node: Node, child: Agent, asked: Ask, limit: Limit, used: Used
) -> DelegationAnswer:
    identifier, above = transaction.new_id(), node.sub_budget
    transaction.session.execute(
        insert(Delegation),
        {
            "id": identifier,
            "parent_id": node.position.id,
            "child_id": child.id,
            "above_id": None if above is None else above.id,
            "currency": node.currency,
            "granted": asked.amount,
            "amount": asked.amount,
            "penalties": 0,
            "spent": 0,
            "reserved": 0,
            "delegated": 0,
            "state": "active",
            "granted_at": transaction.now,
            "expires_at": asked.until,
        },
    )
    open_delegation_accounts(transaction.session, identifier, node.currency)
    payload = {
        "delegation": identifier,
        "child": child.id,
        "amount": asked.amount,
        "expires": format_time(asked.until),
        "above": None if above is None else above.id,
        "ceiling": limit.ceiling,
        "exposure": used.exposure,
    }
    transfers = claim_transfers(node, "delegated", asked.amount)
    post(transaction, "delegation.granted", node.position.id, payload, transfers, node.currency)
    return DelegationAnswer(
        granted=True,
        delegation=identifier,
        reasons=(),
        exposure=used.exposure,
        ceiling=limit.ceiling,
        available=max(0, node.available(limit) - asked.amount),
        currency=node.currency,
        expires=asked.until,
    )


def _deny(
    transaction: Transaction,
    node: Node,
    child: Agent,
    asked: Ask,
    limit: Limit,
    reasons: list[Reason],
) -> DelegationAnswer:
    found = reasons or [Reason("raced", None, "the authority changed in between; ask again")]
    transaction.record(
        "delegation.denied",
        node.position.id,
        {
            "child": child.id,
            "amount": asked.amount,
            "currency": node.currency,
            "reasons": [one.code for one in found],
        },
    )
    return DelegationAnswer(
        granted=False,
        delegation=None,
        reasons=tuple(found),
        exposure=node.used.exposure,
        ceiling=limit.ceiling,
        available=node.available(limit),
        currency=node.currency,
        expires=asked.until,
    )


def find_delegation(session: Session, identifier: str) -> Delegation:
    """Return a sub-budget by its id; raises InputError where there is none."""
    row = session.get(Delegation, identifier, populate_existing=True)
    if row is None:
        raise NotFoundError(
            f"no sub-budget has the id {identifier!r}",
            field="delegation",
            remedy="delegations.tree",
        )
    return row


def reservations_under(session: Session, delegation_id: str) -> list[Reservation]:
    """Return the held reservations made under a sub-budget."""
    return list(
        session.scalars(
            select(Reservation)
            .where(Reservation.delegation_id == delegation_id, IS_HELD)
            .order_by(Reservation.created_at, Reservation.id)
            .execution_options(populate_existing=True)
        )
    )
