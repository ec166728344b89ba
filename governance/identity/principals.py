"""Principals: added, found, disabled."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.identity.grants import administrators, give, store_grant
from governance.identity.known_by import BY_ISSUER, BY_TOKEN, LOCAL, LOCAL_NAME
from governance.identity.roles import AGENT, require_fitting
from governance.kernel.errors import (
    ConflictError,
    InputError,
    NotFoundError,
    UnauthenticatedError,
)
from governance.kernel.names import is_plain, look_alike_keys
from governance.store.finding import by_id_or_name, by_name
from governance.store.names import claim_name
from governance.store.principals import Principal
from governance.store.store import Transaction

Kind = Literal["person", "service", "agent"]

_LONGEST = 200
# Names by which events call those who are no principal.
NOBODY = "unauthenticated"
_TAKEN = (NOBODY, "migration", "init", LOCAL)
# How those begin, and what says how somebody is known.
_BEGINNINGS = (LOCAL_NAME, BY_ISSUER, BY_TOKEN, "session:")


def add_principal(
    transaction: Transaction, name: str, kind: str, roles: Sequence[str] = ()
) -> Principal:
    """Add a principal with its roles; where there is one of that name and kind, add the roles.

    A principal of kind ``agent`` holds the role ``agent`` and no other. Raises ConflictError where
    the name is of another kind or looks like another's, ForbiddenError for roles of one's own.
    """
    if kind not in get_args(Kind):
        raise InputError(f"{kind!r} is no kind", field="kind", hint=", ".join(get_args(Kind)))
    wanted = _roles_of(kind, roles)
    session = transaction.session
    found = by_name(session, Principal, name)
    if found is not None and found.kind != kind:
        raise ConflictError(f"{name!r} is a principal of kind {found.kind}", field="kind")
    if found is None:
        return add_new(transaction, name, kind, roles=wanted)
    for role in wanted:
        give(transaction, found, role)
    return found


def add_new(
    transaction: Transaction,
    name: str,
    kind: str,
    *,
    roles: Sequence[str] = (),
    local_user: str | None = None,
) -> Principal:
    """Store a principal that is not there yet, with roles that are known to fit; one event."""
    if not is_name(name):
        raise InputError(f"{name!r} is no name for a principal", field="name")
    identifier = transaction.new_id()
    taken = f"there is a principal {name!r} already"
    claim_name(transaction.session, "principal", name, identifier, taken=taken)
    principal = Principal(
        id=identifier,
        name=name,
        kind=kind,
        state="active",
        local_user=local_user,
        created_by=transaction.actor,
        created_at=transaction.now,
    )
    transaction.session.add(principal)
    transaction.session.flush()
    for role in sorted(set(roles)):
        store_grant(transaction, principal, role)
    payload = {"name": name, "kind": kind, "local_user": local_user, "roles": sorted(set(roles))}
    transaction.record("principal.added", principal.id, payload)
    return principal


def is_name(name: str) -> bool:
    """Return whether a principal may be named so.

    A name is one plain line, and neither is nor looks like what events call those
    who are no principal, nor begins like that.
    """
    if not (0 < len(name) <= _LONGEST and name == name.strip() and is_plain(name)):
        return False
    taken, beginnings = _reserved()
    return not any(key in taken or key.startswith(beginnings) for key in look_alike_keys(name))


@lru_cache(maxsize=1)
def _reserved() -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the keys of the names that are taken, and those of the beginnings."""
    taken = frozenset(key for name in _TAKEN for key in look_alike_keys(name))
    return taken, tuple(key for text in _BEGINNINGS for key in look_alike_keys(text))


def find_principal(session: Session, name_or_id: str) -> Principal:
    """Return a principal by id or name; raises NotFoundError."""
    found = by_id_or_name(session, Principal, name_or_id)
    if found is None:
        raise NotFoundError(
            f"no principal is named {name_or_id!r}", field="name", remedy="principals.list"
        )
    return found


def require_active(principal: Principal) -> None:
    """Raise UnauthenticatedError for a disabled principal: no credential of it counts."""
    if principal.state != "active":
        raise UnauthenticatedError("the principal is disabled", reason="disabled")


def list_principals(session: Session) -> list[Principal]:
    """Return every principal by name."""
    return list(session.scalars(select(Principal).order_by(Principal.name)))


def count_principals(session: Session) -> int:
    """Return how many principals there are."""
    return session.scalar(select(func.count()).select_from(Principal)) or 0


def disable_principal(transaction: Transaction, principal: Principal) -> bool:
    """Let a principal act no more, whatever credentials it has; returns False where it is so.

    The last active administrator stays.
    """
    if principal.state == "disabled":
        return False
    if administrators(transaction.session) == {principal.id}:
        raise ConflictError("the last administrator stays", field="name")
    principal.state = "disabled"
    transaction.record("principal.disabled", principal.id, {"name": principal.name})
    return True


def enable_principal(transaction: Transaction, principal: Principal) -> bool:
    """Let a disabled principal act again; returns False where it is active."""
    if principal.state == "active":
        return False
    principal.state = "active"
    transaction.record("principal.enabled", principal.id, {"name": principal.name})
    return True


def _roles_of(kind: str, roles: Sequence[str]) -> list[str]:
    require_fitting(kind, roles)
    return [AGENT] if kind == AGENT else list(roles)
