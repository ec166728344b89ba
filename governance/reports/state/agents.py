"""Agents as they stood at a moment: last certification, what is left of it, why not more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.gate.decay import elapsed_days, moment_after, tier_at, tier_drops
from governance.gate.policy import Policy
from governance.gate.reaudit import overdue
from governance.incidents.links import frozen_agents
from governance.kernel.money import Money
from governance.registry.policies import stored_policy
from governance.registry.standing import days_until_audit, gate_standing
from governance.reports.words import Words
from governance.store.agents import Agent, Certification
from governance.store.history import last_event, subjects_of
from governance.store.incident_links import IncidentLink
from governance.store.policies import DEFAULT_GROUP


@dataclass(frozen=True)
class AgentState:
    """An agent with its last certification; ``in_force`` is False for void and retired ones.

    ``frozen`` is the incident that froze the agent: it holds no authority until that is lifted.
    """

    agent: Agent
    certification: Certification | None
    retired_at: datetime | None
    void: bool
    frozen: IncidentLink | None = None

    @property
    def in_force(self) -> bool:
        """Return whether a certificate gives the agent whatever it has."""
        return self.certification is not None and self.retired_at is None and not self.void

    @cached_property
    def decision(self) -> Mapping[str, Any]:
        """Return the stored decision; empty where there is no certification."""
        return {} if self.certification is None else self.certification.decision


def agent_states(session: Session, at: datetime) -> list[AgentState]:
    """Return every agent registered until a moment, by name."""
    retired = subjects_of(session, "agent.retired", at)
    latest = _latest_certifications(session, at)
    frozen = frozen_agents(session, at)
    statement = select(Agent).where(Agent.registered_at <= at).order_by(Agent.name)
    return [
        _state(agent, latest.get(agent.id), retired.get(agent.id), at, frozen.get(agent.id))
        for agent in session.scalars(statement)
    ]


def agent_state(session: Session, agent: Agent, at: datetime) -> AgentState:
    """Return one agent as it stood at a moment."""
    retired = subjects_of(session, "agent.retired", at)
    latest = _latest_certifications(session, at, agent.id)
    frozen = frozen_agents(session, at).get(agent.id)
    return _state(agent, latest.get(agent.id), retired.get(agent.id), at, frozen)


def _state(
    agent: Agent,
    certification: Certification | None,
    retired_at: datetime | None,
    at: datetime,
    frozen: IncidentLink | None,
) -> AgentState:
    void = (
        certification is not None
        and certification.void_at is not None
        and certification.void_at <= at
    )
    return AgentState(agent, certification, retired_at, void, frozen)


def _latest_certifications(
    session: Session, at: datetime, agent_id: str | None = None
) -> dict[str, Certification]:
    statement = (
        select(Certification)
        .where(Certification.certified_at <= at)
        .order_by(Certification.event_sequence)
    )
    if agent_id is not None:
        statement = statement.where(Certification.agent_id == agent_id)
    return {row.agent_id: row for row in session.scalars(statement)}


def policy_at(session: Session, at: datetime, group: str = DEFAULT_GROUP) -> Policy | None:
    """Return the policy that the ledger says was in force for a group at a moment."""
    for name in (group, DEFAULT_GROUP):
        event = last_event(session, "policy.set", name, at)
        if event is not None:
            return stored_policy(session, event.data()["digest"])
    return None


@dataclass(frozen=True)
class Outlook:
    """What an agent holds at a moment and when decay alone takes it down."""

    tier: int | None
    ceiling: Money | None = None
    next_drop_at: datetime | None = None
    next_tier: int | None = None
    overdue: bool = False


def outlook(session: Session, state: AgentState, at: datetime) -> Outlook:
    """Return the tier that is left at a moment, and the next drop after it.

    The law is that of the policy version under which the certification was decided.
    """
    certification = state.certification
    if certification is None or not state.in_force:
        return Outlook(None)
    policy = policy_version(session, certification.policy_digest)
    standing = gate_standing(certification, policy)
    if state.frozen is not None:
        return Outlook(0, policy.ceiling(0))
    days = elapsed_days(certification.certified_at, at)
    if overdue(policy, days_until_audit(certification, standing, policy), days):
        return Outlook(0, policy.ceiling(0), overdue=True)
    tier = tier_at(standing, policy, days)
    coming = next((drop for drop in tier_drops(standing, policy) if drop.days >= days), None)
    return Outlook(
        tier=tier,
        ceiling=policy.ceiling(tier),
        next_drop_at=None
        if coming is None
        else moment_after(certification.certified_at, coming.days),
        next_tier=None if coming is None else coming.tier,
    )


def policy_version(session: Session, digest: str) -> Policy:
    """Return a stored policy, read once a session."""
    found: Policy | None = session.info.get(digest)
    if found is None:
        found = session.info[digest] = stored_policy(session, digest)
    return found


def why_not_more(state: AgentState, words: Words) -> tuple[str, ...]:
    """Return why the agent does not stand higher, the hardest reason first."""
    if state.retired_at is not None:
        return (words.tr("retired on {day}", day=words.day(state.retired_at)),)
    if state.certification is None:
        return (words.tr("never certified"),)
    if state.void:
        reason = state.certification.void_reason or ""
        return (words.tr("certificate void: {reason}", reason=reason),)
    messages = tuple(str(reason["message"]) for reason in state.decision.get("reasons", ()))
    if state.frozen is None:
        return messages
    day, reason = words.day(state.frozen.linked_at), state.frozen.reason
    return (words.tr("frozen on {day}: {reason}", day=day, reason=reason), *messages)
