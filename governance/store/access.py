"""Asking whether an actor holds a role, inside the transaction that needs it."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.kernel.errors import ForbiddenError
from governance.store.roles import RoleGrant
from governance.store.store import Transaction

ROLES = {
    "administrator": "grants and takes roles",
    "auditor": "certifies agents, revokes certificates",
    "policy_owner": "sets policies, lifts freezes",
    "treasurer": "grants sub-budgets and raises them",
    "operator": "authorises: reserves, commits, refunds, posts contracts",
}


def roles_in_use(transaction: Transaction) -> bool:
    """Return whether anybody was granted a role; until then everybody may do everything."""
    return _in_use(transaction.session)


def _in_use(session: Session) -> bool:
    return bool(session.scalar(select(func.count()).select_from(RoleGrant)))


def holds_role(transaction: Transaction, role: str, actor: str | None = None) -> bool:
    """Return whether an actor (default: who acts) holds a role."""
    key = (actor or transaction.actor, role)
    return transaction.session.get(RoleGrant, key) is not None


def require_role(transaction: Transaction, role: str) -> None:
    """Raise ForbiddenError unless who acts holds the role, or no roles are in use."""
    require_held_role(transaction.session, transaction.actor, role)


def require_held_role(session: Session, actor: str, role: str) -> None:
    """Raise ForbiddenError unless the actor holds the role, or no roles are in use."""
    if _in_use(session) and session.get(RoleGrant, (actor, role)) is None:
        raise ForbiddenError(
            f"{actor!r} is no {role}, who alone {ROLES[role]}",
            field="actor",
            remedy=f"roles.grant {actor} {role}",
        )
