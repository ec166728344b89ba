"""How many attempts were made on digests, by whatever agents: read once for many agents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import NamedTuple

from sqlalchemy import func, or_, select, type_coerce
from sqlalchemy.orm import Session

from governance.registry.kinship import Declared, abandoned
from governance.store.agents import Agent, AgentDigest, Certification
from governance.store.base import JsonColumn
from governance.store.past import Until

_Parts = tuple[str, ...]
_Key = tuple[_Parts, _Parts, tuple[str, ...]]


class _Abandoned(NamedTuple):
    id: str
    registered_by: str | None
    registered_at: datetime


class Attempts:
    """Attempts by what was tested, for the declarations that they were read for.

    The law is `kinship.same_subject`; each attempt is kept under every part that another
    declaration can share with it, so that to count takes no look at each of them.
    """

    def __init__(self, abandoned: Sequence[_Abandoned], registered: Mapping[str, datetime]) -> None:
        self._abandoned, self._registered = abandoned, registered
        self._declared: Counter[_Key] = Counter()
        self._shapes: set[_Parts] = set()
        self._bare: Counter[str] = Counter()

    def add(self, agent_id: str, digests: Mapping[str, str], number: int = 1) -> None:
        """Count attempts of an agent on the digests that it declared then."""
        if not digests:
            self._bare[agent_id] += number
            return
        parts = tuple(sorted(digests))
        self._shapes.add(parts)
        for shared in _choices(parts):
            self._declared[_key(parts, shared, digests)] += number

    def of(self, declared: Declared) -> int:
        """Return how many attempts count for a declaration."""
        if not declared.digests:
            return sum(self._bare[identifier] for identifier in self._same_hand(declared))
        own = declared.digests.keys()
        shared = ((parts, tuple(one for one in parts if one in own)) for parts in self._shapes)
        return sum(
            self._declared[_key(parts, both, declared.digests)] for parts, both in shared if both
        )

    def _same_hand(self, declared: Declared) -> Iterator[str]:
        """Yield the agent itself, and what its hand abandoned that was registered by then."""
        if declared.agent_id is not None:
            yield declared.agent_id
        if declared.registered_by is None:
            return
        since = None if declared.agent_id is None else self._registered.get(declared.agent_id)
        for other in self._abandoned:
            by_then = since is None or other.registered_at <= since
            same = other.registered_by == declared.registered_by and other.id != declared.agent_id
            if by_then and same:
                yield other.id


def read_attempts(
    session: Session, wanted: Sequence[Declared], moment: Until | None = None
) -> Attempts:
    """Return the attempts that count for declarations, now or when the ledger had come so far.

    The number of statements does not depend on how many are asked for.
    """
    own = sorted({one.agent_id for one in wanted if one.agent_id is not None})
    bare = [one for one in wanted if not one.digests]
    hands = sorted({one.registered_by for one in bare if one.registered_by is not None})
    rows: list[_Abandoned] = []
    if hands:
        left = select(Agent.id, Agent.registered_by, Agent.registered_at).where(
            Agent.registered_by.in_(hands), abandoned(moment)
        )
        if moment is not None:
            left = left.where(Agent.registered_at <= moment.at)
        rows = [_Abandoned(*row) for row in session.execute(left)]
    registered = session.execute(select(Agent.id, Agent.registered_at).where(Agent.id.in_(own)))
    found = Attempts(rows, {row[0]: row[1] for row in registered})
    digests = {digest for one in wanted for digest in one.digests.values()}
    made = _made(session, {*own, *(row.id for row in rows)}, digests, moment)
    for agent_id, on, number in made:
        found.add(agent_id, on or {}, number)
    return found


def attempts_on(session: Session, declared: Declared, moment: Until | None = None) -> int:
    """Return how many attempts were made on digests, by whatever agents.

    What counts is what an agent declared when the attempt was made.
    """
    return read_attempts(session, [declared], moment).of(declared)


def _made(
    session: Session, agents: Iterable[str], digests: Iterable[str], moment: Until | None
) -> Iterator[tuple[str, dict[str, str] | None, int]]:
    tested = type_coerce(Certification.evidence, JsonColumn)["agent_digests"].label("digests")
    kin = select(AgentDigest.agent_id).where(AgentDigest.digest.in_(sorted(digests)))
    made = select(Certification.agent_id, tested).where(
        or_(Certification.agent_id.in_(sorted(agents)), Certification.agent_id.in_(kin))
    )
    if moment is not None:
        made = made.where(moment.certification())
    each = made.subquery()
    columns = (each.c.agent_id, each.c.digests)
    for row in session.execute(select(*columns, func.count()).group_by(*columns)):
        yield row[0], row[1], row[2]


def _choices(parts: _Parts) -> Iterator[_Parts]:
    for number in range(1, len(parts) + 1):
        yield from combinations(parts, number)


def _key(parts: _Parts, shared: _Parts, digests: Mapping[str, str]) -> _Key:
    return parts, shared, tuple(digests[one] for one in shared)
