"""Names that are taken: a name keeps those that look like it from being given again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance.kernel.errors import ConflictError, InputError
from governance.kernel.names import look_alike_keys, looks_like_an_id
from governance.kernel.secrets import holds_token
from governance.store.base import Base
from governance.store.finding import BATCH, batched

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class NameKey(Base):
    """A key that the name of a subject holds among the names of its kind.

    That no two subjects hold one keeps writers at the same time from taking look-alikes.
    """

    __tablename__ = "name_key"

    kind: Mapped[str] = mapped_column(primary_key=True)  # agent, ...
    key: Mapped[str] = mapped_column(primary_key=True)  # SHA-256, since a name's keys may be long
    name: Mapped[str]
    subject_id: Mapped[str]


def stored_keys(name: str) -> list[str]:
    """Return the keys of a name as they are stored, in the one order in which they are taken."""
    keys = (key.encode("utf-8", "surrogatepass") for key in look_alike_keys(name))
    return sorted(hashlib.sha256(key).hexdigest() for key in keys)


def claim_name(
    session: Session, kind: str, name: str, subject_id: str, *, taken: str | None = None
) -> None:
    """Take a name for a subject, so that no other of the kind may be given one that looks like it.

    Raises InputError for a name that looks like an id, holds a token or shows nothing, and
    ConflictError, in whose message the name that exists stands; ``taken`` is the message where
    that is the very same one. Whoever comes second gets that error, be it at the same moment.
    """
    check_name(name)
    keys = stored_keys(name)
    held = _held(session, kind, keys, subject_id)
    if held is None:
        stored = _take(session, kind, name, subject_id, keys)
        if len(stored) < len(keys):
            # Somebody else took one in between and has committed since: the insert waited for it.
            held = _held(session, kind, keys, subject_id)
        if held is not None:
            mine = (NameKey.kind == kind, NameKey.key.in_(stored))
            session.execute(delete(NameKey).where(*mine))
    if held is not None:
        raise refused(name, held, taken)


def claim_names(session: Session, kind: str, names: Mapping[str, str]) -> bool:
    """Take several names, {name: subject id}, by one statement; returns whether all were free.

    Otherwise none is taken, and `claim_name` says of each what is wrong with it.
    """
    if any(looks_like_an_id(name) for name in names):
        return False
    keys = {name: stored_keys(name) for name in names}
    rows = [
        {"kind": kind, "key": key, "name": name, "subject_id": subject_id}
        for name, subject_id in names.items()
        for key in keys[name]
    ]
    if not all(keys.values()):
        return False
    if rows and len(_insert(session, rows)) < len(rows):
        mine = (NameKey.kind == kind, NameKey.subject_id.in_(names.values()))
        session.execute(delete(NameKey).where(*mine))
        return False
    return True


def held_names(session: Session, kind: str, keys: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return {name: the one that exists and that it looks like, or is} of those that are taken.

    ``keys`` holds the names with their `stored_keys`.
    """
    held: dict[str, tuple[str, str]] = {}
    wanted = sorted({key for each in keys.values() for key in each})
    for part in batched(wanted, BATCH):
        query = select(NameKey.key, NameKey.subject_id, NameKey.name).where(
            NameKey.kind == kind, NameKey.key.in_(part)
        )
        held |= {row.key: (row.subject_id, row.name) for row in session.execute(query)}
    holders = {name: [held[key] for key in own if key in held] for name, own in keys.items()}
    return {name: min(others)[1] for name, others in holders.items() if others}


def refused(name: str, held: str, taken: str | None = None) -> ConflictError:
    """Return the error of a name that another which exists keeps from being given."""
    same = taken or f"the name {name!r} exists already"
    other = f"{name!r} looks like {held!r}, which exists"
    return ConflictError(same if held == name else other, field="name")


def looks_like(session: Session, kind: str, name: str, subject_id: str | None) -> str | None:
    """Return the name of another subject of the kind that looks like this one, or is the same."""
    return _held(session, kind, stored_keys(name), subject_id)


def check_name(name: str) -> None:
    """Raise InputError for a name that looks like an id, holds a token or shows nothing."""
    if holds_token(name):
        raise InputError("a name holds no token: whoever reads it could use it", field="name")
    if looks_like_an_id(name):
        hint = "an id is a UUID, and eight or more hex digits may be how one begins"
        raise InputError(f"{name!r} looks like an id", field="name", hint=hint)
    if not look_alike_keys(name):
        raise InputError(f"nothing can be seen of the name {name!r}", field="name")


def _held(session: Session, kind: str, keys: list[str], subject_id: str | None) -> str | None:
    """Return the name that holds one of the keys for somebody else, the oldest of them."""
    query = select(NameKey.subject_id, NameKey.name).where(
        NameKey.kind == kind, NameKey.key.in_(keys)
    )
    others = [(subject, name) for subject, name in session.execute(query) if subject != subject_id]
    return min(others)[1] if others else None


def _take(
    session: Session, kind: str, name: str, subject_id: str, keys: list[str]
) -> Sequence[str]:
    """Store the keys that are free and return them."""
    return _insert(
        session,
        [{"kind": kind, "key": key, "name": name, "subject_id": subject_id} for key in keys],
    )


def _insert(session: Session, rows: list[dict[str, str]]) -> Sequence[str]:
    """Store the rows whose keys are free and return these keys."""
    table: Table = NameKey.__table__  # type: ignore[assignment]
    insert = _INSERT[session.get_bind().dialect.name](table).values(rows)
    stored: Sequence[str] = session.scalars(
        insert.on_conflict_do_nothing().returning(table.c.key)
    ).all()
    return stored
