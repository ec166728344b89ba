"""What a proposal would do, for who is to decide over it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from governance.gate.diff import PolicyDiff, diff
from governance.gate.policy import Policy
from governance.gate.position import AgentPosition
from governance.kernel.money import Money
from governance.kernel.value import IsoTime, Value
from governance.registry.agents import agent_by_id
from governance.registry.incident_effects import open_freezes
from governance.registry.policies import policy_in_force
from governance.registry.policy_review import stored_holders
from governance.store.agents import Agent
from governance.store.incident_links import IncidentLink
from governance.store.incidents import Incident
from governance.store.past import position_at
from governance.store.positions import stored_policy
from governance.store.roles import Proposal


class FreezingIncident(Value):
    """An incident that froze an agent."""

    incident: str
    source: str
    source_id: str
    severity: str
    reason: str
    since: IsoTime


class Authority(Value):
    """A tier with its ceiling in the main currency of the policy in force."""

    tier: int
    ceiling: Money


class LiftEffect(Value):
    """What lifting an agent's freeze gives back, and why it was frozen.

    ``now`` is what the agent may do, ``after`` what it may do once the freeze is lifted.
    """

    agent: dict[str, str]
    status: str
    frozen_since: IsoTime | None
    incidents: tuple[FreezingIncident, ...]
    now: Authority
    after: Authority


def lift_effect(session: Session, proposal: Proposal, at: datetime) -> LiftEffect:
    """Return what lifting the freeze of a proposal's agent does at a moment."""
    agent = agent_by_id(session, proposal.document["agent"])
    position = position_at(session, agent, at)
    incidents = [_incident(session, link) for link in _freezes(session, proposal, agent)]
    return LiftEffect(
        agent={"id": agent.id, "name": agent.name},
        status=agent.status,
        frozen_since=min((one.since for one in incidents), default=None),
        incidents=tuple(incidents),
        now=_authority(position, at),
        after=_authority(replace(position, status="active"), at),
    )


def policy_effect(session: Session, proposal: Proposal, at: datetime) -> PolicyDiff:
    """Compare the policy in force with the proposed one, for the agents that it would rule.

    For a proposal that was decided, the policy that it was made against is the one before.
    """
    group = proposal.document["group"]
    before = policy_in_force(session, group)
    if proposal.state != "open" and proposal.against is not None:
        before = stored_policy(session, proposal.against["policy"]["digest"])
    holders = stored_holders(session, at, group=group)
    return diff(before, proposed_policy(proposal), holders)


def proposed_policy(proposal: Proposal) -> Policy:
    """Return the policy that a proposal would put in force."""
    return Policy.model_validate(proposal.document["policy"])


def _freezes(session: Session, proposal: Proposal, agent: Agent) -> list[IncidentLink]:
    """Return the open freezes, or those that a decided proposal was about."""
    if proposal.state == "open":
        return open_freezes(session, agent)
    kept: list[str] = (proposal.against or {}).get("freezes", [])
    return [session.get_one(IncidentLink, identifier) for identifier in kept]


def _incident(session: Session, link: IncidentLink) -> FreezingIncident:
    incident = session.get_one(Incident, link.incident_id)
    return FreezingIncident(
        incident=incident.id,
        source=incident.source,
        source_id=incident.source_id,
        severity=link.severity,
        reason=link.reason,
        since=link.linked_at,
    )


def _authority(position: AgentPosition, at: datetime) -> Authority:
    return Authority(tier=position.tier(at), ceiling=position.ceiling(at))
