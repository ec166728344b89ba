"""Finding a record by its id, by how its id begins, or by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.store.base import Base

T = TypeVar("T", bound=Base)


def with_id(session: Session, table: type[T], wanted: str) -> Sequence[T]:
    """Return the record with the id, or else those whose ids begin so: two at most, or none.

    Case counts, on SQLite too. No id begins with nothing.
    """
    exact = session.get(table, wanted)
    if exact is not None:
        return [exact]
    if not wanted:
        return []
    identifier: Any = table.__table__.c.id
    query = select(table).where(func.substr(identifier, 1, len(wanted)) == wanted)
    return session.scalars(query.order_by(identifier).limit(2)).all()


def by_id_or_name(session: Session, table: type[T], wanted: str) -> T | None:
    """Return the record with the whole id, or else the one with exactly the name, or None.

    So a name that reads as another's id finds nothing in its place.
    """
    return session.get(table, wanted) or by_name(session, table, wanted)


def by_name(session: Session, table: type[T], wanted: str) -> T | None:
    """Return the record with exactly the name, or None."""
    named: Any = table.__table__.c.name
    return session.scalar(select(table).where(named == wanted))
