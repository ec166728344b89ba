"""The signature of each operation's method: what the catalogue's request and answer say."""

from __future__ import annotations

import builtins
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from keyword import iskeyword
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo

from governance.api.given import request_model
from governance.operations.catalogue import Operation, operations
from governance.operations.requests import LocalPath, LocalSpec, TextFile

# What a method takes where the request has a file of the door's machine.
_WIDER: dict[Any, tuple[str, ...]] = {
    TextFile: ("str", "Path", "TextFile"),
    LocalPath: ("str", "Path"),
    LocalSpec: ("str",),
}
# A tuple or dict of a request may come as any sequence or mapping.
_CONTAINERS = {tuple: "Sequence", dict: "Mapping"}
_SOURCES = {
    "Any": "typing",
    "Literal": "typing",
    "Mapping": "collections.abc",
    "Path": "pathlib",
    "Sequence": "collections.abc",
    "TextFile": TextFile.__module__,
}


@dataclass(frozen=True)
class Parameter:
    """One argument of a method: its name, its type and its default as they are written."""

    name: str
    type: str
    default: str | None

    def __str__(self) -> str:
        return f"{self.name}: {self.type}" + ("" if self.default is None else f" = {self.default}")


@dataclass(frozen=True)
class Method:
    """One method, and the modules from which the names in its types come."""

    operation: Operation
    name: str
    parameters: tuple[Parameter, ...]
    answer: str
    summary: str
    imports: frozenset[tuple[str, str]]


@dataclass
class _Names:
    """Writes types, and keeps where their names come from."""

    shadowed: frozenset[str]
    found: set[tuple[str, str]] = field(default_factory=set)

    def argument(self, annotation: Any) -> str:
        """Return the type of an argument."""
        return " | ".join(dict.fromkeys(self._alternatives(annotation)))

    def answer(self, annotation: Any) -> str:
        """Return the type of an answer, as it is."""
        origin, parts = get_origin(annotation), get_args(annotation)
        if origin in (Union, UnionType):
            return " | ".join(self.answer(part) for part in parts)
        if origin is None:
            return self._name(annotation)
        return f"{self._name(origin)}[{', '.join(self.answer(part) for part in parts)}]"

    def _alternatives(self, annotation: Any) -> Iterator[str]:
        origin, parts = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            yield from self._alternatives(parts[0])
        elif origin in (Union, UnionType):
            for part in sorted(parts, key=lambda one: one is NoneType):
                yield from self._alternatives(part)
        elif annotation in _WIDER:
            yield from (self._known(name) for name in _WIDER[annotation])
        elif origin is Literal:
            yield f"{self._known('Literal')}[{', '.join(_literal(one) for one in parts)}]"
        elif origin in _CONTAINERS:
            inner = [self.argument(part) for part in parts if part is not ...]
            yield f"{self._known(_CONTAINERS[origin])}[{', '.join(inner)}]"
        else:
            yield self._name(annotation)

    def _known(self, name: str) -> str:
        if name in _SOURCES:
            self.found.add((_SOURCES[name], name))
        return name

    def _name(self, kind: Any) -> str:
        if kind is NoneType:
            return "None"
        if kind is Any:
            return self._known("Any")
        name: str = kind.__name__
        if kind.__module__ != builtins.__name__:
            self.found.add((kind.__module__, name))
        elif name in self.shadowed:
            self.found.add(("", builtins.__name__))
            return f"{builtins.__name__}.{name}"
        return name


def methods() -> dict[str, list[Method]]:
    """Return the methods of each area, the first part of the operations' names."""
    areas: dict[str, list[Operation]] = {}
    for operation in operations().values():
        areas.setdefault(operation.name.partition(".")[0], []).append(operation)
    return {
        area: [_method(one, frozenset(method_name(each) for each in rows)) for one in rows]
        for area, rows in areas.items()
    }


def method_name(operation: Operation) -> str:
    """Return the last part of an operation's name; ``import`` is ``import_``."""
    name = operation.name.partition(".")[2]
    return f"{name}_" if iskeyword(name) else name


def class_name(area: str) -> str:
    """Return the name of an area's class."""
    return area.capitalize()


def _method(operation: Operation, shadowed: frozenset[str]) -> Method:
    handler, names = operation.function(), _Names(shadowed)
    hints = get_type_hints(handler, include_extras=True)
    parameters = tuple(
        Parameter(name, names.argument(one.annotation), _default(one))
        for name, one in request_model(handler).model_fields.items()
    )
    return Method(
        operation,
        method_name(operation),
        parameters,
        names.answer(hints["return"]),
        _first_sentence(handler.__doc__ or ""),
        frozenset(names.found),
    )


def _default(one: FieldInfo) -> str | None:
    if one.is_required():
        return None
    return _literal(one.get_default(call_default_factory=True))


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, tuple):
        inner = ", ".join(_literal(one) for one in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)


def _first_sentence(text: str) -> str:
    paragraph = " ".join(text.strip().partition("\n\n")[0].split())
    sentence, _, more = paragraph.partition(". ")
    return f"{sentence}." if more else sentence
