"""The append-only, hash-chained record of every state change."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance.kernel.canonical import canonical_json, sha256_hex
from governance.kernel.clock import format_time
from governance.kernel.errors import StorageError
from governance.store.base import Base
from governance.store.prepared import Prepared

GENESIS = "0" * 64
# Several hosts write one ledger, so their clocks may differ a little; more is a fault.
MAX_CLOCK_SKEW = timedelta(minutes=5)


class LedgerEvent(Base):
    """One state change; ``hash`` covers every other column and the hash before it."""

    __tablename__ = "ledger_event"

    sequence: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(index=True)
    actor: Mapped[str]
    payload: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str]
    hash: Mapped[str]
    # How who acted was known; not there in events that are older than the columns.
    actor_id: Mapped[str | None]
    via: Mapped[str | None]
    claimed: Mapped[str | None]

    def data(self) -> dict[str, Any]:
        """Return the payload as JSON data."""
        data: dict[str, Any] = json.loads(self.payload)
        return data


class LedgerHead(Base):
    """One row: the last event; its lock orders the writers, and it shows a truncated tail."""

    __tablename__ = "ledger_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"))
    hash: Mapped[str]
    at: Mapped[datetime | None]


# Columns that the hash covers only where they hold something: older events have none.
LATER = ("actor_id", "via", "claimed")


class Proof(NamedTuple):
    """How who acts is known: the principal's id, what it was proved by, and the name claimed.

    ``via`` is ``local``, ``token:ID``, ``session:ID`` or ``issuer:ADDRESS``; ``claimed`` is a word
    from the environment, which proves nothing.
    """

    actor_id: str | None = None
    via: str | None = None
    claimed: str | None = None


UNPROVED = Proof()


class Appended(NamedTuple):
    """The number and the hash of an event that was written."""

    sequence: int
    hash: str


_HEAD = Prepared(
    select(LedgerHead.sequence, LedgerHead.hash, LedgerHead.at)
    .where(LedgerHead.id == 1)
    .with_for_update()
)
_APPEND = Prepared(
    insert(LedgerEvent.__table__).values(  # type: ignore[arg-type]
        {column.name: bindparam(column.name) for column in LedgerEvent.__table__.columns}
    )
)
_MOVE = Prepared(
    update(LedgerHead)
    .where(LedgerHead.id == 1)
    .values(sequence=bindparam("new"), hash=bindparam("new_hash"), at=bindparam("new_at"))
)


def hash_of(entry: LedgerEvent, sequence: int) -> str:
    """Return SHA-256 over the RFC 8785 form of the event as if it had the given number."""
    return _hash(
        {
            "sequence": sequence,
            "at": entry.at,
            "kind": entry.kind,
            "subject": entry.subject,
            "actor": entry.actor,
            "payload": entry.payload,
            "previous_hash": entry.previous_hash,
            **{name: getattr(entry, name) for name in LATER},
        }
    )


def without_absent(columns: dict[str, Any]) -> dict[str, Any]:
    """Return an event as it is hashed and handed on: without the later columns it lacks."""
    absent = {name for name in LATER if columns.get(name) is None}
    return {name: value for name, value in columns.items() if name not in absent}


def _hash(columns: dict[str, Any]) -> str:
    hashed = {**without_absent(columns), "at": format_time(columns["at"])}
    return sha256_hex(canonical_json(hashed))


class Chain:
    """The end of the ledger as one transaction holds it: locked and read once, then added to."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._last: tuple[int, str, datetime | None] | None = None

    def last_time(self) -> datetime | None:
        """Return the latest time of an event; None before the first. Waits for other writers.

        Raises StorageError where the ledger has no head.
        """
        return self._locked()[2]

    def append(
        self,
        *,
        at: datetime,
        kind: str,
        subject: str,
        actor: str,
        payload: dict[str, Any],
        proof: Proof = UNPROVED,
    ) -> Appended:
        """Add one event behind the last.

        Raises StorageError where the clock stands more than five minutes before the last event.
        """
        last, previous_hash, last_at = self._locked()
        if last_at is not None and at < last_at - MAX_CLOCK_SKEW:
            raise StorageError(
                f"the clock runs backwards: it says {format_time(at)}, "
                f"but the last ledger event is of {format_time(last_at)}"
            )
        columns = {
            "sequence": last + 1,
            "at": at,
            "kind": kind,
            "subject": subject,
            "actor": actor,
            "payload": canonical_json(payload).decode(),
            "previous_hash": previous_hash,
            **proof._asdict(),
        }
        appended = Appended(last + 1, _hash(columns))
        self._write({**columns, "hash": appended.hash}, max(at, last_at) if last_at else at)
        return appended

    def _write(self, columns: dict[str, Any], moved_at: datetime) -> None:
        sequence, hash_ = columns["sequence"], columns["hash"]
        _APPEND.rows(self._session, columns)
        _MOVE.rows(self._session, {"new": sequence, "new_hash": hash_, "new_at": moved_at})
        self._last = (sequence, hash_, moved_at)

    def _locked(self) -> tuple[int, str, datetime | None]:
        self._session.flush()
        if self._last is None:
            # The row's lock is kept until the commit: no two writers see the same head.
            head = _HEAD.one(self._session, {})
            if head is None:
                raise StorageError("the ledger has no head row", remedy="installation.initialise")
            self._last = (head[0], head[1], head[2])
        return self._last


def ledger_head(session: Session) -> tuple[int, str]:
    """Return (number of the last event, its hash) as the head row says."""
    row = session.execute(select(LedgerHead.sequence, LedgerHead.hash)).one_or_none()
    return (0, GENESIS) if row is None else (row[0], row[1])


def make_append_only(table: Table) -> None:
    """Attach triggers that refuse UPDATE and DELETE, for both databases."""
    table.info["append_only"] = True
    for dialect in ("sqlite", "postgresql"):
        statements = append_only_statements(table.name, dialect)
        if dialect == "sqlite":
            statements.append(no_replace_statement(table))
        for statement in statements:
            trigger = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", trigger.execute_if(dialect=dialect))


def no_replace_statement(table: Table) -> str:
    """Return the trigger that refuses INSERT OR REPLACE over a row that is there.

    SQLite deletes the old row then without asking the triggers against DELETE. It does so for the
    hidden row number too, which is -1 in such a trigger where the statement names none.
    """
    keys = [["rowid"], [column.name for column in table.primary_key]]
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            keys.append([column.name for column in constraint])
    same = " OR ".join(
        f"({' AND '.join(f'{name} = NEW.{name}' for name in key)})" for key in sorted(keys)
    )
    return (
        f"CREATE TRIGGER {table.name}_no_replace BEFORE INSERT ON {table.name} "  # noqa: S608
        f"WHEN EXISTS (SELECT 1 FROM {table.name} WHERE {same}) "
        f"BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END"
    )


def append_only_statements(table: str, dialect: str) -> list[str]:
    """Return the DDL that makes a table append-only on ``sqlite`` or ``postgresql``."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("update", "delete")
        ]
    function = f"{table}_append_only"
    refusal = f"RAISE EXCEPTION '{table} is append-only'"
    on = f"ON {table} FOR EACH"
    run = f"EXECUTE FUNCTION {function}()"
    body = f"BEGIN {refusal}; END"
    return [
        f"CREATE FUNCTION {function}() RETURNS trigger AS $$ {body} $$ LANGUAGE plpgsql",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE {on} ROW {run}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE {on} STATEMENT {run}",
    ]


make_append_only(LedgerEvent.__table__)  # type: ignore[arg-type]
