"""Incidents that happened on agents, as they stood at a moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.store.incident_links import IncidentLink


def links_until(
    session: Session, at: datetime, *, agent_id: str | None = None
) -> list[IncidentLink]:
    """Return the links made until a moment, the oldest first, of one agent where asked."""
    statement = select(IncidentLink).where(IncidentLink.linked_at <= at)
    if agent_id is not None:
        statement = statement.where(IncidentLink.agent_id == agent_id)
    return list(session.scalars(statement.order_by(IncidentLink.linked_at, IncidentLink.id)))
