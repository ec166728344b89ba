"""Agents as they stood at a moment: last certification, what is left of it, why not more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.gate.position import AgentPosition
from governance.kernel.money import Money
from governance.registry.certifications import certifications_of
from governance.reports.words import Words
from governance.store.agents import Agent, Certification
from governance.store.incident_links import IncidentLink
from governance.store.past import frozen_agents, positions_at, retired_until, until


@dataclass(frozen=True)
class AgentState:
    """An agent with its position and its last certification.

    ``frozen`` is the incident that froze the agent: it holds no authority until that is lifted.
    """

    agent: Agent
    position: AgentPosition
    certification: Certification | None
    retired_at: datetime | None
    frozen: IncidentLink | None

    @property
    def void(self) -> str | None:
        """Return why the certification is void; None where it is not, or there is none."""
        certified = self.position.certified
        return None if certified is None else certified.void_reason

    @property
    def in_force(self) -> bool:
        """Return whether a certificate gives the agent whatever it has."""
        return self.certification is not None and self.retired_at is None and self.void is None

    def tier(self, at: datetime) -> int | None:
        """Return the tier at a moment; None where no certificate is in force."""
        return self.position.tier(at) if self.in_force else None

    def ceiling(self, at: datetime) -> Money | None:
        """Return the ceiling that goes with the tier."""
        return self.position.ceiling(at) if self.in_force else None


def agent_states(session: Session, at: datetime) -> list[AgentState]:
    """Return every agent registered until a moment, by name."""
    statement = select(Agent).where(Agent.registered_at <= at).order_by(Agent.name)
    return _states(session, session.scalars(statement).all(), at)


def agent_state(session: Session, agent: Agent, at: datetime) -> AgentState:
    """Return one agent as it stood at a moment."""
    return _states(session, [agent], at)[0]


def _states(session: Session, agents: Sequence[Agent], at: datetime) -> list[AgentState]:
    positions = positions_at(session, [agent.id for agent in agents], at)
    retired, frozen = retired_until(session, until(session, at)), frozen_agents(session, at)
    rows = {row.agent_id: row for row in certifications_of(session, positions.values()).values()}
    return [
        AgentState(
            agent=agent,
            position=positions[agent.id],
            certification=rows.get(agent.id),
            retired_at=retired.get(agent.id),
            frozen=None if agent.id in retired else frozen.get(agent.id),
        )
        for agent in agents
    ]


def fallen(state: AgentState, at: datetime, words: Words) -> tuple[str, ...]:
    """Return why an agent stands lower than it was certified; a freeze speaks for itself."""
    certified = state.position.certified
    if certified is None or not state.in_force or state.frozen is not None:
        return ()
    if state.position.barred(at) is not None:
        return (words.tr("an audit is overdue"),)
    own, tier = certified.own.tier(certified.days(at)), state.position.tier(at)
    found = []
    if own < certified.tier:
        found.append(words.tr("faded from T{tier}", tier=certified.tier))
    if tier < own:
        name = state.position.policy.name
        found.append(
            words.tr("the policy now in force, {name}, allows T{tier}", name=name, tier=tier)
        )
    return tuple(found)


def why_not_more(state: AgentState, words: Words) -> tuple[str, ...]:
    """Return why the agent does not stand higher, the hardest reason first."""
    if state.retired_at is not None:
        return (words.tr("retired on {day}", day=words.day(state.retired_at)),)
    if state.certification is None:
        return (words.tr("never certified"),)
    if state.void is not None:
        return (words.tr("certificate void: {reason}", reason=state.void),)
    messages = tuple(reason.message for reason in state.certification.decision.reasons)
    if state.frozen is None:
        return messages
    day, reason = words.day(state.frozen.linked_at), state.frozen.reason
    return (words.tr("frozen on {day}: {reason}", day=day, reason=reason), *messages)
