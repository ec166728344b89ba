"""What a change of authority does to money at risk, in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from governance.economy.unwinding import enforce_standing, with_money
from governance.store.agents import Agent
from governance.store.economy import Authority
from governance.store.policies import DEFAULT_GROUP, PolicyInForce
from governance.store.store import Transaction


def enforce_agent(transaction: Transaction, agent_id: str, cause: str) -> None:
    """Unwind what an agent, and the branch below it, may no longer hold; idempotent.

    Sub-budgets are revoked, held money is released from the newest on, and what still stands
    above the ceiling is recorded as over the ceiling with its cause.
    """
    transaction.session.flush()
    enforce_standing(transaction, agent_id, cause)


def enforce_agents(transaction: Transaction, causes: Mapping[str, str]) -> None:
    """Do the same for several agents, {id: cause}; those that hold nothing cost nothing."""
    transaction.session.flush()
    holding = with_money(transaction.session, causes)
    for agent_id, cause in causes.items():
        if agent_id in holding:
            enforce_standing(transaction, agent_id, cause)


def enforce_group(transaction: Transaction, group: str, cause: str) -> None:
    """Do the same for every agent that the policy of a group rules and that used authority."""
    session = transaction.session
    session.flush()
    used = select(Agent.id).where(
        Agent.id.in_(select(Authority.agent_id)), Agent.status != "retired"
    )
    if group == DEFAULT_GROUP:
        others = select(PolicyInForce.agent_group).where(PolicyInForce.agent_group != group)
        used = used.where(Agent.agent_group.not_in(others))
    else:
        used = used.where(Agent.agent_group == group)
    for agent_id in session.scalars(used.order_by(Agent.id)).all():
        enforce_standing(transaction, agent_id, cause)
