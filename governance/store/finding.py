"""Finding a record by its id, by how its id begins, or by its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.store.base import Base

T = TypeVar("T", bound=Base)
BATCH = 500  # records in one statement


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


def by_ids_or_names(session: Session, table: type[T], wanted: Iterable[str]) -> dict[str, T]:
    """Return {what was wanted: record} as `by_id_or_name` finds each, without what is not there."""
    wanted, columns = sorted(set(wanted)), table.__table__.c
    found: dict[str, T] = {}
    for column in (columns.name, columns.id):  # the id counts before the name
        for part in batched(wanted, BATCH):
            rows = session.scalars(select(table).where(column.in_(part)))
            found |= {getattr(row, column.name): row for row in rows}
    return found


def batched(wanted: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield the same in parts of a size."""
    for start in range(0, len(wanted), size):
        yield wanted[start : start + size]
