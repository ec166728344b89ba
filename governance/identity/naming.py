"""Whom a name means: a principal, or nobody that is known here."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.kernel.errors import ForbiddenError
from governance.store.principals import Principal


def principal_named(session: Session, name: str) -> str | None:
    """Return the id of the principal of exactly this name; None: the name is a typed one."""
    return session.scalar(select(Principal.id).where(Principal.name == name))


def named_by(session: Session, name: str, actor_id: str | None, *, field: str) -> str | None:
    """Return the id of who acts where the name is theirs; None: the name is a typed one.

    Raises ForbiddenError where it is another principal's.
    """
    found = principal_named(session, name)
    if found is not None and found != actor_id:
        raise ForbiddenError(
            f"{name!r} is somebody else here: nobody speaks for another",
            field=field,
            hint=f"{name!r} says so, as themselves",
        )
    return found
