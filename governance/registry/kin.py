"""What became of an agent's kin, now and at a past moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from governance.economy.past import over_ceiling_until
from governance.kernel.value import Value
from governance.registry.kinship import Declared, may_be_kin, same_subject
from governance.store.agents import Agent, Certification
from governance.store.declared import declared_sets
from governance.store.economy import Authority
from governance.store.incident_links import DEMOTE, IncidentLink
from governance.store.past import Until, frozen_agents, past, retired_until, until


class Kin(Value):
    """An agent of compatible digests: its status, and what holds against it.

    ``demoted``: an incident made its certification void, and no later one was made.
    """

    agent: str
    id: str
    status: str
    demoted: bool
    over_ceiling: bool

    @property
    def notable(self) -> bool:
        """Return whether anything holds against it."""
        return self.status != "active" or self.demoted or self.over_ceiling


class _Read(NamedTuple):
    """Rows that may be kin, the statement of their ids, and the moment that they are read for."""

    rows: Sequence[Row[Any]]
    ids: Select[str]
    at: datetime
    moment: Until | None


def kin_of(
    session: Session, declared: Declared, at: datetime, *, notable: bool = False
) -> tuple[Kin, ...]:
    """Return the kin at a moment, by name; only the ``notable`` ones where so asked.

    An agent that is frozen or retired stays kin of what it declared when that happened.
    """
    moment = past(session, at)
    found = _read(session, declared, at, moment, notable=notable)
    status = _statuses(session, found)
    over = _over_ceiling(session, found)
    sets = _sets(session, found, status)
    kin = (
        Kin(
            agent=row.name,
            id=row.id,
            status=status[row.id],
            demoted=row.demoted,
            over_ceiling=row.id in over,
        )
        for row in found.rows
        if any(same_subject(one, declared.digests) for one in sets[row.id])
    )
    return tuple(one for one in kin if one.notable or not notable)


def _read(
    session: Session, declared: Declared, at: datetime, moment: Until | None, *, notable: bool
) -> _Read:
    which, demoted = may_be_kin(declared, moment), _demoted(at)
    if notable and moment is None:
        which = and_(which, or_(Agent.status != "active", _is_over(), demoted))
    columns = (Agent.id, Agent.name, Agent.status, Agent.digests, demoted.label("demoted"))
    rows = session.execute(select(*columns).where(which).order_by(Agent.name)).all()
    return _Read(rows, select(Agent.id).where(which), at, moment)


def _demoted(at: datetime) -> ColumnElement[bool]:
    later = (
        select(Certification.id)
        .where(
            Certification.agent_id == IncidentLink.agent_id,
            Certification.certified_at > IncidentLink.linked_at,
            Certification.certified_at <= at,
        )
        .exists()
    )
    return (
        select(IncidentLink.id)
        .where(
            IncidentLink.agent_id == Agent.id,
            IncidentLink.effect == DEMOTE,
            IncidentLink.linked_at <= at,
            ~later,
        )
        .exists()
    )


def _is_over() -> ColumnElement[bool]:
    over = select(Authority.agent_id).where(Authority.over_ceiling.is_not(None))
    return Agent.id.in_(over)


def _over_ceiling(session: Session, found: _Read) -> set[str]:
    if not found.rows:
        return set()
    if found.moment is not None:
        return over_ceiling_until(session, found.ids, found.moment)
    return set(session.scalars(found.ids.where(_is_over())))


def _statuses(session: Session, found: _Read) -> dict[str, str]:
    if found.moment is None:
        return {row.id: row.status for row in found.rows}
    retired, frozen = retired_until(session, found.moment), frozen_agents(session, found.at)
    return {
        row.id: "retired" if row.id in retired else "frozen" if row.id in frozen else "active"
        for row in found.rows
    }


def _sets(
    session: Session, found: _Read, status: Mapping[str, str]
) -> dict[str, list[dict[str, str]]]:
    """Return every set of digests that binds each agent: that of the moment it lost its authority,
    and all since; of an active one the present set alone.
    """
    now = {row.id: row.digests for row in found.rows}
    bound = [identifier for identifier, said in status.items() if said != "active"]
    if not bound and found.moment is None:
        return {identifier: [digests] for identifier, digests in now.items()}
    since = _lost_authority(session, found.at, bound)
    return declared_sets(session, now, found.moment, since, found.ids)


def _lost_authority(session: Session, at: datetime, agents: list[str]) -> dict[str, datetime]:
    """Return since when agents are frozen or retired; the earlier of the two."""
    frozen = {name: link.linked_at for name, link in frozen_agents(session, at).items()}
    retired = retired_until(session, until(session, at))
    moments = {one: [each[one] for each in (frozen, retired) if one in each] for one in agents}
    return {one: min(found) for one, found in moments.items() if found}
