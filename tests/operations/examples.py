"""Running the catalogue's examples: a Request from JSON, and the Answer back to JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from governance.operations.authentication import caller_at
from governance.operations.catalogue import Operation, operations
from governance.operations.perform import perform
from governance.operations.place import Place
from governance.operations.requests import LOCAL
from tests.operations.conftest import enrol


def names_of(area: str) -> list[str]:
    """Return the operations whose handlers are of an area."""
    return [name for name, operation in operations().items() if operation.area == area]


def request_of(operation: Operation, ids: Mapping[str, str]) -> Any:
    """Return the example's Request; ``{name}`` in it stands for ``ids["name"]``."""
    model = list(get_type_hints(operation.function()).values())[1]
    return TypeAdapter(model).validate_python(_filled(operation.example, ids), context=LOCAL)


def run_example(place: Place, name: str, ids: Mapping[str, str] | None = None) -> Any:
    """Perform an operation's example and return its answer as JSON data of its own type."""
    operation = operations()[name]
    handler = operation.function()
    caller = enrol(place) if place.state() == "current" else caller_at(place, operation)
    answer = perform(place, caller, handler, request_of(operation, ids or {}))
    written = TypeAdapter(get_type_hints(handler)["return"]).dump_json(answer, by_alias=True)
    return json.loads(written)


def _filled(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return ids[value[1:-1]] if value[:1] == "{" and value[-1:] == "}" else value
    if isinstance(value, dict):
        return {key: _filled(one, ids) for key, one in value.items()}
    return [_filled(one, ids) for one in value] if isinstance(value, list) else value
