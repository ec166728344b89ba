"""Roles given to principals, and taken."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.identity.known_by import LOCAL_NAME
from governance.identity.roles import require_fitting, require_known
from governance.kernel.errors import ConflictError, ForbiddenError, InputError
from governance.kernel.value import Value
from governance.store.principals import Principal, RoleGrant
from governance.store.store import Transaction


class Grant(Value):
    """A role that somebody holds, who gave it, and when; ids where those are principals."""

    actor: str
    actor_id: str
    role: str
    granted_by: str
    granted_by_id: str | None
    granted_at: datetime


def grant_role(transaction: Transaction, principal: Principal, role: str) -> bool:
    """Give a principal a role; returns False where it holds the role already.

    Raises ForbiddenError where who acts is the principal, InputError for a role that does not
    exist or that an agent cannot hold.
    """
    require_fitting(principal.kind, [role])
    return give(transaction, principal, role)


def give(transaction: Transaction, principal: Principal, role: str) -> bool:
    """Give a role that fits the principal's kind; see `grant_role`."""
    if holds(transaction.session, principal.id, role):
        return False
    if is_who_acts(transaction, principal):
        raise ForbiddenError("nobody gives roles to themselves", field="role")
    store_grant(transaction, principal, role)
    transaction.record("role.granted", principal.name, {"role": role, "principal": principal.id})
    return True


def store_grant(transaction: Transaction, principal: Principal, role: str) -> None:
    """Store a grant; whoever calls this records it."""
    transaction.session.add(
        RoleGrant(
            principal_id=principal.id,
            role=role,
            granted_by=transaction.actor,
            granted_by_id=transaction.proof.actor_id,
            granted_at=transaction.now,
        )
    )
    transaction.session.flush()


def revoke_role(transaction: Transaction, principal: Principal, role: str) -> None:
    """Take a role; the last active administrator keeps it.

    Raises InputError where the principal does not hold it.
    """
    require_known([role])
    grant = transaction.session.get(RoleGrant, (principal.id, role))
    if grant is None:
        said = f"{principal.name!r} is no {role}"
        raise InputError(said, field="actor", remedy="roles.list")
    if role == "administrator" and administrators(transaction.session) == {principal.id}:
        raise ConflictError("the last administrator keeps the role", field="role")
    transaction.session.delete(grant)
    transaction.session.flush()
    transaction.record("role.revoked", principal.name, {"role": role, "principal": principal.id})


def holds(session: Session, principal_id: str, role: str) -> bool:
    """Return whether a principal holds a role."""
    return session.get(RoleGrant, (principal_id, role)) is not None


def roles_of(session: Session, principal_id: str) -> frozenset[str]:
    """Return the roles that a principal holds."""
    wanted = select(RoleGrant.role).where(RoleGrant.principal_id == principal_id)
    return frozenset(session.scalars(wanted))


def list_grants(session: Session, principal_id: str | None = None) -> list[Grant]:
    """Return every grant, or those to one principal, by name and role."""
    statement = (
        select(RoleGrant, Principal.name)
        .join(Principal, Principal.id == RoleGrant.principal_id)
        .order_by(Principal.name, RoleGrant.role)
    )
    if principal_id is not None:
        statement = statement.where(RoleGrant.principal_id == principal_id)
    return [
        Grant(
            actor=name,
            actor_id=row.principal_id,
            role=row.role,
            granted_by=row.granted_by,
            granted_by_id=row.granted_by_id,
            granted_at=row.granted_at,
        )
        for row, name in session.execute(statement)
    ]


def administrators(session: Session) -> set[str]:
    """Return the ids of the active administrators."""
    statement = (
        select(RoleGrant.principal_id)
        .join(Principal)
        .where(RoleGrant.role == "administrator", Principal.state == "active")
    )
    return set(session.scalars(statement))


def is_who_acts(transaction: Transaction, principal: Principal) -> bool:
    """Return whether who acts is this principal, also where only the local user is known."""
    local = principal.local_user is not None and f"{LOCAL_NAME}{principal.local_user}"
    return transaction.proof.actor_id == principal.id or transaction.actor == local
