"""Where agents stood at a past moment: the rows of now, taken back to what the ledger says.

The ledger is in one order, so a moment is the last event until it. A moment that no event follows
is the present, and is read as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from governance.gate.policy import Policy
from governance.gate.position import AgentPosition
from governance.kernel.errors import InputError
from governance.store.agents import Agent, Certification
from governance.store.incident_links import FREEZE, IncidentLink
from governance.store.ledger import LedgerEvent, LedgerHead
from governance.store.policies import DEFAULT_GROUP
from governance.store.positions import (
    BATCH,
    CERTIFIED,
    PositionRow,
    positions_from,
    read_position,
    read_positions,
    stored_policy,
)


@dataclass(frozen=True)
class Until:
    """Everything until a moment, as far as the ledger's event of a number; that one included."""

    at: datetime
    sequence: int

    def event(self) -> ColumnElement[bool]:
        """Return the condition on ledger events."""
        return and_(LedgerEvent.at <= self.at, LedgerEvent.sequence <= self.sequence)

    def holds(self, event: LedgerEvent) -> bool:
        """Return whether an event is among them."""
        return event.at <= self.at and event.sequence <= self.sequence

    def certification(self) -> ColumnElement[bool]:
        """Return the condition on certifications."""
        return and_(
            Certification.certified_at <= self.at, Certification.event_sequence <= self.sequence
        )


def present(session: Session, now: datetime) -> datetime:
    """Return what is now for who reads: never before the last event of a host that is ahead."""
    head = session.scalar(select(LedgerHead.at))
    return now if head is None else max(now, head)


def past(session: Session, at: datetime) -> Until | None:
    """Return how far the ledger went at a moment; None where nothing has happened since."""
    head = session.scalar(select(LedgerHead.at))
    return None if head is None or at >= head else until(session, at)


def until(session: Session, at: datetime) -> Until:
    """Return the last event until a moment; number 0 before the first."""
    last = session.scalar(select(func.max(LedgerEvent.sequence)).where(LedgerEvent.at <= at))
    return Until(at, last or 0)


def position_at(session: Session, agent: Agent, at: datetime) -> AgentPosition:
    """Return where an agent stood at a moment; raises InputError where it was registered later."""
    check_registered(agent, at)
    return positions_at(session, [agent.id], at)[agent.id]


def check_registered(agent: Agent, at: datetime) -> None:
    """Raise InputError where an agent was registered after a moment."""
    if agent.registered_at > at:
        raise InputError(f"{agent.name!r} was registered later", field="at")


def positions_at(
    session: Session, agent_ids: Sequence[str], at: datetime
) -> dict[str, AgentPosition]:
    """Return where agents stood at a moment, by id; all of them were registered by then."""
    moment = past(session, at)
    if moment is not None:
        return positions_until(session, agent_ids, moment)
    if len(agent_ids) == 1:
        session.flush()
        return {agent_ids[0]: read_position(session, agent_ids[0])}
    return read_positions(session, list(agent_ids))


def positions_until(
    session: Session, agent_ids: Sequence[str], moment: Until
) -> dict[str, AgentPosition]:
    """Return where agents stood when the ledger had come so far, by id."""
    policies = policies_until(session, moment)
    retired, frozen = retired_until(session, moment), frozen_agents(session, moment.at)
    found: dict[str, AgentPosition] = {}
    for start in range(0, len(agent_ids), BATCH):
        part = agent_ids[start : start + BATCH]
        certified = _certified(session, part, moment)
        agents = session.execute(
            select(Agent.id, Agent.name, Agent.agent_group).where(Agent.id.in_(part))
        )
        rows = []
        for row in agents:
            status = "frozen" if row.id in frozen else "active"
            rows.append(
                PositionRow(
                    id=row.id,
                    name=row.name,
                    status="retired" if row.id in retired else status,
                    group_policy=policies.get(row.agent_group),
                    default_policy=policies.get(DEFAULT_GROUP),
                    **certified.get(row.id, _NEVER)._asdict(),
                )
            )
        found |= positions_from(session, rows)
    return found


def policies_until(session: Session, moment: Until) -> dict[str, str]:
    """Return {group: digest of the policy in force} as the ledger says."""
    events = session.scalars(
        select(LedgerEvent)
        .where(LedgerEvent.kind == "policy.set", moment.event())
        .order_by(LedgerEvent.sequence)
    )
    return {event.subject: event.data()["digest"] for event in events}


def policy_at(session: Session, at: datetime, group: str = DEFAULT_GROUP) -> Policy | None:
    """Return the policy that the ledger says was in force for a group at a moment."""
    known = policies_until(session, until(session, at))
    digest = known.get(group) or known.get(DEFAULT_GROUP)
    return None if digest is None else stored_policy(session, digest)


def retired_until(session: Session, moment: Until) -> dict[str, datetime]:
    """Return {agent id: moment} of the agents that were retired."""
    statement = (
        select(LedgerEvent.subject, func.max(LedgerEvent.at))
        .where(LedgerEvent.kind == "agent.retired", moment.event())
        .group_by(LedgerEvent.subject)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def frozen_agents(session: Session, at: datetime) -> dict[str, IncidentLink]:
    """Return {agent id: the incident link that froze it} for agents frozen at a moment."""
    statement = (
        select(IncidentLink)
        .where(
            IncidentLink.effect == FREEZE,
            IncidentLink.linked_at <= at,
            or_(IncidentLink.lifted_at.is_(None), IncidentLink.lifted_at > at),
        )
        .order_by(IncidentLink.linked_at, IncidentLink.id)
    )
    return {row.agent_id: row for row in session.scalars(statement)}


class _Certified(NamedTuple):
    """The columns of a certification that a position follows from."""

    certification: str | None
    certified_at: datetime | None
    tier: int | None
    void_at: datetime | None
    void_reason: str | None
    policy_digest: str | None
    audit_contribution: str | None
    reaudit_ordered_at: datetime | None


_NEVER = _Certified(None, None, None, None, None, None, None, None)


def _certified(session: Session, agents: Sequence[str], moment: Until) -> dict[str, _Certified]:
    latest = (
        select(func.max(Certification.event_sequence))
        .where(Certification.agent_id.in_(agents), moment.certification())
        .group_by(Certification.agent_id)
    )
    rows = session.execute(
        select(Certification.agent_id, *CERTIFIED).where(Certification.event_sequence.in_(latest))
    )
    return {row[0]: _as_of(_Certified(*row[1:]), moment.at) for row in rows}


def _as_of(row: _Certified, at: datetime) -> _Certified:
    """Take back what became of a certification after a moment."""
    if row.void_at is not None and row.void_at > at:
        row = row._replace(void_at=None, void_reason=None)
    if row.reaudit_ordered_at is not None and row.reaudit_ordered_at > at:
        row = row._replace(reaudit_ordered_at=None)
    return row
