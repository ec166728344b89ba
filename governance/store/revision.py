"""Telling whose a database is and how old, without Alembic, which every command would wait for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import ColumnClause, Connection, Engine, column, inspect, select, table

from governance.kernel.errors import StorageError
from governance.store.engine import shown_url
from governance.store.identity import APPLICATION, StoreIdentity
from governance.store.store import translated_errors

VERSION_TABLE = "alembic_version"
_MIGRATION = re.compile(r"(\d{4})_\w+\.py")


@dataclass(frozen=True)
class StoreState:
    """What a database is: ``empty``, ``foreign``, ``newer``, ``older`` or ``current``."""

    state: str
    revision: str | None
    head: str


@cache
def migrations_folder() -> Path:
    """Return the folder of our migrations, found by this file and by no name on the path.

    An installed copy has it inside this package, a checkout beside ``governance``.
    """
    inside = Path(__file__).with_name("migrations")
    return inside if inside.is_dir() else Path(__file__).parents[2] / "migrations"


@cache
def known_revisions() -> tuple[str, ...]:
    """Return the revisions that the program knows, the oldest first: its migrations' numbers.

    Raises StorageError where the folder is not ours or holds strange files.
    """
    folder = migrations_folder() / "versions"
    names = (entry.name for entry in folder.iterdir()) if folder.is_dir() else iter(())
    found = sorted(match[1] for name in names if (match := _MIGRATION.fullmatch(name)))
    if not found or found != [f"{number:04}" for number in range(1, len(found) + 1)]:
        raise StorageError(
            f"{folder} does not hold the program's migrations, one of each number",
            hint="install the program anew, in an environment of its own",
        )
    return tuple(found)


def head_revision() -> str:
    """Return the newest revision that the program knows."""
    return known_revisions()[-1]


def store_state(engine: Engine) -> StoreState:
    """Look at a database without changing it."""
    head = head_revision()
    with translated_errors(), engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
        revision = _revision(connection) if VERSION_TABLE in names else None
        names -= {VERSION_TABLE}
        if not names and revision is None:
            return StoreState("empty", None, head)
        if "store_identity" not in names or not _ours(connection):
            return StoreState("foreign", revision, head)
    if revision not in known_revisions():
        return StoreState("newer", revision, head)
    return StoreState("current" if revision == head else "older", revision, head)


def require_current(engine: Engine) -> None:
    """Raise StorageError unless the database is ours and of this program's revision."""
    name = shown_url(engine)
    require_file(engine)
    found = store_state(engine)
    if found.state == "empty":
        raise StorageError(f"{name} holds no data yet", remedy="installation.initialise")
    if found.state == "foreign":
        raise StorageError(
            f"{name} is not an Underwriter database; nothing was changed",
            hint="name another database with --db",
        )
    if found.state == "newer":
        raise StorageError(
            f"{name} is newer than this program (revision {found.revision})",
            hint="upgrade the program",
        )
    if found.state == "older":
        raise StorageError(
            f"{name} is of revision {found.revision}, the program needs {found.head}",
            remedy="database.upgrade",
        )


def require_file(engine: Engine) -> None:
    """Raise StorageError where a SQLite file is missing, before connecting would make it."""
    if is_missing(engine):
        raise StorageError(
            f"{engine.url.database}: no such database", remedy="installation.initialise"
        )


def is_missing(engine: Engine) -> bool:
    """Return whether a SQLite file is not there."""
    file = engine.url.database
    return engine.dialect.name == "sqlite" and file != ":memory:" and not Path(str(file)).exists()


def _revision(connection: Connection) -> str | None:
    version: ColumnClause[str] = column("version_num")
    return connection.scalars(select(version).select_from(table(VERSION_TABLE))).first()


def _ours(connection: Connection) -> bool:
    applications = connection.execute(select(StoreIdentity.application)).scalars().all()
    return applications in ([APPLICATION], [])
