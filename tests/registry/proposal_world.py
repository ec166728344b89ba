"""People with roles, policies, and agents that an incident froze, for tests of proposals."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from governance.gate.policy import Policy, default_policy
from governance.gate.vector import RobustnessVector
from governance.identity.principals import add_new, find_principal
from governance.incidents.importing import import_records
from governance.incidents.intake import IncidentRecord, ReadResult
from governance.registry.agents import agent_by_id, register_agent
from governance.registry.certifications import certify_agent
from governance.registry.changes import carry_with, request_lift, request_policy
from governance.registry.incident_effects import link_incident
from governance.registry.policies import policy_in_force
from governance.registry.proposals import decide
from governance.store.agents import Agent
from governance.store.incidents import Incident
from governance.store.ledger import LedgerEvent, Proof
from governance.store.roles import Proposal
from governance.store.store import Store

STRONG = RobustnessVector(
    cc=0.96, er=0.95, as_=0.93, ih=0.92, n_cc=500, n_er=500, n_as=500, n_ih=500
)


def people(store: Store) -> None:
    """Let ada be an administrator, who makes bob and cyd policy owners and auditors."""
    with store.write() as transaction:
        add_new(transaction, "ada", "person", roles=["administrator"])
    with as_person(store, "ada").write() as transaction:
        for name in ("bob", "cyd"):
            add_new(transaction, name, "person", roles=["policy_owner", "auditor"])


def as_person(store: Store, name: str) -> Store:
    """Return the store in which a person acts, known by a token."""
    with store.read() as session:
        return store.acting_as(name, Proof(find_principal(session, name).id, "token:1"))


def policy(name: str, highest: int = 1_000_000, **sections: Any) -> Policy:
    data = {**default_policy().model_dump(), "name": name, **sections}
    data["ceilings"] = {**data["ceilings"], "minor_units": [0, 100, 1000, 10000, 100000, highest]}
    return Policy.model_validate(data)


STALE = "policy in force: was cgae-default version 1, is emergency version 1"
GENEROUS = policy("generous", 2_000_000)
EMERGENCY = policy("emergency", 100_000)


def propose_policy(store: Store, wanted: Policy = GENEROUS, actor: str = "bob") -> str:
    with as_person(store, actor).write() as transaction:
        proposal = request_policy(transaction, wanted, "default", "more work")
        assert isinstance(proposal, Proposal)
        return proposal.id


def propose_lift(store: Store, agent_id: str, actor: str = "bob") -> str:
    with as_person(store, actor).write() as transaction:
        agent = agent_by_id(transaction.session, agent_id)
        proposal = request_lift(transaction, agent, "cause removed")
        return proposal.id


def set_at_once(store: Store, wanted: Policy = EMERGENCY) -> None:
    """Put a policy in force that raises nothing."""
    with as_person(store, "bob").write() as transaction:
        assert request_policy(transaction, wanted, "default", "") is True


def approve(store: Store, identifier: str, actor: str = "cyd", **more: Any) -> None:
    with as_person(store, actor).write() as transaction:
        decide(transaction, identifier, approve=True, carry=carry_with(None), **more)


def frozen_agent(store: Store, name: str, number: int = 0) -> str:
    """Return the id of a certified agent that the incident of a number froze."""
    with store.write() as transaction:
        agent = register_agent(transaction, name)
        certify_agent(transaction, agent, STRONG)
    report(store, number)
    freeze(store, agent.id, number)
    return agent.id


def report(store: Store, number: int) -> None:
    """Let an incident of a number be known."""
    said = ("a page", "a mail", "a file")[number]
    record = IncidentRecord(
        source="own",
        source_id=str(number),
        title="Injection",
        description=f"An agent obeyed {said}.",
    )
    import_records(store, ReadResult("own", "plain", (record,), (), 0))


def freeze(store: Store, agent_id: str, number: int) -> None:
    """Link the incident of a number to an agent: it is frozen until somebody lifts that."""
    with store.write() as transaction:
        found = select(Incident).where(Incident.source_id == str(number))
        incident = transaction.session.scalars(found).one()
        agent = agent_by_id(transaction.session, agent_id)
        link_incident(transaction, incident, agent, "high", "it paid a forged invoice")


def in_force(store: Store) -> str:
    """Return the name of the policy in force."""
    with store.read() as session:
        return policy_in_force(session).name


def statuses(store: Store) -> dict[str, str]:
    with store.read() as session:
        return {agent.name: agent.status for agent in session.scalars(select(Agent))}


def events(store: Store, kind: str) -> list[dict[str, Any]]:
    """Return what the ledger says of a kind of event, the oldest first."""
    with store.read() as session:
        found = select(LedgerEvent).where(LedgerEvent.kind == kind).order_by(LedgerEvent.sequence)
        return [event.data() for event in session.scalars(found)]
