"""Sub-budgets: authority handed down a tree, never more than there is, taken back as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from governance.economy.authority import (
    Used,
    open_delegation_accounts,
)
from governance.economy.books import post
from governance.economy.closing import expire_due
from governance.economy.moment import begin
from governance.economy.node import Limit, Node, active_delegation, read_node
from governance.economy.request import Request, refusals, shown
from governance.economy.reservations import (
    check_amount,
    claim_at_risk,
    claim_transfers,
    deadline,
    within_sub_budget,
)
from governance.economy.safety import safety_refusal
from governance.gate.standing import Reason
from governance.kernel.clock import format_time
from governance.kernel.errors import InputError
from governance.kernel.money import Money
from governance.store.agents import Agent
from governance.store.economy_delegations import IS_ACTIVE, Delegation
from governance.store.economy_reservations import IS_HELD, Reservation
from governance.store.store import Transaction

ACTION = "delegate"
DEFAULT_TERM = timedelta(days=1)


@dataclass(frozen=True)
class DelegationAnswer:
    """Whether a sub-budget was granted, with every reason against it; money in minor units."""

    granted: bool
    delegation: str | None
    reasons: tuple[Reason, ...]
    exposure: int
    ceiling: int
    available: int
    currency: str
    expires: datetime

    def to_json(self) -> dict[str, object]:
        """Return plain JSON data."""
        return {
            "granted": self.granted,
            "delegation": self.delegation,
            "reasons": [{"code": one.code, "message": one.message} for one in self.reasons],
            "exposure": self.exposure,
            "ceiling": self.ceiling,
            "available": self.available,
            "currency": self.currency,
            "expires": format_time(self.expires),
        }


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
    until = deadline(now, term or DEFAULT_TERM)
    expire_due(transaction, agent_id=parent.id)
    node = read_node(session, parent.id, amount.currency, now)
    asked = Request(amount.amount, ACTION, until if term else within_sub_budget(node, until))
    limit = node.limit(asked.until)
    reasons = refusals(node, asked, limit)
    reasons += _tree_refusals(session, node, child)
    reasons += _child_refusals(session, node, child, asked)
    reasons += _overcommitted(node, asked, limit)
    unsafe = safety_refusal(session, node, asked.amount)
    if unsafe is not None:
        reasons.append(unsafe)
    used = None if reasons else claim_at_risk(session, node, "delegated", asked.amount, limit)
    if used is None:
        return _deny(transaction, node, child, asked, limit, reasons)
    return _grant(transaction, node, child, asked, limit, used)


def _tree_refusals(session: Session, node: Node, child: Agent) -> list[Reason]:
    found: list[Reason] = []
    if child.id == node.position.id:
        found.append(Reason("cycle", None, "an agent cannot be its own principal"))
    elif any(link.parent.id == child.id for link in node.links):
        found.append(Reason("cycle", None, f"{child.name} stands above {node.position.name}"))
    elif active_delegation(session, child.id, node.currency) is not None:
        found.append(Reason("has_principal", None, f"{child.name} has a principal already"))
    deepest = min(
        [node.position.policy.delegation.max_depth]
        + [link.parent.policy.delegation.max_depth for link in node.links]
    )
    depth = len(node.links) + 1 + _depth_below(session, child.id, node.currency)
    if depth > deepest:
        found.append(Reason("too_deep", None, f"{depth} levels, the policy allows {deepest}"))
    return found


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


def _child_refusals(session: Session, node: Node, child: Agent, asked: Request) -> list[Reason]:
    """The delegate must hold authority itself: nobody launders a tier through a child."""
    below = read_node(session, child.id, node.currency, node.at)
    barred = below.position.barred(node.at)
    if barred is not None:
        return [Reason(f"child_{barred.code}", None, barred.message)]
    tier, ceiling = below.position.forward(node.at, asked.until, node.currency)
    if tier == 0 or ceiling == 0:
        message = f"{child.name} stands at T{tier} until the deadline"
        return [Reason("child_tier", None, message)]
    if below.used.exposure > ceiling:
        return [Reason("child_over_ceiling", None, f"{child.name} is over its own ceiling")]
    if asked.amount > ceiling:
        message = f"{child.name} itself may put at most {shown(ceiling, node.currency)} at risk"
        return [Reason("child_ceiling", None, message)]
    return []


def _overcommitted(node: Node, asked: Request, limit: Limit) -> list[Reason]:
    used, rule = node.used, node.position.policy.delegation
    own = limit.ceiling - used.penalties - used.spent - used.reserved
    if node.delegation is not None:
        row = node.delegation
        own = min(own, row.amount - row.penalties - row.spent - row.reserved)
    most = int(rule.overcommit * max(0, own))
    if used.delegated + asked.amount <= most or rule.overcommit == 1:
        return []
    message = f"all children together get at most {shown(most, node.currency)}"
    return [Reason("overcommit", None, message)]


def _grant(
    transaction: Transaction, node: Node, child: Agent, asked: Request, limit: Limit, used: Used
) -> DelegationAnswer:
    identifier, above = transaction.new_id(), node.delegation
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
    asked: Request,
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
        raise InputError(
            f"no sub-budget has the id {identifier!r}",
            field="delegation",
            hint="underwriter delegate tree",
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
