"""Changes that need a second person: a policy that raises a ceiling, the lifting of a freeze, an
agent made of what a frozen or retired one is made of.
"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.gate.policy import Policy
from governance.gate.raising import raises_authority
from governance.kernel.errors import InputError
from governance.registry.agents import (
    agent_by_id,
    change_agent,
    changed_digests,
    declared_by,
    register_agent,
)
from governance.registry.incident_effects import lift_freeze
from governance.registry.kinship import Declared, who_registers
from governance.registry.matches import WaitingChange, matches_of
from governance.registry.ordering import alone
from governance.registry.policies import policy_in_force, set_policy
from governance.registry.proposals import Carry, propose
from governance.store.agents import Agent, Certification
from governance.store.roles import Proposal
from governance.store.store import Transaction


def request_policy(
    transaction: Transaction,
    policy: Policy,
    group: str,
    reason: str,
    *,
    key: Ed25519PrivateKey | None = None,
) -> Proposal | bool:
    """Put a policy in force, or propose it where it raises authority.

    Returns the proposal, or whether the policy in force changed.
    """
    transaction = alone(transaction)
    if raises_authority(policy_in_force(transaction.session, group), policy):
        document = {"policy": policy.model_dump(mode="json"), "group": group}
        return propose(transaction, "policy", group, document, role="policy_owner", reason=reason)
    return set_policy(transaction, policy, group, key=key)


def request_lift(transaction: Transaction, agent: Agent, reason: str) -> Proposal:
    """Propose to lift an agent's freeze; returns the proposal."""
    if agent.status != "frozen":
        raise InputError(f"{agent.name!r} is {agent.status}, not frozen", field="agent")
    document = {"agent": agent.id}
    return propose(transaction, "lift", agent.name, document, role="auditor", reason=reason)


def request_registration(
    transaction: Transaction,
    name: str,
    *,
    digests: Mapping[str, str],
    group: str,
    description: str,
    reason: str,
) -> Agent | Proposal:
    """Register an agent, or propose it where its digests match and a reason is given."""
    if reason.strip():
        declared = declared_by(transaction, name, digests)
        texts = {"group": group, "description": description}
        waiting = _waiting(transaction, name, declared, texts)
        if waiting is not None:
            return _propose(transaction, "registration", waiting, reason)
    return register_agent(transaction, name, digests=digests, group=group, description=description)


def request_digests(
    transaction: Transaction, agent: Agent, digests: Mapping[str, str], reason: str
) -> list[Certification] | Proposal:
    """Change what an agent is made of, or propose it where that matches and a reason is given."""
    if reason.strip():
        declared = changed_digests(agent, digests)
        waiting = _waiting(transaction, agent.name, declared, {"agent": agent.id})
        if waiting is not None and declared.digests != agent.digests:
            return _propose(transaction, "change", waiting, reason)
    return change_agent(transaction, agent, digests)


def _waiting(
    transaction: Transaction, name: str, declared: Declared, texts: Mapping[str, str]
) -> WaitingChange | None:
    """Return what has to wait for a second person; None where no match asks for one."""
    matches = tuple(one for one in matches_of(transaction, declared) if one.refused)
    if not matches:
        return None
    return WaitingChange(
        name=name,
        digests=dict(declared.digests),
        matches=matches,
        registered_by=who_registers(transaction),
        **texts,
    )


def _propose(transaction: Transaction, kind: str, waiting: WaitingChange, reason: str) -> Proposal:
    document = waiting.model_dump(mode="json")
    return propose(transaction, kind, waiting.name, document, role="auditor", reason=reason)


def carry_with(key: Ed25519PrivateKey | None) -> dict[str, Carry]:
    """Return what carries out each kind of proposal; policies are signed with the key."""

    def policy(transaction: Transaction, proposal: Proposal) -> None:
        found = Policy.model_validate(proposal.document["policy"])
        set_policy(transaction, found, proposal.document["group"], key=key)

    def lift(transaction: Transaction, proposal: Proposal) -> None:
        agent = agent_by_id(transaction.session, proposal.document["agent"])
        lift_freeze(transaction, agent, proposal.reason)

    return {"policy": policy, "lift": lift, "registration": _register, "change": _change}


def _register(transaction: Transaction, proposal: Proposal) -> None:
    waiting = WaitingChange.model_validate(proposal.document)
    register_agent(
        transaction,
        waiting.name,
        digests=waiting.digests,
        group=waiting.group,
        description=waiting.description,
        agreement=waiting.agreed_by(_second(transaction, proposal)),
    )


def _second(transaction: Transaction, proposal: Proposal) -> str:
    """Return who agreed, as certificates will say it: one person who is alone is no second one."""
    who = transaction.proof.actor_id
    if who is None or who != proposal.proposed_by_id:
        return transaction.actor
    return f"{transaction.actor}, who proposed it (single user)"


def _change(transaction: Transaction, proposal: Proposal) -> None:
    waiting = WaitingChange.model_validate(proposal.document)
    agent = transaction.session.get_one(Agent, waiting.agent)
    agreement = waiting.agreed_by(_second(transaction, proposal))
    change_agent(transaction, agent, waiting.digests, agreement)
