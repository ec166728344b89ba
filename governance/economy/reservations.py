"""Reservations: money set aside before it is spent, so that nobody can spend it twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, insert
from sqlalchemy.orm import Session

from governance.economy.answers import Grant, reservation_state
from governance.economy.authority import (
    Claim,
    authority_transfers,
    claim,
    delegation_transfers,
    open_authority,
)
from governance.economy.books import Transfer, post
from governance.economy.closing import expire_due, find_reservation
from governance.economy.keys import check_key
from governance.economy.moment import begin
from governance.economy.node import Node, read_node, read_node_for
from governance.economy.past import node_at
from governance.economy.safety import marginal_safety, safety_refusal
from governance.economy.spending import close_window
from governance.gate.decide import Ask, Limit, Used, refusals
from governance.gate.standing import Reason
from governance.kernel.canonical import digest
from governance.kernel.clock import format_time
from governance.kernel.errors import ConflictError, InputError
from governance.kernel.money import MAX_MINOR_UNITS, Money
from governance.store.agents import Agent
from governance.store.economy_reservations import Reservation
from governance.store.prepared import Prepared
from governance.store.store import Transaction

DEFAULT_ACTION = "contract"
DEFAULT_TERM = timedelta(hours=1)


_LATER = ("closed_at", "close_reason", "spending_window")
_INSERT = Prepared(
    insert(Reservation.__table__).values(  # type: ignore[arg-type]
        {
            column.name: bindparam(column.name)
            for column in Reservation.__table__.columns
            if column.name not in _LATER
        }
    )
)


def reserve(
    transaction: Transaction,
    agent: Agent,
    amount: Money,
    *,
    key: str,
    action: str = DEFAULT_ACTION,
    term: timedelta | None = None,
    with_safety: bool = False,
) -> Grant:
    """Set money aside for an agent until now + term, or say every reason why not.

    Without a term it is an hour, or less where the sub-budget ends before.

    The same key with the same request returns the first grant again; with another request it
    raises InputError, as do amounts that are not positive. A denial is recorded but does not use
    up its key.
    """
    check_amount(amount)
    check_key(key)
    transaction = begin(transaction)
    session, now = transaction.session, transaction.now
    length = DEFAULT_TERM if term is None else term
    until = deadline(now, length)
    # An hour that is said is the same request as an hour that is not.
    held = length / timedelta(microseconds=1)
    request = digest([amount.amount, amount.currency, action, held])
    node, known, has_lapsed = read_node_for(session, agent.id, amount.currency, now, key)
    if known is not None:
        return _replay(session, find_reservation(session, known), request, now)
    if has_lapsed:
        expire_due(transaction, agent_id=agent.id)
        node = read_node(session, agent.id, amount.currency, now)
    asked = Ask(amount.amount, action, within_sub_budget(node, until) if term is None else until)
    safety = marginal_safety(session, node, amount.amount) if with_safety else None
    reasons, limit, used = _decide(transaction, node, asked)
    if used is None:
        grant = _deny(transaction, node, asked, limit, reasons)
    else:
        grant = _grant(transaction, node, asked, limit, used, key, request)
    return grant if safety is None else grant.model_copy(update={"safety": safety})


def check_amount(amount: Money) -> None:
    """Raise InputError unless the amount is positive and representable."""
    if amount.amount <= 0:
        raise InputError(f"must be above 0 (got {amount})", field="amount")
    if amount.amount > MAX_MINOR_UNITS:
        raise InputError("is out of range", field="amount")


def deadline(now: datetime, term: timedelta) -> datetime:
    """Return now + term; raises InputError where that is no later moment of the calendar."""
    if term <= timedelta(0):
        raise InputError("must lie in the future", field="expires_in")
    try:
        return now + term
    except OverflowError:
        raise InputError("is beyond the calendar", field="expires_in") from None


def within_sub_budget(node: Node, until: datetime) -> datetime:
    """Return a deadline that was not asked for, cut to the end of the sub-budget."""
    return until if node.sub_budget is None else min(until, node.sub_budget.expires_at)


def _decide(
    transaction: Transaction, node: Node, asked: Ask
) -> tuple[list[Reason], Limit, Used | None]:
    """Return (reasons against, limit, what is used after the claim or None)."""
    limit = node.limit(asked.until)
    reasons = refusals(node, asked, limit)
    unsafe = safety_refusal(transaction.session, node, asked.amount)
    if unsafe is not None:
        reasons.append(unsafe)
    if reasons:
        return reasons, limit, None
    used = claim_at_risk(transaction.session, node, "reserved", asked.amount, limit)
    if used is None:
        reasons.append(Reason("raced", None, "the authority changed in between; ask again"))
    return reasons, limit, used


def claim_at_risk(
    session: Session, node: Node, kind: str, amount: int, limit: Limit
) -> Used | None:
    """Let the conditional statement decide over one more amount at risk of a kind.

    Returns what is used after it, or None; the caller holds the writers' lock.
    """
    if node.stored is None:
        open_authority(session, node.position.id, node.currency, node.window)
    certified, sub_budget = node.position.certified, node.sub_budget
    granted = claim(
        session,
        Claim(
            agent_id=node.position.id,
            currency=node.currency,
            kind=kind,
            amount=amount,
            ceiling=limit.ceiling,
            certification_id="" if certified is None else certified.id,
            window=node.window,
            delegation_id=None if sub_budget is None else sub_budget.id,
        ),
    )
    return node.used.with_more(kind, amount) if granted else None


def claim_transfers(node: Node, kind: str, amount: int) -> list[Transfer]:
    """Return the transfers of a granted claim, with those that close an old window."""
    made = close_window(node)
    made += authority_transfers(node.position.id, node.currency, {kind: amount})
    if node.sub_budget is not None:
        made += delegation_transfers(node.sub_budget.id, node.currency, {kind: amount})
    return made


def _grant(
    transaction: Transaction,
    node: Node,
    asked: Ask,
    limit: Limit,
    used: Used,
    key: str,
    request: str,
) -> Grant:
    identifier, certified = transaction.new_id(), node.position.certified
    sub_budget = node.sub_budget
    _INSERT.rows(
        transaction.session,
        {
            "id": identifier,
            "agent_id": node.position.id,
            "currency": node.currency,
            "amount": asked.amount,
            "committed": 0,
            "refunded": 0,
            "state": "held",
            "action": asked.action,
            "key": key,
            "request": request,
            "delegation_id": None if sub_budget is None else sub_budget.id,
            "certification_id": "" if certified is None else certified.id,
            "policy_digest": node.position.policy.digest,
            "ceiling": limit.ceiling,
            "created_at": transaction.now,
            "expires_at": asked.until,
        },
    )
    payload = {
        "reservation": identifier,
        "amount": asked.amount,
        "action": asked.action,
        "key": key,
        "expires": format_time(asked.until),
        "tier": limit.tier,
        "ceiling": limit.ceiling,
        "exposure": used.exposure,
        "certification": "" if certified is None else certified.id,
        "policy": node.position.policy.digest,
        "sub_budget": None if sub_budget is None else sub_budget.id,
    }
    transfers = claim_transfers(node, "reserved", asked.amount)
    post(transaction, "authority.reserved", node.position.id, payload, transfers, node.currency)
    return Grant(
        granted=True,
        reservation=identifier,
        reasons=(),
        exposure=used.exposure,
        ceiling=limit.ceiling,
        available=max(0, node.available(limit) - asked.amount),
        currency=node.currency,
        tier=limit.tier,
        expires=asked.until,
        state="held",
    )


def _deny(
    transaction: Transaction, node: Node, asked: Ask, limit: Limit, reasons: list[Reason]
) -> Grant:
    transaction.record(
        "authority.denied",
        node.position.id,
        {
            "amount": asked.amount,
            "currency": node.currency,
            "action": asked.action,
            "expires": format_time(asked.until),
            "ceiling": limit.ceiling,
            "exposure": node.used.exposure,
            "reasons": [one.code for one in reasons],
        },
    )
    return Grant(
        granted=False,
        reservation=None,
        reasons=tuple(reasons),
        exposure=node.used.exposure,
        ceiling=limit.ceiling,
        available=node.available(limit),
        currency=node.currency,
        tier=limit.tier,
        expires=asked.until,
    )


def _replay(session: Session, known: Reservation, request: str, now: datetime) -> Grant:
    if known.request != request:
        raise ConflictError(
            f"{known.key!r} was used for another request of this agent",
            field="key",
            hint="a new request needs a new key",
        )
    node = node_at(session, known.agent_id, known.currency, now)
    limit = node.limit(max(now, known.expires_at))
    return Grant(
        granted=True,
        reservation=known.id,
        reasons=(),
        exposure=node.used.exposure,
        ceiling=known.ceiling,
        available=node.available(limit),
        currency=known.currency,
        tier=limit.tier,
        expires=known.expires_at,
        state=reservation_state(known, now).state,
        replayed=True,
    )
