"""AI systems with what is declared of them and the threats they face, now or at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from governance.kernel.value import Value
from governance.store.assessment import AiSystem, AiSystemThreat
from governance.store.history import events_until

REGISTERED, CHANGED = "system.registered", "system.changed"


class System(Value):
    """One AI system; role and risk class are the organisation's own words, never ours.

    An owner without ``owner_id`` is a name that was typed.
    """

    id: str
    name: str
    description: str
    owner: str
    owner_id: str | None
    role: str | None
    risk_class: str | None
    status: str
    registered_at: datetime
    facts: dict[str, str]
    threats: tuple[str, ...]


def systems_at(session: Session, at: datetime | None = None) -> list[System]:
    """Return every system registered until a moment (default: all, as they stand), by name.

    The table knows of now; what was declared at a moment before, the ledger says.
    """
    query = select(AiSystem).order_by(AiSystem.name)
    words: Mapping[str, Mapping[str, Any]] = {}
    if at is not None:
        query = query.where(AiSystem.registered_at <= at)
        events = events_until(session, (REGISTERED, CHANGED), at)
        words = {event.subject: event.data() for event in events}
    return [_system(session, row, words.get(row.id), at) for row in session.scalars(query)]


def current_threats(
    session: Session, system: AiSystem, at: datetime | None = None
) -> list[AiSystemThreat]:
    """Return the threats that a system is said to face, now or at a moment."""
    query = select(AiSystemThreat).where(AiSystemThreat.system_id == system.id)
    if at is None:
        query = query.where(AiSystemThreat.removed_at.is_(None))
    else:
        open_then = or_(AiSystemThreat.removed_at.is_(None), AiSystemThreat.removed_at > at)
        query = query.where(AiSystemThreat.stated_at <= at, open_then)
    return list(session.scalars(query.order_by(AiSystemThreat.threat)))


def declared(system: AiSystem) -> dict[str, Any]:
    """Return what is declared of a system, as its events in the ledger hold it."""
    return {
        "description": system.description,
        "owner": system.owner,
        "owner_id": system.owner_id,
        "role": system.role,
        "risk_class": system.risk_class,
        "status": system.status,
        "facts": dict(system.facts),
    }


def _system(
    session: Session, row: AiSystem, then: Mapping[str, Any] | None, at: datetime | None
) -> System:
    stood = declared(row) if then is None else then
    return System(
        id=row.id,
        name=row.name,
        description=stood["description"],
        owner=stood["owner"],
        owner_id=stood.get("owner_id"),
        role=stood["role"],
        risk_class=stood["risk_class"],
        status=stood["status"],
        registered_at=row.registered_at,
        facts={str(key): str(value) for key, value in stood["facts"].items()},
        threats=tuple(item.threat for item in current_threats(session, row, at)),
    )
