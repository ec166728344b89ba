"""Who stands behind somebody: who gave them a role or made their token, and who did so to those."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.identity.known_by import BY_TOKEN
from governance.registry.two_people import Person, Tie
from governance.store.principals import ApiToken, Principal, RoleGrant

ADMINISTRATOR = "administrator"  # the role by which roles are given and tokens made


class _Step(NamedTuple):
    """That a principal made somebody what they are, when, and what was done in words."""

    by: str
    at: datetime
    deed: str
    grant: bool


def ties_of(session: Session, person: Person, role: str) -> tuple[Tie, ...]:
    """Return who stands behind a person as the holder of a role, by the youngest way.

    A way leads from who acts by the role, or by the token that they show, to whoever gave it, and
    on to whoever made that one an administrator or made a token of theirs. Who gave the role itself
    and stands behind it in another way too is there twice.
    """
    found: dict[tuple[str, bool], Tie] = {}
    waiting = [(one, one.at, one.deed, one.grant, True) for one in _first(session, person, role)]
    while waiting:
        step, since, deed, direct, near = waiting.pop()
        known = found.get((step.by, direct))
        if step.by == person.id or (known is not None and known.since >= since):
            continue
        name = session.get_one(Principal, step.by).name
        found[step.by, direct] = Tie(step.by, since, f"{name} {deed}", direct, near)
        for before in _behind(session, step.by, name):
            whole = f"{before.deed}, who {deed}"
            waiting.append((before, min(since, before.at), whole, False, False))
    return tuple(found[one] for one in sorted(found))


def _first(session: Session, person: Person, role: str) -> Iterator[_Step]:
    yield from _grants(session, person.id, role, person.name)
    if (person.via or "").startswith(BY_TOKEN):
        row = session.get(ApiToken, str(person.via).removeprefix(BY_TOKEN))
        if row is not None and row.created_by_id is not None:
            deed = f"made the token by which {person.name} is known"
            yield _Step(row.created_by_id, row.created_at, deed, grant=False)


def _behind(session: Session, principal_id: str, name: str) -> Iterator[_Step]:
    yield from _grants(session, principal_id, ADMINISTRATOR, name)
    made = select(ApiToken.created_by_id, ApiToken.created_at).where(
        ApiToken.principal_id == principal_id
    )
    for by, at in session.execute(made):
        if by is not None:
            yield _Step(by, at, f"made a token of {name}", grant=False)


def _grants(session: Session, principal_id: str, role: str, name: str) -> Iterator[_Step]:
    row = session.get(RoleGrant, (principal_id, role))
    if row is not None and row.granted_by_id is not None:
        yield _Step(row.granted_by_id, row.granted_at, f"made {name} {role}", grant=True)
