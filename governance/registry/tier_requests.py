"""Requests for a tier: the scaling gate's answer from stored evidence, kept in the ledger."""

from __future__ import annotations

from governance.economy.moment import begin
from governance.gate.request import TierAnswer, request_tier
from governance.kernel.clock import days_between
from governance.kernel.errors import InputError
from governance.registry.agents import find_agent
from governance.store.past import position_at
from governance.store.store import Transaction


def request_agent_tier(transaction: Transaction, name: str, asked: int) -> TierAnswer:
    """Answer an agent's request for a tier and record it.

    Raises InputError where the agent has no certification to answer from. An agent that is
    frozen, void or overdue is denied whatever its scores say. The gaps are those under the policy
    in force, by which the next audit will be judged, or else under the certification's own.
    """
    transaction = begin(transaction)
    session = transaction.session
    agent = find_agent(session, name)
    position = position_at(session, agent, transaction.now)
    last = position.certified
    if last is None:
        raise InputError(f"{agent.name!r} was never certified", field="agent")
    days = days_between(last.at, transaction.now)
    seen = [request_tier(view.standing, view.policy, asked, days) for view in last.views]
    held = position.tier(transaction.now)
    answer = TierAnswer(
        asked=asked,
        tier=held,
        granted=held >= asked,
        ceiling=position.ceiling_up_to(transaction.now, asked),
        gaps=() if held >= asked else next((one.gaps for one in seen if one.gaps), ()),
        audit_needed=held < asked,
    )
    transaction.record(
        "agent.tier_requested",
        agent.id,
        {"asked": asked, "tier": answer.tier, "granted": answer.granted, "certification": last.id},
    )
    return answer
