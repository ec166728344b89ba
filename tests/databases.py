"""Databases for tests: made once, and given back to every test as they were at first.

What a commit costs on the disk is left out: no test can tell, because none cuts the power.
"""

from __future__ import annotations

import os
import random
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Table, create_engine, event, insert, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import Pool

from governance.kernel.clock import FixedClock
from governance.store.engine import make_engine
from governance.store.initialise import initialise
from governance.store.store import Store
from governance.store.tables import Base

SEED = 7
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
# Tables, their columns and triggers: what a test may have changed beside the rows.
_SHAPE = """
SELECT md5(string_agg(line, ',' ORDER BY line)) FROM (
  SELECT concat_ws(' ', attrelid::regclass, attname, atttypid, attnotnull, attisdropped) AS line
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger
  UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT version_num FROM alembic_version
) AS lines
"""


@dataclass(frozen=True)
class Template:
    """A database to copy, and where the random numbers stood after it was made."""

    url: str
    random: object


def make_template(url: str, make: Callable[[Store], object] = initialise) -> Template:
    """Make a database ready: initialised alone, or with `set_up` as a user has it."""
    numbers = random.Random(SEED)
    store = Store(make_engine(url), FixedClock(START), "tester", numbers.randbytes)
    make(store)
    store.close()
    return Template(url, numbers.getstate())


def open_store(url: str, clock: FixedClock, template: Template | None = None) -> Store:
    numbers = random.Random(SEED)
    if template is not None:
        numbers.setstate(template.random)  # type: ignore[arg-type]
    return Store(make_engine(url), clock, "tester", numbers.randbytes)


@contextmanager
def without_waiting_for_the_disk() -> Iterator[None]:
    """Let SQLite's commits, and files that are to be safe, return before the disk has them."""

    def relax(connection: object, *_: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA synchronous = OFF")

    event.listen(Pool, "checkout", relax)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "fsync", lambda _: None)
            yield
    finally:
        event.remove(Pool, "checkout", relax)


@contextmanager
def postgres_database(server: str, template: str | None = None) -> Iterator[str]:
    """A database of its own, empty or a copy of another one, dropped at the end."""
    name = f"underwriter_{uuid.uuid1().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    like = "" if template is None else f" TEMPLATE {make_url(template).database}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}{like}"))
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


class ReusedDatabase:
    """A PostgreSQL database that one test after the other gets as its template was.

    To copy a database costs ten times what it costs to put back the rows of the tables that a test
    changed. Where it changed more than rows, or we may not switch off the triggers that guard
    them, a new copy is made.
    """

    def __init__(self, server: str, template: Template) -> None:
        self.template = template
        self._server = server
        self._url = ""
        self._copy: Any = None
        self._marks: dict[str, tuple[int, int]] = {}
        with _connected(template.url) as connection:
            self._shape = connection.scalar(text(_SHAPE))
            self._rows: list[tuple[Table, list[dict[str, Any]]]] = [
                (table, [dict(row) for row in connection.execute(table.select()).mappings()])
                for table in Base.metadata.sorted_tables
            ]

    def fresh(self) -> str:
        """The database's URL; nobody else is connected to it and only the first rows are in it."""
        if not self._url or not self._put_back():
            self.close()
            self._copy = postgres_database(self._server, self.template.url)
            self._url = self._copy.__enter__()
            with _connected(self._url) as connection:
                self._marks = self._found(connection)
        return self._url

    def close(self) -> None:
        if self._copy is not None:
            self._copy.__exit__(None, None, None)
            self._copy, self._url = None, ""

    def _put_back(self) -> bool:
        with _connected(self._url) as connection:
            if connection.scalar(text("SHOW is_superuser")) != "on":
                return False
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
            if connection.scalar(text(_SHAPE)) != self._shape:
                return False
            found = self._found(connection)
            connection.execute(text("SET session_replication_role = replica"))
            for table, rows in self._rows:
                if found[table.name] != self._marks[table.name]:
                    connection.execute(text(f"DELETE FROM {table}"))
                    if rows:
                        connection.execute(insert(table), rows)
            self._marks = self._found(connection)
            connection.commit()
        return True

    def _found(self, connection: Connection) -> dict[str, tuple[int, int]]:
        """How many rows each table has, and the youngest transaction that wrote one of them."""
        parts = (
            f"SELECT '{table}', count(*), coalesce(max(xmin::text::bigint), 0) FROM {table}"
            for table, _ in self._rows
        )
        rows = connection.execute(text(" UNION ALL ".join(parts)))
        return {name: (count, youngest) for name, count, youngest in rows}


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = make_engine(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()
