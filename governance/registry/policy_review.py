"""Stored agents and decisions in the form in which policies are compared and replayed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from governance.gate.backtest import PastDecision
from governance.gate.diff import Holder
from governance.gate.dimensions import Basis
from governance.registry.certifications import certifications_of
from governance.store.agents import Agent, Certification
from governance.store.past import positions_at
from governance.store.policies import DEFAULT_GROUP, PolicyInForce


def stored_holders(session: Session, at: datetime, *, group: str | None = None) -> list[Holder]:
    """Return the agents that are not barred at a moment, as `governance.gate.diff` compares them.

    By name; those whose authority is gone whatever their scores say are left out. With a group
    those alone whom its policy rules now: the default group's rules where a group has none.
    """
    agents = select(Agent.id).where(Agent.registered_at <= at).order_by(Agent.name)
    if group is not None:
        agents = agents.where(_ruled_by(group))
    identifiers = list(session.scalars(agents))
    positions = positions_at(session, identifiers, at)
    rows = certifications_of(session, positions.values())
    found: list[Holder] = []
    for position in map(positions.__getitem__, identifiers):
        certified = position.certified
        if certified is None or position.barred(at) is not None:
            continue
        row = rows[certified.id]
        found.append(
            Holder(
                name=position.name,
                vector=row.vector,
                basis=_basis(row),
                attempts=row.attempt,
                days=certified.days(at),
            )
        )
    return found


def stored_decisions(session: Session, since: datetime | None = None) -> list[PastDecision]:
    """Return certifications as they were decided, oldest first."""
    query = (
        select(Certification, Agent.name)
        .join(Agent, Agent.id == Certification.agent_id)
        .order_by(Certification.event_sequence)
    )
    if since is not None:
        query = query.where(Certification.certified_at >= since)
    return [
        PastDecision(
            name=name,
            at=row.certified_at,
            vector=row.vector,
            basis=_basis(row),
            attempts=row.attempt,
            tier=row.tier,
            ceiling=row.decision.ceiling,
        )
        for row, name in session.execute(query)
    ]


def _ruled_by(group: str) -> ColumnElement[bool]:
    if group != DEFAULT_GROUP:
        return Agent.agent_group == group
    own = select(PolicyInForce.agent_group).where(PolicyInForce.agent_group != DEFAULT_GROUP)
    return Agent.agent_group.not_in(own)


def _basis(row: Certification) -> Basis:
    return "bound" if row.basis == "bound" else "point"
