"""Incidents that happened on agents, now or as they stood at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from governance.incidents.codings import Coding, codings_of
from governance.incidents.merged import stands_for
from governance.store.incident_links import IncidentLink


def links_at(
    session: Session, at: datetime | None = None, *, agent_id: str | None = None
) -> list[IncidentLink]:
    """Return the links made until a moment, the oldest first, of one agent where asked."""
    statement = select(IncidentLink).where(*_made(at))
    if agent_id is not None:
        statement = statement.where(IncidentLink.agent_id == agent_id)
    return list(session.scalars(statement.order_by(IncidentLink.linked_at, IncidentLink.id)))


def linked_codings(session: Session, at: datetime | None = None) -> list[Coding]:
    """Return what counts for each incident on an agent; of duplicates the one that stands."""
    linked = session.scalars(select(IncidentLink.incident_id).where(*_made(at)).distinct())
    standing = stands_for(session, at)
    return codings_of(session, [standing.get(name, name) for name in linked], at)


def _made(at: datetime | None) -> Sequence[ColumnElement[bool]]:
    return () if at is None else (IncidentLink.linked_at <= at,)
