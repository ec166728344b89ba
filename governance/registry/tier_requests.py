"""Requests for a tier: the scaling gate's answer from stored evidence, kept in the ledger."""

from __future__ import annotations

from governance.gate.decay import elapsed_days
from governance.gate.request import TierAnswer, request_tier
from governance.kernel.errors import InputError
from governance.registry.agents import find_agent
from governance.registry.certifications import latest_certification
from governance.registry.policies import stored_policy
from governance.registry.standing import gate_standing, standing_of_agent
from governance.store.store import Transaction


def request_agent_tier(transaction: Transaction, name: str, asked: int) -> TierAnswer:
    """Answer an agent's request for a tier and record it.

    Raises InputError where the agent has no certification to answer from. An agent that is
    frozen, void or overdue is denied whatever its scores say.
    """
    session = transaction.session
    agent = find_agent(session, name)
    last = latest_certification(session, agent)
    if last is None:
        raise InputError(f"{agent.name!r} was never certified", field="agent")
    policy = stored_policy(session, last.policy_digest)
    days = elapsed_days(last.certified_at, transaction.now)
    answer = request_tier(gate_standing(last, policy), policy, asked, days)
    held = standing_of_agent(session, agent, transaction.now).tier
    if held < answer.tier:
        answer = answer.model_copy(
            update={
                "tier": held,
                "granted": held >= asked,
                "ceiling": policy.ceiling(held),
                "audit_needed": held < asked,
            }
        )
    transaction.record(
        "agent.tier_requested",
        agent.id,
        {"asked": asked, "tier": answer.tier, "granted": answer.granted, "certification": last.id},
    )
    return answer
