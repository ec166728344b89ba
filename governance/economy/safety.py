"""The economy's aggregate safety as the database holds it, and the policy's floor under it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.economy.node import Node
from governance.gate.safety import AtRisk, SafetyEffect, safety_effect
from governance.gate.standing import Reason
from governance.store.economy import Authority
from governance.store.positions import read_positions

_EXPOSURE = Authority.penalties + Authority.spent + Authority.reserved + Authority.delegated


def positions_at_risk(session: Session, currency: str, at: datetime) -> list[AtRisk]:
    """Return every agent's exposure in one currency with its weakest effective score."""
    rows = session.execute(
        select(Authority.agent_id, _EXPOSURE).where(Authority.currency == currency, _EXPOSURE > 0)
    ).all()
    positions = read_positions(session, [agent for agent, _ in rows])
    return [
        AtRisk(agent=agent, exposure=int(exposure), weakest=positions[agent].weakest(at))
        for agent, exposure in rows
    ]


def marginal_safety(session: Session, node: Node, amount: int) -> SafetyEffect:
    """Return what one more exposure of an agent does to the economy's safety."""
    added = AtRisk(agent=node.position.id, exposure=amount, weakest=node.position.weakest(node.at))
    held = positions_at_risk(session, node.currency, node.at)
    return safety_effect(held, added, node.position.policy.safety.floor)


def safety_refusal(session: Session, node: Node, amount: int) -> Reason | None:
    """Return why the policy's safety floor refuses an amount; None where it does not."""
    floor = node.position.policy.safety.floor
    if floor is None:
        return None
    effect = marginal_safety(session, node, amount)
    if effect.allowed:
        return None
    return Reason("safety_floor", None, f"safety would be {effect.after:.4f}, below {floor:g}")
