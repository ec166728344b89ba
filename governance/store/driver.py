"""The driver's own connection under a session, for statements that need to cost little."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

_DRIVER = "underwriter.driver"
T = TypeVar("T")


class Driver(NamedTuple):
    """A connection as the driver has it."""

    dialect: Dialect
    connection: Any

    def run(self, statement: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows; none for a statement that returns nothing.

        What the driver raises comes as SQLAlchemy's DBAPIError.
        """
        return self._with_cursor(_rows, statement, parameters)

    def count(self, statement: str, parameters: Any = ()) -> int:
        """Run a statement and return how many rows it changed; errors as of ``run``."""
        return self._with_cursor(_changed, statement, parameters)

    def _with_cursor(self, take: Callable[[Any], T], statement: str, parameters: Any) -> T:
        cursor = self.connection.cursor()
        try:
            cursor.execute(statement, parameters)
            return take(cursor)
        except self.dialect.loaded_dbapi.Error as error:
            root = self.dialect.loaded_dbapi.Error
            raise DBAPIError.instance(
                statement, parameters, error, root, dialect=self.dialect
            ) from error
        finally:
            cursor.close()


def _rows(cursor: Any) -> list[tuple[Any, ...]]:
    return [] if cursor.description is None else cursor.fetchall()


def _changed(cursor: Any) -> int:
    count: int = cursor.rowcount
    return count


def driver_under(connection: Connection) -> Driver:
    """Return the driver's connection under SQLAlchemy's."""
    return Driver(connection.dialect, connection.connection.driver_connection)


def use_driver(session: Session, connection: Connection) -> None:
    """Let statements run on the connection that a session is bound to for all its life."""
    session.info[_DRIVER] = driver_under(connection)


def driver_of(session: Session) -> Driver:
    """Return the driver's connection of the session's transaction."""
    known: Driver | None = session.info.get(_DRIVER)
    return driver_under(session.connection()) if known is None else known
