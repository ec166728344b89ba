"""Sign-in links for the console: good once, and for ten minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from governance.identity.principals import require_active
from governance.identity.secrets import hash_of, new_secret
from governance.kernel.errors import ConflictError, UnauthenticatedError
from governance.store.principals import Principal, SignInLink
from governance.store.store import Transaction

TERM = timedelta(minutes=10)
PATH = "/sign-in/"


class Link(NamedTuple):
    """A path below the console's address, and until when it is good."""

    path: str
    expires: datetime


def create_link(transaction: Transaction, principal: Principal) -> Link:
    """Make a link that signs a principal in; raises ConflictError for a disabled one."""
    if principal.state != "active":
        raise ConflictError(f"{principal.name!r} is disabled", field="name")
    secret = new_secret(transaction.random_bytes)
    row = SignInLink(
        id=transaction.new_id(),
        principal_id=principal.id,
        secret_hash=hash_of(secret),
        created_by=transaction.actor,
        created_at=transaction.now,
        expires_at=transaction.now + TERM,
        used_at=None,
    )
    transaction.session.add(row)
    transaction.session.flush()
    transaction.record("session.linked", principal.id, {"name": principal.name, "link": row.id})
    return Link(PATH + secret, row.expires_at)


def use_link(transaction: Transaction, path: str) -> Principal:
    """Return who is signed in by a link, which is used up then.

    Raises UnauthenticatedError for a link that is not ours, was used, is too old, or whose
    principal is disabled.
    """
    secret = path.removeprefix(PATH)
    row = transaction.session.scalar(
        select(SignInLink).where(SignInLink.secret_hash == hash_of(secret)).with_for_update()
    )
    if row is None or row.used_at is not None or transaction.now >= row.expires_at:
        reason = "unknown" if row is None else "used" if row.used_at is not None else "expired"
        raise UnauthenticatedError("the sign-in link is not valid any more", reason=reason)
    principal = transaction.session.get_one(Principal, row.principal_id)
    require_active(principal)
    row.used_at = transaction.now
    transaction.record("session.link_used", principal.id, {"name": principal.name, "link": row.id})
    return principal
