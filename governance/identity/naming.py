"""Whom a name means: a principal, or nobody that is known here."""

from __future__ import annotations

from sqlalchemy.orm import Session

from governance.identity.principals import is_name
from governance.kernel.errors import ForbiddenError, InputError
from governance.kernel.secrets import holds_token
from governance.store.finding import by_name
from governance.store.names import looks_like
from governance.store.principals import Principal


def principal_named(session: Session, name: str) -> str | None:
    """Return the id of the principal of exactly this name; None: the name is a typed one."""
    found = by_name(session, Principal, name)
    return None if found is None else found.id


def named_by(session: Session, name: str, actor_id: str | None, *, field: str) -> str | None:
    """Return the id of who acts where the name is theirs; None: the name is a typed one.

    An empty name is nobody's. Raises ForbiddenError where it is another principal's, or looks like
    another's, InputError where nobody could be called so.
    """
    found = principal_named(session, name)
    if found is not None and found == actor_id:
        return found
    if name and found is None and (not is_name(name) or holds_token(name)):
        raise InputError(f"{name!r} is no name of anybody", field=field)
    other = name if found is not None else looks_like(session, "principal", name, actor_id)
    if other is not None:
        like = "is" if other == name else f"looks like {other!r}, who is"
        raise ForbiddenError(
            f"{name!r} {like} somebody else here: nobody speaks for another", field=field
        )
    return None
