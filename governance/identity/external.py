"""Identities of other issuers: linked to principals, with the roles that a mapping gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.identity.authenticate import Identity
from governance.identity.grants import administrators, holds, roles_of, store_grant
from governance.identity.known_by import BY_ISSUER
from governance.identity.principals import add_new, require_active
from governance.identity.roles import AGENT, permissions_of, require_known
from governance.kernel.errors import ConflictError
from governance.store.ledger import Proof
from governance.store.principals import ExternalIdentity, Principal, RoleGrant
from governance.store.store import Transaction


def sign_in(
    transaction: Transaction,
    issuer: str,
    subject: str,
    *,
    name: str,
    kind: str,
    roles: Iterable[str],
) -> Identity:
    """Return the principal that a verified subject of an issuer is; unknown, it is added.

    Its roles become those that the mapping gives, beside those that people gave. Raises
    UnauthenticatedError for a disabled principal, ConflictError where a new one's name is taken:
    then an administrator links the two.
    """
    wanted = sorted(set(roles))
    require_known(wanted)
    acting = replace(transaction, actor=BY_ISSUER + issuer, proof=Proof(via=BY_ISSUER + issuer))
    link = _linked(transaction.session, issuer, subject)
    if link is None:
        principal = add_new(acting, name, kind)
        link_external(acting, principal, issuer, subject)
    else:
        principal = transaction.session.get_one(Principal, link.principal_id)
    require_active(principal)
    _take_over(acting, principal, [] if AGENT in (kind, principal.kind) else wanted)
    held = permissions_of(roles_of(transaction.session, principal.id))
    return Identity(principal.id, principal.name, held, BY_ISSUER + issuer)


def link_external(
    transaction: Transaction, principal: Principal, issuer: str, subject: str
) -> None:
    """Let a subject of an issuer be a principal; raises ConflictError where it is one."""
    if _linked(transaction.session, issuer, subject) is not None:
        raise ConflictError("is linked to a principal already", field="subject")
    transaction.session.add(
        ExternalIdentity(
            id=transaction.new_id(),
            issuer=issuer,
            subject=subject,
            principal_id=principal.id,
            linked_at=transaction.now,
        )
    )
    transaction.session.flush()
    payload = {"name": principal.name, "issuer": issuer, "subject": subject}
    transaction.record("principal.linked", principal.id, payload)


def identities_of(session: Session, principal_id: str) -> list[str]:
    """Return the identities that a principal has elsewhere, as ``issuer subject``."""
    statement = (
        select(ExternalIdentity)
        .where(ExternalIdentity.principal_id == principal_id)
        .order_by(ExternalIdentity.linked_at, ExternalIdentity.id)
    )
    return [f"{row.issuer} {row.subject}" for row in session.scalars(statement)]


def _linked(session: Session, issuer: str, subject: str) -> ExternalIdentity | None:
    return session.scalar(
        select(ExternalIdentity).where(
            ExternalIdentity.issuer == issuer, ExternalIdentity.subject == subject
        )
    )


def _take_over(transaction: Transaction, principal: Principal, wanted: list[str]) -> None:
    """Let the roles that this issuer's mapping gave be the wanted ones; record what changed.

    The last active administrator stays one, as where people take roles.
    """
    session = transaction.session
    given = {
        row.role: row
        for row in session.scalars(
            select(RoleGrant).where(
                RoleGrant.principal_id == principal.id, RoleGrant.granted_by == transaction.actor
            )
        )
    }
    gained = [role for role in wanted if not holds(session, principal.id, role)]
    lost = sorted(set(given) - set(wanted))
    if "administrator" in lost and administrators(session) == {principal.id}:
        lost.remove("administrator")
    for role in gained:
        store_grant(transaction, principal, role)
    for role in lost:
        session.delete(given[role])
    session.flush()
    if gained or lost:
        payload = {"principal": principal.id, "gained": gained, "lost": lost}
        transaction.record("role.mapped", principal.name, payload)
