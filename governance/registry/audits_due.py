"""Audits that are due, with what lets both sides check that nobody chose the moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.gate.decay import moment_after
from governance.gate.position import AgentPosition
from governance.gate.reaudit import unit_exponential
from governance.kernel.clock import days_between
from governance.kernel.value import Value
from governance.registry.certifications import certifications_of
from governance.store.agents import Agent, Certification
from governance.store.past import positions_at


class DueAudit(Value):
    """An audit that is due: since when, why, and from when on the agent is at T0 for it.

    ``reveal`` opens the commitment of the certification: seed and contribution give the unit
    exponential, and with the scores and the policy the due moment.
    """

    agent: str
    id: str
    certification: str
    certified_at: datetime
    due_at: datetime
    cause: str
    overdue_at: datetime | None
    overdue: bool
    reveal: dict[str, Any]


def due_audits(session: Session, at: datetime) -> list[DueAudit]:
    """Return every audit due at a moment, the longest due first; dates to come stay hidden."""
    agents = session.scalars(select(Agent.id).where(Agent.registered_at <= at)).all()
    positions = positions_at(session, agents, at).values()
    rows = certifications_of(session, positions)
    found = [audit for one in positions if (audit := _due(one, rows, at)) is not None]
    return sorted(found, key=lambda audit: (audit.due_at, audit.agent))


def _due(position: AgentPosition, rows: dict[str, Certification], at: datetime) -> DueAudit | None:
    certified = position.certified
    if position.status != "active" or certified is None:
        return None
    if certified.void_reason is not None or certified.tier == 0:
        return None
    days, passed = certified.due_after, days_between(certified.at, at)
    if days is None or days > passed:
        return None
    due_at = moment_after(certified.at, days)
    if due_at is None:
        return None
    last, policy = rows[certified.id], certified.own.policy
    seed, contribution = bytes.fromhex(last.audit_seed), last.audit_contribution
    return DueAudit(
        agent=position.name,
        id=position.id,
        certification=last.id,
        certified_at=last.certified_at,
        due_at=due_at,
        cause="stale_ih" if days == policy.ih.fresh_days else "spot",
        overdue_at=moment_after(last.certified_at, days + policy.reaudit.overdue_days),
        overdue=certified.lapses_after is not None and passed > certified.lapses_after,
        reveal={
            "commitment": last.audit_commitment,
            "seed": last.audit_seed,
            "contribution": contribution,
            "unit_exponential": unit_exponential(seed, last.id, contribution.encode()),
        },
    )
