"""From a credential to who it is: the principal, the roles, and how that was proved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.identity.grants import roles_of
from governance.identity.known_by import BY_TOKEN, LOCAL, LOCAL_NAME
from governance.identity.local import local_user, owns
from governance.identity.principals import count_principals, require_active
from governance.identity.roles import MAKING, OF_THE_OWNER, READING, permissions_of
from governance.identity.secrets import parts_of, same
from governance.identity.tokens import state_of
from governance.kernel.errors import UnauthenticatedError
from governance.store.principals import ApiToken, Principal

BEFORE_UPGRADE = frozenset({MAKING, READING})
INVALID = "the token is not valid"
_SAID = {
    "expired": "the token has expired",
    "revoked": "the token was revoked",
    "disabled": "the principal is disabled",
}


@dataclass(frozen=True)
class Identity:
    """Who was authenticated; ``principal`` is None for a database's owner who is no principal.

    ``agent`` is the id of the agent that a token is bound to.
    """

    principal: str | None
    name: str
    permissions: frozenset[str]
    via: str
    agent: str | None = None
    owner: bool = False


def by_token(session: Session, text: str, now: datetime) -> Identity:
    """Return who holds a token, with the roles that both the token and its owner have.

    Raises UnauthenticatedError: of a token that is not ours it says no more than that; only who
    knows the secret is told that it expired, was revoked, or that the principal is disabled.
    """
    parts = parts_of(text.strip())
    if parts is None:
        raise UnauthenticatedError(INVALID, reason="malformed")
    row = session.get(ApiToken, parts[0])
    if row is None or not same(parts[1], row.secret_hash):
        raise UnauthenticatedError(INVALID, reason="unknown")
    owner = session.get_one(Principal, row.principal_id)
    state = state_of(row.revoked_at, row.expires_at, owner.state, now)
    if state != "active":
        raise UnauthenticatedError(_SAID[state], reason=state, subject=row.id)
    held = roles_of(session, owner.id) & frozenset(row.roles)
    via = f"{BY_TOKEN}{row.id}"
    return Identity(owner.id, owner.name, permissions_of(held), via, agent=row.agent_id)


def by_local_user(session: Session) -> Identity:
    """Return who sits at the database: a principal that is local, or the database's owner.

    Raises UnauthenticatedError for anybody else, and for a disabled principal who does not own it.
    """
    user = local_user(session)
    mine = owns(session)
    found = session.scalar(select(Principal).where(Principal.local_user == user))
    if found is not None and found.state == "active":
        held = permissions_of(roles_of(session, found.id))
        held |= OF_THE_OWNER if mine else frozenset()
        return Identity(found.id, found.name, held, LOCAL, owner=mine)
    if not mine:
        if found is not None:
            require_active(found)
        raise UnauthenticatedError(
            f"the local user {user!r} is no principal here",
            reason="unknown_local",
            hint="show a token, or let the owner of the database add a principal",
        )
    return Identity(None, f"{LOCAL_NAME}{user}", of_the_owner(session), LOCAL, owner=True)


def of_the_owner(session: Session) -> frozenset[str]:
    """Return what an owner who is no principal may do: where nobody is there yet, be the first."""
    return OF_THE_OWNER if count_principals(session) else OF_THE_OWNER | {MAKING}


def before_upgrade(session: Session) -> Identity:
    """Return who sits at a database that is older than the program: its owner may upgrade it.

    Raises UnauthenticatedError for anybody else. Who principals are is known after the upgrade.
    """
    user = local_user(session)
    if not owns(session):
        raise UnauthenticatedError(
            f"the local user {user!r} does not own the database", reason="unknown_local"
        )
    return Identity(None, f"{LOCAL_NAME}{user}", BEFORE_UPGRADE, LOCAL, owner=True)
