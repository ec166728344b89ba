"""Engines for SQLite and PostgreSQL, and the names that users give to databases."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from governance.kernel.errors import InputError, MissingExtraError, StorageError
from governance.kernel.secrets import SecretUrl, without_secrets
from governance.store.driver import driver_under

BEGIN_OPTION = "sqlite_begin"

_FORMS = "a SQLite file, sqlite:///FILE or postgresql://USER@HOST/NAME"
# What was meant as a URL or as words of libpq, and would make a file named after a password.
_NO_FILE = re.compile(
    r"(postgres|postgresql|mysql|sqlite)(\+\w+)?:|.*password\s*=|[^/]*:[^/]*@", re.IGNORECASE
)


def database_url(given: str | SecretUrl) -> URL:
    """Turn a URL or a file name into a SQLAlchemy URL with the driver that we use.

    Raises InputError, which does not repeat the text: there may be a password in it.
    """
    text = given.reveal() if isinstance(given, SecretUrl) else given
    if "://" not in text:
        if _NO_FILE.match(text):
            raise InputError("is neither a file nor a database URL", field="db", hint=_FORMS)
        return URL.create("sqlite", database=str(Path(text).expanduser()))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise InputError("is no database URL", field="db", hint=_FORMS) from None
    kind = url.get_backend_name()
    if kind == "sqlite" and url.host is None:
        if without_secrets(text) != text:
            raise InputError("a SQLite file has no password", field="db", hint=_FORMS)
        if url.query:
            raise InputError("a SQLite file takes no options", field="db", hint=_FORMS)
        return url.set(drivername="sqlite")
    if kind in ("postgresql", "postgres"):
        return _with_password(_whole(url).set(drivername="postgresql+psycopg"))
    message = "a SQLite file is on no host" if kind == "sqlite" else f"{kind!r} is not supported"
    raise InputError(message, field="db", hint=_FORMS)


def _whole(url: URL) -> URL:
    """Return the URL, or raise InputError where an @ left part of a password in host or name."""
    if "@" in (url.host or "") or ("@" in (url.database or "") and ":" in (url.database or "")):
        raise InputError(
            "is no database URL: an @ or / of a password is written %40 or %2F",
            field="db",
            hint=_FORMS,
        )
    return url


def _with_password(url: URL) -> URL:
    """Return the URL with a password of its query where it is never shown."""
    given = url.query.get("password")
    if given is None:
        return url
    password = given if isinstance(given, str) else given[-1]
    return url.difference_update_query(["password"]).set(password=password)


def shown_url(engine: Engine) -> str:
    """Return the URL of an engine's database without what opens it."""
    return without_secrets(engine.url.render_as_string(hide_password=True))


def make_engine(text: str | SecretUrl, *, lock_timeout_seconds: float = 10.0) -> Engine:
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
    engine = create_engine(url, connect_args={"timeout": lock_timeout_seconds})

    @event.listens_for(engine, "do_connect")
    def make_folder(*_: object) -> None:
        # Not before: who only asks whether there is a database leaves no folder behind.
        if url.database and url.database != ":memory:":
            parent = Path(url.database).parent
            try:
                parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StorageError(f"{parent}: cannot be made: {error.strerror}") from error

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
