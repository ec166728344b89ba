"""Who acts in a database, who could be the second person, and which names look alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.kernel.errors import UnauthenticatedError
from governance.kernel.value import Value

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MOST_NAMED = 10
DECIDING = ("policy_owner", "auditor")


class Check(Value):
    """One thing that was looked at; ``state`` is ok, none (absent, not needed) or fault."""

    what: str
    state: str
    found: str
    hint: str = ""


def check_people(session: Session, *, single_user: bool) -> list[Check]:
    """Say who acts here without a token, how many can act at all, and whether one is enough."""
    from governance.identity.principals import list_principals

    rows = list_principals(session)
    active = sum(row.state == "active" for row in rows)
    found = f"{active} active, {len(rows) - active} disabled"
    return [
        _local_user(session),
        Check(what="principals", state="ok", found=found),
        *_second_person(session, single_user=single_user),
    ]


def _local_user(session: Session) -> Check:
    from governance.identity.authenticate import by_local_user

    try:
        here = by_local_user(session)
    except UnauthenticatedError as refusal:
        return Check(what="local user", state="none", found=refusal.message)
    found = f"{here.name}: {', '.join(sorted(here.permissions)) or 'no role'}"
    return Check(what="local user", state="ok", found=found)


def _second_person(session: Session, *, single_user: bool) -> list[Check]:
    from governance.identity.grants import list_grants
    from governance.identity.principals import list_principals

    if single_user:
        said = "the only person approves their own proposals; events say so"
        return [Check(what="second person", state="none", found=said)]
    grants = list_grants(session)
    deciding = {grant.actor_id for grant in grants if grant.role in DECIDING}
    people = [
        row
        for row in list_principals(session)
        if row.kind == "person" and row.state == "active" and row.id in deciding
    ]
    if len(people) > 1:
        return []
    return [
        Check(
            what="second person",
            state="none",
            found="nobody else can approve what is proposed",
            hint="add a second person with the roles policy_owner and auditor",
        )
    ]


def check_names(session: Session) -> Check:
    """Name whoever acts under a name that looks like an id or like an earlier name of its kind.

    Retired agents and disabled principals are left out. The others are no fault: such names were
    given before they were refused, and may stay.
    """
    from governance.identity.principals import list_principals
    from governance.registry.agents import agents_in_service

    people = [row for row in list_principals(session) if row.state == "active"]
    agents = agents_in_service(session)
    said = _strange([(row.id, row.name) for row in agents])
    said += _strange([(row.id, row.name) for row in people])
    if not said:
        found = f"{len(agents) + len(people)} names, no look-alikes"
        return Check(what="names", state="ok", found=found)
    if len(said) > MOST_NAMED:
        said[MOST_NAMED:] = [f"and {len(said) - MOST_NAMED} more"]
    hint = "retire or disable, by their ids, the ones that are not what they seem"
    return Check(what="names", state="ok", found="; ".join(said), hint=hint)


def _strange(named: list[tuple[str, str]]) -> list[str]:
    from governance.kernel.names import strange_names

    found = []
    for one in strange_names(name for _, name in named):
        like = "an id" if one.like is None else ascii(one.like)
        found.append(f"{one.name!a} ({named[one.position][0]}) looks like {like}")
    return found
