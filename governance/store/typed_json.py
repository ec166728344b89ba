"""JSON columns whose values have a type: written as the value says itself, read back as it."""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import ColumnElement, FromClause, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from governance.store.base import JsonColumn

ModelT = TypeVar("ModelT", bound=BaseModel)


class TypedJson(TypeDecorator[ModelT], Generic[ModelT]):
    """A JSON column of one pydantic model, named ``module:Class``.

    The model is imported when the first value is written or read: the tables are declared by every
    command, most of which need none of it. A model that has ``to_json`` and ``from_json`` is kept
    in that form. Plain data are written as they are, so that a backup restores what it read.
    """

    impl = JsonColumn
    cache_ok = True

    def __init__(self, model: str) -> None:
        super().__init__()
        self.model = model

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the JSON type of the database."""
        return dialect.type_descriptor(JsonColumn)

    def process_bind_param(self, value: ModelT | None, dialect: Dialect) -> Any:
        """Return plain JSON data."""
        if not isinstance(value, BaseModel):
            return value
        plain = getattr(value, "to_json", None)
        return value.model_dump(mode="json") if plain is None else plain()

    def process_result_value(self, value: Any, dialect: Dialect) -> ModelT | None:
        """Return the typed value."""
        return None if value is None else self._read(value)

    def copy(self, **_: Any) -> TypedJson[ModelT]:
        """Return another column type of the same model."""
        return TypedJson(self.model)

    @cached_property
    def _read(self) -> Any:
        module, _, name = self.model.partition(":")
        model = getattr(import_module(module), name)
        return getattr(model, "from_json", model.model_validate)


def as_stored(table: FromClause) -> list[ColumnElement[Any]]:
    """Return a table's columns as plain data: what copies rows copies what stands in them."""
    return [
        type_coerce(column, JsonColumn).label(column.name)
        if isinstance(column.type, TypedJson)
        else column
        for column in table.columns
    ]
