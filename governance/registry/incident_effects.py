"""Incidents reach agents: linking one runs the policy's trigger, in one transaction."""

from __future__ import annotations

from typing import Any, Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.incidents.codings import codings_of
from governance.kernel.errors import ConflictError, InputError
from governance.registry.certifications import latest_certification
from governance.registry.enforcement import enforce_agent
from governance.registry.ordering import alone
from governance.registry.policies import policy_in_force
from governance.registry.risks import DEFAULT_BASIS, frequency_of, register_risk
from governance.registry.standing import standing_of_agent
from governance.store.agents import Agent
from governance.store.incident_links import DEMOTE, FREEZE, IncidentLink
from governance.store.incidents import Incident
from governance.store.risks import RegisteredRisk
from governance.store.store import Transaction

Severity = Literal["low", "medium", "high", "critical"]


def link_incident(
    transaction: Transaction, incident: Incident, agent: Agent, severity: Severity, reason: str
) -> IncidentLink:
    """Link an incident to the agent that it happened on, and run the policy's trigger.

    ``note`` does nothing more, ``reaudit`` makes an audit due now, ``freeze`` takes all authority
    until somebody lifts it, ``demote`` makes the certification void. The frequency of the
    incident's threat in the risk register is updated. Raises ConflictError where the two are
    linked already.
    """
    if severity not in get_args(Severity):
        raise InputError(f"{severity!r} is no severity", field="severity", hint="low to critical")
    # Whoever lifts a freeze at the same moment must not leave this one behind without effect.
    transaction = alone(transaction)
    session = transaction.session
    if _link(session, incident, agent) is not None:
        raise ConflictError(f"is linked to {agent.name!r} already", field="incident")
    policy = policy_in_force(session, agent.agent_group)
    effect: str = getattr(policy.incidents, severity)
    before = standing_of_agent(session, agent, transaction.now).tier
    link = IncidentLink(
        id=transaction.new_id(),
        incident_id=incident.id,
        agent_id=agent.id,
        severity=severity,
        effect=effect,
        reason=reason,
        policy_digest=policy.digest,
        actor=transaction.actor,
        linked_at=transaction.now,
        lifted_at=None,
        lift_reason=None,
    )
    session.add(link)
    session.flush()
    _run(transaction, agent, effect, f"incident {incident.source}:{incident.source_id}")
    session.flush()
    after = standing_of_agent(session, agent, transaction.now).tier
    payload: dict[str, Any] = {
        "incident": incident.id,
        "severity": severity,
        "effect": effect,
        "reason": reason,
        "policy": policy.digest,
        "tier_before": before,
        "tier_after": after,
        "frequency": _frequencies(transaction, incident),
    }
    transaction.record("agent.incident", agent.id, payload)
    enforce_agent(transaction, agent.id, f"incident {incident.source}:{incident.source_id}")
    return link


def lift_freeze(transaction: Transaction, agent: Agent, reason: str) -> None:
    """Lift a freeze; what is left of the certification counts again."""
    transaction = alone(transaction)
    if agent.status != "frozen":
        raise InputError(f"{agent.name!r} is {agent.status}, not frozen", field="agent")
    agent.status = "active"
    for link in open_freezes(transaction.session, agent):
        link.lifted_at, link.lift_reason = transaction.now, reason
    transaction.record("agent.unfrozen", agent.id, {"name": agent.name, "reason": reason})


def open_freezes(session: Session, agent: Agent) -> list[IncidentLink]:
    """Return the incidents that froze an agent and are not lifted, the oldest first."""
    statement = (
        select(IncidentLink)
        .where(
            IncidentLink.agent_id == agent.id,
            IncidentLink.effect == FREEZE,
            IncidentLink.lifted_at.is_(None),
        )
        .order_by(IncidentLink.linked_at, IncidentLink.id)
    )
    return list(session.scalars(statement))


def _link(session: Session, incident: Incident, agent: Agent) -> IncidentLink | None:
    return session.scalar(
        select(IncidentLink).where(
            IncidentLink.incident_id == incident.id, IncidentLink.agent_id == agent.id
        )
    )


def _run(transaction: Transaction, agent: Agent, effect: str, cause: str) -> None:
    if effect == FREEZE and agent.status == "active":
        agent.status = "frozen"
    last = latest_certification(transaction.session, agent)
    if last is None or last.void_at is not None:
        return
    if effect == DEMOTE:
        last.void_at, last.void_reason = transaction.now, f"demoted by {cause}"
    if effect == "reaudit" and last.reaudit_ordered_at is None:
        last.reaudit_ordered_at = transaction.now


def _frequencies(transaction: Transaction, incident: Incident) -> dict[str, float]:
    """Register the incident's threats where they are new; return events a year of each."""
    session = transaction.session
    (coding,) = codings_of(session, [incident.merged_into or incident.id])
    found: dict[str, float] = {}
    for threat in (coding.domain, coding.sub_threat):
        if threat is None or threat == "NONE":
            continue
        risk = session.get(RegisteredRisk, threat)
        if risk is None:
            risk = register_risk(transaction, threat, basis=DEFAULT_BASIS)
        found[threat] = frequency_of(session, risk, transaction.now).mean
    return found
