"""Who may do what."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.kernel.errors import InputError
from governance.store.access import ROLES, holds_role, roles_in_use
from governance.store.roles import RoleGrant
from governance.store.store import Transaction


def grant_role(transaction: Transaction, actor: str, role: str) -> bool:
    """Give an actor a role; returns False where the actor holds it already.

    The first grant makes roles count, so it must be that of an administrator.
    """
    _known(role)
    if not roles_in_use(transaction) and role != "administrator":
        raise InputError(
            "the first role granted must be administrator, or nobody could grant more",
            field="role",
            remedy=f"roles.grant {transaction.actor} administrator",
        )
    if holds_role(transaction, role, actor):
        return False
    transaction.session.add(
        RoleGrant(actor=actor, role=role, granted_by=transaction.actor, granted_at=transaction.now)
    )
    transaction.session.flush()
    transaction.record("role.granted", actor, {"role": role})
    return True


def revoke_role(transaction: Transaction, actor: str, role: str) -> None:
    """Take a role from an actor; the last administrator keeps it."""
    _known(role)
    grant = transaction.session.get(RoleGrant, (actor, role))
    if grant is None:
        raise InputError(f"{actor!r} is no {role}", field="actor")
    administrators = select(func.count()).where(RoleGrant.role == "administrator")
    if role == "administrator" and transaction.session.scalar(administrators) == 1:
        raise InputError("the last administrator keeps the role", field="role")
    transaction.session.delete(grant)
    transaction.record("role.revoked", actor, {"role": role})


def list_roles(session: Session) -> list[RoleGrant]:
    """Return every grant by actor and role."""
    return list(session.scalars(select(RoleGrant).order_by(RoleGrant.actor, RoleGrant.role)))


def _known(role: str) -> None:
    if role not in ROLES:
        raise InputError(f"{role!r} is no role", field="role", hint=", ".join(ROLES))
