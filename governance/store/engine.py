"""Engines for SQLite and PostgreSQL, and the names that users give to databases."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from governance.kernel.errors import InputError, MissingExtraError, StorageError
from governance.store.driver import driver_under

BEGIN_OPTION = "sqlite_begin"


def database_url(text: str) -> URL:
    """Turn a URL or a file name into a SQLAlchemy URL with the driver that we use."""
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser()))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise InputError(f"{text!r} is no database URL: {error}", field="db") from error
    if url.get_backend_name() == "sqlite":
        return url.set(drivername="sqlite")
    if url.get_backend_name() in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    raise InputError(
        f"{url.get_backend_name()!r} is not supported",
        field="db",
        hint="a SQLite file, sqlite:///FILE or postgresql://USER@HOST/NAME",
    )


def make_engine(text: str, *, lock_timeout_seconds: float = 10.0) -> Engine:
    """Return an engine for a URL or file name; no connection is made yet."""
    url = database_url(text)
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, lock_timeout_seconds)
    milliseconds = int(lock_timeout_seconds * 1000)
    try:
        return create_engine(
            url,
            pool_pre_ping=True,
            connect_args={"options": f"-c lock_timeout={milliseconds}", "connect_timeout": 10},
        )
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise MissingExtraError("PostgreSQL", "postgres") from error


def _sqlite_engine(url: URL, lock_timeout_seconds: float) -> Engine:
    if url.database and url.database != ":memory:":
        parent = Path(url.database).parent
        try:
            parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{parent}: cannot be made: {error.strerror}") from error
    engine = create_engine(url, connect_args={"timeout": lock_timeout_seconds})

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        # The driver's own transactions begin late and deferred; ours begin as `begin` says.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(lock_timeout_seconds * 1000)}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options: Any = connection.get_execution_options()
        if options.get("isolation_level") == "AUTOCOMMIT":
            return
        # On the driver itself: SQLAlchemy's layers cost more than the statement.
        driver_under(connection).run(options.get(BEGIN_OPTION, "BEGIN"))

    return engine


def use_write_ahead_log(engine: Engine) -> None:
    """Switch a SQLite file to write-ahead logging, for good; a no-op on PostgreSQL.

    Not done on every connection, because it would change a file that may not be ours.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")


def writing(engine: Engine) -> Engine:
    """Return the engine for writers: on SQLite they take the write lock at once."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{BEGIN_OPTION: "BEGIN IMMEDIATE"})
    return engine
