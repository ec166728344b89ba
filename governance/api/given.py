"""From the arguments of a method to the request of its operation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from os import PathLike, fspath
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from governance.kernel.errors import InputError
from governance.kernel.value import parse
from governance.operations.files import text_file
from governance.operations.requests import LocalPath, LocalSpec, TextFile


def request_of(handler: Callable[..., Any], given: Mapping[str, Any]) -> BaseModel:
    """Return the request of a handler's operation; raises InputError naming the argument.

    A text or path where the operation takes a file is the name of one on this machine: a document
    is read here, any other file where the operation opens it.
    """
    model = request_model(handler)
    fields = model.model_fields
    keys = {name: field.alias or name for name, field in fields.items()}
    data = {keys[name]: _taken(name, fields[name].annotation, one) for name, one in given.items()}
    try:
        return parse(model, data)
    except InputError as error:
        error.field = _argument(error.field, {key: name for name, key in keys.items()})
        raise


@cache
def request_model(handler: Callable[..., Any]) -> type[BaseModel]:
    """Return the type of a handler's request."""
    model: type[BaseModel] = get_type_hints(handler, include_extras=True)["request"]
    return model


def kinds_of(annotation: Any) -> Iterator[Any]:
    """Yield every plain type that an annotation mentions, from the outside in."""
    yield get_origin(annotation) or annotation
    for part in get_args(annotation):
        yield from kinds_of(part)


def _taken(name: str, annotation: Any, value: Any) -> Any:
    if isinstance(value, str | PathLike):
        return _file(name, set(kinds_of(annotation)), value)
    if isinstance(value, list | tuple):
        return tuple(_taken(name, annotation, one) for one in value)
    return value


def _file(name: str, kinds: set[Any], value: str | PathLike[str]) -> Any:
    named = not isinstance(value, str)
    if TextFile in kinds and (named or str not in kinds):
        try:
            return text_file(fspath(value))
        except InputError as error:
            error.field = name
            raise
    for kind in (LocalSpec, LocalPath):
        if kind in kinds:
            return kind(fspath(value))
    return value


def _argument(field: str | None, names: Mapping[str, str]) -> str | None:
    """Return the path of a fault with the name of the argument in front: ``as`` is ``as_``."""
    if field is None:
        return None
    first, point, rest = field.partition(".")
    return f"{names.get(first, first)}{point}{rest}"
