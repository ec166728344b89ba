"""Changes that may need a second person: a policy that raises a ceiling, the lifting of a freeze.

Where no roles are in use there is one person, and such a change takes effect at once.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.gate.diff import diff
from governance.gate.policy import Policy
from governance.registry.agents import agent_by_id
from governance.registry.incident_effects import lift_freeze
from governance.registry.policies import policy_in_force, set_policy
from governance.registry.roles import Carry, propose
from governance.store.access import roles_in_use
from governance.store.agents import Agent
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
    """Put a policy in force, or propose it where it raises authority and roles are in use.

    Returns the proposal, or whether the policy in force changed.
    """
    if roles_in_use(transaction) and raises_authority(
        policy_in_force(transaction.session, group), policy
    ):
        document = {"policy": policy.model_dump(mode="json"), "group": group}
        return propose(transaction, "policy", group, document, role="policy_owner", reason=reason)
    return set_policy(transaction, policy, group, key=key)


def request_lift(transaction: Transaction, agent: Agent, reason: str) -> Proposal | None:
    """Lift an agent's freeze, or propose it where roles are in use; returns the proposal."""
    if roles_in_use(transaction):
        document = {"agent": agent.id}
        return propose(
            transaction, "lift", agent.name, document, role="policy_owner", reason=reason
        )
    lift_freeze(transaction, agent, reason)
    return None


def raises_authority(before: Policy, after: Policy) -> bool:
    """Return whether some agent could have more under the second policy than under the first.

    By a higher ceiling in some currency, by a lower threshold, or by slower decay, a longer time
    until an audit, a looser basis or evidence that counts where it did not.
    """
    moved = any(move.effect in ("gains", "mixed") for move in diff(before, after).moves)
    return moved or _ceiling_raised(before, after) or _rules_loosened(before, after)


def _ceiling_raised(before: Policy, after: Policy) -> bool:
    old = before.ceilings.tables()
    return any(
        amount > (old[currency][tier] if currency in old else 0)
        for currency, amounts in after.ceilings.tables().items()
        for tier, amount in enumerate(amounts)
    )


def _rules_loosened(before: Policy, after: Policy) -> bool:
    """Any change of the rules that bound authority over time counts, whatever its direction."""
    kept = ("window", "decay", "reaudit", "basis", "evidence", "actions", "delegation", "safety")
    parts = (*kept, "ih", "incidents", "contracts", "as_variant")
    return any(getattr(before, part) != getattr(after, part) for part in parts)


def carry_with(key: Ed25519PrivateKey | None) -> dict[str, Carry]:
    """Return what carries out each kind of proposal; policies are signed with the key."""

    def policy(transaction: Transaction, proposal: Proposal) -> None:
        found = Policy.model_validate(proposal.document["policy"])
        set_policy(transaction, found, proposal.document["group"], key=key)

    def lift(transaction: Transaction, proposal: Proposal) -> None:
        agent = agent_by_id(transaction.session, proposal.document["agent"])
        lift_freeze(transaction, agent, proposal.reason)

    return {"policy": policy, "lift": lift}
