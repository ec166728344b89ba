"""Table of incidents that happened on an agent, with what the policy made of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from governance.store.base import Base

FREEZE = "freeze"  # the effect that takes all authority until somebody lifts it
DEMOTE = "demote"  # the effect that makes the certification void


class IncidentLink(Base):
    """One incident on one agent; ``effect`` is what the policy's trigger did.

    ``lifted_at`` is set when a freeze was lifted.
    """

    __tablename__ = "incident_link"
    __table_args__ = (UniqueConstraint("incident_id", "agent_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"), index=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agent.id"), index=True)
    severity: Mapped[str]  # low | medium | high | critical
    effect: Mapped[str]  # note | reaudit | freeze | demote
    reason: Mapped[str]
    policy_digest: Mapped[str] = mapped_column(ForeignKey("policy_version.digest"))
    actor: Mapped[str]
    linked_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lift_reason: Mapped[str | None]
