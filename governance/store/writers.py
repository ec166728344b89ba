"""Connections for writers: on SQLite one waits, with its session, for the next transaction."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Connection, Engine, Pool, QueuePool
from sqlalchemy.orm import Session

from governance.store.driver import use_driver
from governance.store.engine import writing


class Writer(NamedTuple):
    """A connection with the session bound to it, and the pool and process that it is of."""

    connection: Connection
    session: Session
    pool: Pool
    process: int


class Writers:
    """Gives each transaction a connection and a session.

    To check a connection out of the pool and to make a session costs as much as three statements
    of SQLite, so one writer is kept; there only one can write at a time anyway. A connection to
    PostgreSQL goes back to the pool, which asks at every checkout whether it still lives.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = writing(engine)
        self._kept: deque[Writer] = deque()  # taking and giving back are atomic between threads

    @contextmanager
    def writer(self) -> Iterator[Session]:
        """Yield a session in a transaction; committed at the end, rolled back on any error."""
        writer = self._take()
        sound = False
        try:
            with writer.connection.begin():  # on SQLite this takes the write lock before any read
                yield writer.session
                if writer.session.in_transaction():
                    writer.session.commit()  # writes what waits; the connection commits
            sound = True
        finally:
            self._give_back(writer, sound=sound)

    def close(self) -> None:
        """Give the kept connection back."""
        while self._kept:
            _release(self._kept.pop())

    def _take(self) -> Writer:
        while self._kept:
            try:
                writer = self._kept.pop()
            except IndexError:  # another thread was faster
                break
            if writer.process == os.getpid() and writer.pool is self._engine.pool:
                return writer
            _release(writer)
        connection = self._engine.connect()
        return Writer(connection, session_on(connection), self._engine.pool, os.getpid())

    def _give_back(self, writer: Writer, *, sound: bool) -> None:
        if sound and not self._kept and _may_wait(writer):
            if writer.session.in_transaction() or _holds_objects(writer.session):
                writer.session.close()
            self._kept.append(writer)
        else:
            _release(writer)


def _may_wait(writer: Writer) -> bool:
    """Return whether threads may share the connection and nobody ends it from outside."""
    return isinstance(writer.pool, QueuePool) and writer.connection.dialect.name == "sqlite"


def detach_objects(session: Session) -> None:
    """Write what waits in a session, then let go of its objects, as at a transaction's end."""
    if _holds_objects(session):
        session.flush()
        session.expunge_all()


def _holds_objects(session: Session) -> bool:
    return bool(session.identity_map) or bool(session.new)


def _release(writer: Writer) -> None:
    writer.session.close()
    writer.connection.close()


def session_on(connection: Connection) -> Session:
    """Return a session bound to a connection for all its life."""
    session = Session(connection, expire_on_commit=False)
    use_driver(session, connection)
    return session
