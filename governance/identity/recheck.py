"""Whether who was authenticated may still act: asked in the transaction that does what they ask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from governance.identity.authenticate import Identity, of_the_owner
from governance.identity.known_by import BY_ISSUER, BY_TOKEN, LOCAL
from governance.identity.local import local_user, owns
from governance.identity.roles import OF_THE_OWNER, permissions_of
from governance.identity.tokens import state_of
from governance.store.prepared import Prepared
from governance.store.principals import ApiToken, Principal, RoleGrant

_GRANTS = Prepared(
    select(RoleGrant.role, Principal.state, Principal.local_user)
    .join(Principal, Principal.id == RoleGrant.principal_id)
    .where(Principal.id == bindparam("principal"))
)
_TOKEN = Prepared(
    select(
        ApiToken.principal_id,
        ApiToken.agent_id,
        ApiToken.roles,
        ApiToken.revoked_at,
        ApiToken.expires_at,
    ).where(ApiToken.id == bindparam("token"))
)


def still_stands(
    session: Session, identity: Identity, wanted: Iterable[str], now: datetime
) -> bool:
    """Return whether an identity may do now, by what is stored, one of the things wanted.

    Asked inside the transaction that does it, so that what was taken in between counts.
    """
    names = frozenset(wanted) & identity.permissions
    local = identity.via == LOCAL
    if local and identity.owner and names & _of_the_owner(session, identity) and owns(session):
        return True
    if identity.principal is None or not names:
        return False
    rows = _GRANTS.rows(session, {"principal": identity.principal})
    if not rows or rows[0][1] != "active":
        return False
    held = frozenset(row[0] for row in rows)
    if local:
        return rows[0][2] == local_user(session) and _gives(held, names)
    if identity.via.startswith(BY_ISSUER):
        return _gives(held, names)
    return _gives(held & _token_roles(session, identity, now), names)


def _of_the_owner(session: Session, identity: Identity) -> frozenset[str]:
    return of_the_owner(session) if identity.principal is None else OF_THE_OWNER


def _token_roles(session: Session, identity: Identity, now: datetime) -> frozenset[str]:
    """Return the roles of the token that an identity names; none where it is not good for it."""
    if not identity.via.startswith(BY_TOKEN):
        return frozenset()
    row = _TOKEN.one(session, {"token": identity.via.removeprefix(BY_TOKEN)})
    if row is None or (row[0], row[1]) != (identity.principal, identity.agent):
        return frozenset()
    good = state_of(row[3], row[4], "active", now) == "active"
    return frozenset(row[2]) if good else frozenset()


def _gives(roles: frozenset[str], names: frozenset[str]) -> bool:
    return bool(permissions_of(roles) & names)
