"""What an agent has at risk, what it may still do, and its reservations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.economy.closing import reservation_json
from governance.economy.node import Limit, Node, delegation_free, read_node
from governance.economy.standing import read_position
from governance.gate.standing import Reason
from governance.kernel.clock import format_time
from governance.store.agents import Agent
from governance.store.economy import Authority
from governance.store.economy_reservations import IS_HELD, Reservation


@dataclass(frozen=True)
class AuthorityView:
    """An agent's authority at a moment; money in minor units."""

    node: Node
    limit: Limit
    reasons: tuple[Reason, ...]
    over_cause: str | None
    reservations: tuple[Reservation, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data."""
        used, delegation = self.node.used, self.node.delegation
        over = max(0, used.exposure - self.limit.ceiling)
        return {
            "agent": self.node.position.name,
            "id": self.node.position.id,
            "currency": self.node.currency,
            "at": format_time(self.node.at),
            "tier": self.limit.tier,
            "exposure": used.exposure,
            "ceiling": self.limit.ceiling,
            "available": self.node.available(self.limit),
            "penalties": used.penalties,
            "spent": used.spent,
            "reserved": used.reserved,
            "delegated": used.delegated,
            "window": self.node.window,
            "over_ceiling": over,
            "over_ceiling_cause": self.over_cause if over else None,
            "sub_budget": None
            if delegation is None
            else {
                "id": delegation.id,
                "principal": self.node.links[0].parent.name,
                "allocated": delegation.amount,
                "available": delegation_free(delegation),
                "expires": format_time(delegation.expires_at),
            },
            "reasons": [{"code": one.code, "message": one.message} for one in self.reasons],
            "reservations": [reservation_json(row) for row in self.reservations],
        }


def show_authority(
    session: Session,
    agent: Agent,
    at: datetime,
    *,
    currency: str | None = None,
    last: int = 100,
) -> AuthorityView:
    """Return an agent's authority now, with its last reservations and every held one.

    ``currency`` defaults to the main one of the agent's policy.
    """
    code = currency or read_position(session, agent.id).policy.ceilings.currency
    node = read_node(session, agent.id, code, at)
    barred = node.position.barred(at)
    reasons = ([] if barred is None else [barred]) + node.refusals_above()
    cause = session.scalar(
        select(Authority.over_cause).where(
            Authority.agent_id == agent.id, Authority.currency == code
        )
    )
    return AuthorityView(
        node, node.limit(at), tuple(reasons), cause, _reservations(session, agent.id, code, last)
    )


def _reservations(
    session: Session, agent_id: str, currency: str, last: int
) -> tuple[Reservation, ...]:
    mine = select(Reservation).where(
        Reservation.agent_id == agent_id, Reservation.currency == currency
    )
    newest = mine.order_by(Reservation.created_at.desc(), Reservation.id.desc()).limit(last)
    rows = {row.id: row for row in session.scalars(newest)}
    rows |= {row.id: row for row in session.scalars(mine.where(IS_HELD))}
    return tuple(sorted(rows.values(), key=lambda row: (row.created_at, row.id)))
