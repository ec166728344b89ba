"""Stored agents and decisions in the form in which policies are compared and replayed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.gate.backtest import PastDecision
from governance.gate.decay import elapsed_days
from governance.gate.diff import Holder
from governance.gate.dimensions import Basis
from governance.registry.certifications import latest_certification
from governance.store.agents import Agent, Certification
from governance.store.policies import PolicyInForce


def policy_groups(session: Session) -> dict[str, tuple[str, datetime]]:
    """Return the digest in force and since when, for each group that has a policy of its own."""
    rows = session.scalars(select(PolicyInForce).order_by(PolicyInForce.agent_group))
    return {row.agent_group: (row.policy_digest, row.since) for row in rows}


def stored_holders(session: Session, at: datetime, group: str | None = None) -> list[Holder]:
    """Return active agents with a valid certification, as `governance.gate.diff` compares them."""
    query = select(Agent).where(Agent.status == "active").order_by(Agent.name)
    if group is not None:
        query = query.where(Agent.agent_group == group)
    found: list[Holder] = []
    for agent in session.scalars(query):
        last = latest_certification(session, agent)
        if last is not None and last.void_at is None:
            found.append(
                Holder(
                    name=agent.name,
                    vector=last.vector,
                    basis=_basis(last),
                    attempts=last.attempt,
                    days=elapsed_days(last.certified_at, at),
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


def _basis(row: Certification) -> Basis:
    return "bound" if row.basis == "bound" else "point"
