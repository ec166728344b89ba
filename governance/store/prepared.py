"""Statements compiled once a dialect and run on the driver itself: for the path of money.

SQLAlchemy writes the statement and converts the values; its execution layer, which costs more
than SQLite needs for the statement, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from governance.store.driver import driver_of

Processor = Callable[[Any], Any] | None


@dataclass(frozen=True)
class _Form:
    """A statement in the words of one dialect."""

    text: str
    binds: tuple[tuple[str, Processor], ...]
    literals: Mapping[str, Any]
    positional: bool
    results: tuple[Processor, ...]
    converts: bool


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
        return [_processed(form, row) for row in rows] if form.converts else rows

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
    binds = compiled.binds
    order = compiled.positiontup
    results = tuple(
        entry.type.dialect_impl(dialect).result_processor(dialect, None)
        for entry in compiled._result_columns  # noqa: SLF001 - SQLAlchemy shows them nowhere else
    )
    return _Form(
        text=compiled.string,
        binds=tuple(
            (name, binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in (binds if order is None else order)
        ),
        literals={name: bind.value for name, bind in binds.items() if not bind.required},
        positional=order is not None,
        results=results,
        converts=any(processor is not None for processor in results),
    )


def _bound(form: _Form, parameters: Mapping[str, Any]) -> Any:
    given = {**form.literals, **parameters} if form.literals else parameters
    if form.positional:
        return [
            given[name] if processor is None else processor(given[name])
            for name, processor in form.binds
        ]
    return {
        name: given[name] if processor is None else processor(given[name])
        for name, processor in form.binds
    }


def _processed(form: _Form, row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(
        [
            value if processor is None else processor(value)
            for value, processor in zip(row, form.results, strict=True)
        ]
    )
