"""Base of every frozen value, and the one way from outside data to such a value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, PlainSerializer, ValidationError

from governance.kernel.clock import format_time
from governance.kernel.errors import InputError
from governance.kernel.secrets import without_secrets

if TYPE_CHECKING:
    from governance.kernel.documents import Document


class Value(BaseModel):
    """A frozen pydantic value that refuses unknown fields, NaN and infinities."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy as pydantic does, without what cached properties remembered."""
        copy = super().model_copy(update=update, deep=deep)
        for name in copy.__dict__.keys() - type(self).model_fields.keys():
            del copy.__dict__[name]
        return copy


# A moment that is JSON as Python writes it: +00:00, microseconds where there are any.
IsoTime = Annotated[datetime, PlainSerializer(datetime.isoformat, when_used="json")]
# A moment that is JSON as the ledger writes it: microseconds and Z.
LedgerTime = Annotated[datetime, PlainSerializer(format_time, when_used="json")]

ModelT = TypeVar("ModelT", bound=BaseModel)


def absent(value: object) -> bool:
    """Return whether a part is not there: ``Field(exclude_if=absent)`` leaves it out of JSON."""
    return value is None


def field_path(location: tuple[int | str, ...]) -> str:
    """Return a dotted path such as ``scenarios[2].severity.low`` for an error location."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else part
    return path


def parse(
    model: type[ModelT],
    data: object,
    *,
    file: str | None = None,
    line: int | None = None,
) -> ModelT:
    """Validate ``data`` as ``model`` or raise InputError naming the first field at fault."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise input_error(error, file=file, line=line) from error


def value_of(model: type[ModelT], row: object) -> ModelT:
    """Return a value whose fields are the attributes of the same names, as of a database's row."""
    return model.model_validate(row, from_attributes=True)


def parse_document(model: type[ModelT], document: Document) -> ModelT:
    """Validate a whole document; the error names the file, the line and the field."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        location = _data_location(document.data, error.errors()[0]["loc"])
        raise input_error(
            error, file=document.source, line=document.line_of(location), location=location
        ) from error


def input_error(
    error: ValidationError,
    *,
    file: str | None = None,
    line: int | None = None,
    location: tuple[int | str, ...] | None = None,
    shown: bool = True,
) -> InputError:
    """Turn a pydantic error into one InputError about its first fault.

    The value at fault is part of the message, unless it is not to be ``shown``.
    """
    first = error.errors()[0]
    message = first["msg"].removeprefix("Value error, ")
    value = first.get("input")
    if shown and isinstance(value, str | int | float | bool):
        shown_value = without_secrets(value) if isinstance(value, str) else value
        text = repr(shown_value)
        message = f"{message} (got {text if len(text) <= 60 else text[:57] + '...'})"
    more = error.error_count() - 1
    if more:
        message += f" (and {more} more {'fault' if more == 1 else 'faults'})"
    field = field_path(first["loc"] if location is None else location)
    return InputError(message, file=file, line=line, field=field or None)


def _data_location(data: object, location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Drop the union tags that pydantic puts into a location, so that it walks the data.

    The last part is kept even where the data lack it, because a missing field is named by it.
    """
    walked: list[int | str] = []
    here = data
    for index, part in enumerate(location):
        if _holds(here, part):
            here = here[part]  # type: ignore[index]
            walked.append(part)
        elif index == len(location) - 1:
            walked.append(part)
    return tuple(walked)


def _holds(data: object, part: int | str) -> bool:
    if isinstance(data, Mapping):
        return part in data
    return isinstance(data, list) and isinstance(part, int) and part < len(data)
