"""Statements compiled once a dialect and run on the driver itself: for the path of money.

SQLAlchemy writes the statement and converts the values; its execution layer, which costs more
than SQLite needs for the statement, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from governance.store.driver import driver_of

Processor = Callable[[Any], Any] | None


@dataclass(frozen=True)
class _Form:
    """A statement in the words of one dialect; what needs no conversion is handed over as it is.

    ``values`` takes the values of all binds out of a mapping, in the order of ``names``.
    """

    text: str
    names: tuple[str, ...]
    values: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    written: tuple[tuple[int, Callable[[Any], Any]], ...]
    literals: Mapping[str, Any]
    positional: bool
    read: tuple[tuple[int, Callable[[Any], Any]], ...]


class Prepared:
    """One Core statement whose parameters are all named binds of a fixed number.

    The rows come as plain tuples in the order of the statement's columns. Nothing that waits in
    the session is flushed first. What the driver raises comes as SQLAlchemy's DBAPIError.
    """

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._forms: dict[str, _Form] = {}

    def rows(self, session: Session, parameters: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        """Run the statement and return its rows; none for a statement that returns nothing."""
        driver = driver_of(session)
        form = self._form(driver.dialect)
        rows = driver.run(form.text, _bound(form, parameters))
        return [_converted(form.read, row) for row in rows] if form.read else rows

    def changes(self, session: Session, parameters: Mapping[str, Any]) -> int:
        """Run the statement and return how many rows it changed."""
        driver = driver_of(session)
        form = self._form(driver.dialect)
        return driver.count(form.text, _bound(form, parameters))

    def one(self, session: Session, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Return the only row, or None where there is none."""
        rows = self.rows(session, parameters)
        if len(rows) > 1:
            raise ValueError("one row was expected, several came")
        return rows[0] if rows else None

    def _form(self, dialect: Dialect) -> _Form:
        known = self._forms.get(dialect.name)
        if known is None:
            known = self._forms[dialect.name] = _compiled(self._statement, dialect)
        return known


def _compiled(statement: Executable, dialect: Dialect) -> _Form:
    compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - no DDL is prepared
    binds, order = compiled.binds, compiled.positiontup
    names = tuple(binds if order is None else order)
    results = compiled._result_columns  # noqa: SLF001 - SQLAlchemy shows them nowhere else
    return _Form(
        text=compiled.string,
        names=names,
        values=_getter(names),
        written=_conversions(
            binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names
        ),
        literals={name: bind.value for name, bind in binds.items() if not bind.required},
        positional=order is not None,
        read=_conversions(
            entry.type.dialect_impl(dialect).result_processor(dialect, None) for entry in results
        ),
    )


def _getter(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda given: tuple(given[name] for name in names)


def _conversions(found: Iterable[Processor]) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    return tuple((index, one) for index, one in enumerate(found) if one is not None)


def _bound(form: _Form, parameters: Mapping[str, Any]) -> Any:
    given = {**form.literals, **parameters} if form.literals else parameters
    values = form.values(given)
    if form.written:
        values = _converted(form.written, values)
    return values if form.positional else dict(zip(form.names, values, strict=True))


def _converted(
    conversions: Iterable[tuple[int, Callable[[Any], Any]]], row: Sequence[Any]
) -> tuple[Any, ...]:
    values = list(row)
    for index, convert in conversions:
        values[index] = convert(values[index])
    return tuple(values)
