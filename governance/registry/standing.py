"""Where agents stand at a moment, in words: what each may do, and every reason for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.gate import reaudit
from governance.gate.position import AgentPosition, Certified
from governance.kernel.clock import days_between
from governance.kernel.money import Money
from governance.kernel.value import Value
from governance.registry.certifications import certifications_of
from governance.store.agents import Agent, Certification
from governance.store.past import position_at, positions_at


class TierDropAt(Value):
    """A moment after which time alone leaves the agent at a lower tier."""

    at: datetime
    tier: int


class AgentStanding(Value):
    """What an agent may do at a moment, and why.

    ``certified_tier`` is what the last certification earned, ``tier`` what is left of it now, and
    ``ceiling`` what goes with it in the main currency of the policy in force; ``policy`` is the
    one of the certification. ``evidence`` is verified, declared or not_assessed.
    """

    agent: str
    id: str
    status: str
    group: str
    at: datetime
    tier: int
    certified_tier: int | None
    ceiling: Money
    steps: dict[str, int]
    ih_pass: bool
    binding: tuple[str, ...]
    gaps: dict[str, float | None]
    missing: tuple[str, ...]
    basis: str | None
    attempt: int | None
    certified_at: datetime | None
    certification: str | None
    certificate: dict[str, Any] | None
    scores: dict[str, float | None]
    next_tier_drop: datetime | None
    tier_drops: tuple[TierDropAt, ...]
    audit_rate: float
    audit_commitment: str | None
    evidence: str
    evidence_source: str | None
    policy: dict[str, str]
    reasons: tuple[str, ...]


def standing_of_agent(session: Session, agent: Agent, at: datetime) -> AgentStanding:
    """Return where one agent stands at a moment, past ones too.

    Raises InputError where the agent was registered later.
    """
    position = position_at(session, agent, at)
    return _standing(agent, position, certifications_of(session, [position]), at)


def all_standings(session: Session, at: datetime) -> list[AgentStanding]:
    """Return where every agent that was registered by then stands at a moment, by name."""
    agents = list(
        session.scalars(select(Agent).where(Agent.registered_at <= at).order_by(Agent.name))
    )
    return standings_of(session, agents, at)


def standings_of(session: Session, agents: Sequence[Agent], at: datetime) -> list[AgentStanding]:
    """Return where several agents stand at a moment, in the order given.

    The number of statements grows with the batches of them, not with each.
    """
    positions = positions_at(session, [agent.id for agent in agents], at)
    rows = certifications_of(session, positions.values())
    return [_standing(agent, positions[agent.id], rows, at) for agent in agents]


def why_not_certified(position: AgentPosition, at: datetime) -> tuple[str, ...]:
    """Return why an agent stands below its last certification; nothing where it does not."""
    certified = position.certified
    if certified is None:
        return ("never certified: T0",)
    barred = position.barred(at)
    if barred is None:
        return tuple(_lowered(certified, days_between(certified.at, at)))
    messages = {
        "status": f"the agent is {position.status}: T0",
        "void": f"the certification is void ({certified.void_reason}): T0",
        "audit_overdue": "an audit is overdue: T0",
    }
    return (messages[barred.code],)


def _lowered(certified: Certified, days: float) -> list[str]:
    """Return what decay under the own policy took, and then what the policy in force takes."""
    found, tier = [], certified.own.tier(days)
    if tier < certified.tier:
        found.append(f"decayed from T{certified.tier} to T{tier} in {days:.1f} days")
    for view in certified.views[:-1]:
        under = view.tier(days)
        if under < tier:
            found.append(f"the policy now in force, {view.policy.name}, allows T{under}")
            tier = under
    return found


def _standing(
    agent: Agent, position: AgentPosition, rows: dict[str, Certification], at: datetime
) -> AgentStanding:
    tier = position.tier(at)
    drops = tuple(TierDropAt(at=drop.at, tier=drop.tier) for drop in position.drops(at))
    certified = position.certified
    found = (
        _without_certification(position)
        if certified is None
        else _with_certification(certified, rows[certified.id], tier)
    )
    return AgentStanding(
        agent=agent.name,
        id=agent.id,
        status=position.status,
        group=agent.agent_group,
        at=at,
        tier=tier,
        ceiling=position.ceiling(at),
        next_tier_drop=drops[0].at if drops else None,
        tier_drops=drops,
        **{**found, "reasons": (*why_not_certified(position, at), *found["reasons"])},
    )


def _with_certification(certified: Certified, row: Certification, tier: int) -> dict[str, Any]:
    policy, decision = certified.own.policy, row.decision
    return {
        "certified_tier": row.tier,
        "steps": decision.steps,
        "ih_pass": decision.ih_pass,
        "binding": decision.binding,
        "gaps": decision.gaps,
        "missing": decision.missing,
        "basis": row.basis,
        "attempt": row.attempt,
        "certified_at": row.certified_at,
        "certification": row.id,
        "certificate": row.certificate,
        "scores": decision.scores,
        "audit_rate": reaudit.audit_rate(policy, tier),
        "audit_commitment": row.audit_commitment,
        "evidence": row.evidence.kind,
        "evidence_source": row.evidence.source,
        "policy": {"name": policy.name, "digest": row.policy_digest},
        "reasons": tuple(reason.message for reason in decision.reasons),
    }


def _without_certification(position: AgentPosition) -> dict[str, Any]:
    policy = position.policy
    return {
        "certified_tier": None,
        "steps": {},
        "ih_pass": False,
        "binding": (),
        "gaps": {},
        "missing": (),
        "basis": None,
        "attempt": None,
        "certified_at": None,
        "certification": None,
        "certificate": None,
        "scores": {},
        "audit_rate": 0.0,
        "audit_commitment": None,
        "evidence": "not_assessed",
        "evidence_source": None,
        "policy": {"name": policy.name, "digest": policy.digest},
        "reasons": (),
    }
