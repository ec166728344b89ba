"""The part of `docs/api.md` that lists all methods, written from the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from governance.api.given import kinds_of, request_model
from governance.api.layout import laid_out
from governance.api.signatures import Method, methods
from governance.kernel.errors import InputError
from governance.operations.requests import LocalPath, LocalSpec, TextFile

BEGIN = "<!-- methods, written by `make docs` -->"
END = "<!-- end of the methods -->"
# What to expect of a method of each effect, beside what whoever may not ask is told.
ERRORS = {
    "pure": "Input",
    "reads": "Input, NotFound, Storage",
    "writes": "Input, NotFound, Conflict, Storage",
    "runs": "Input, NotFound, Conflict, Storage",
}


def with_methods(text: str) -> str:
    """Return the page with the methods between its two marks; raises InputError without them."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise InputError(f"lacks {BEGIN} or {END}", file="api.md")
    return f"{before}{BEGIN}\n\n{_all_methods()}\n{END}{after}"


def _all_methods() -> str:
    return "\n".join("\n".join(_area(area, rows)) for area, rows in methods().items())


def _area(area: str, rows: list[Method]) -> Iterator[str]:
    yield f"### `connection.{area}`\n"
    yield "| method | answer | permission | errors to expect |"
    yield "| --- | --- | --- | --- |"
    for row in rows:
        operation = row.operation
        link = f"operations.md#{operation.name.replace('.', '')}"
        needed = " or ".join(operation.permissions) + (", own" if operation.own else "")
        answer = row.answer.removeprefix("builtins.").replace("|", "\\|")
        yield (f"| [`{row.name}`]({link}) | `{answer}` | {needed} | {ERRORS[operation.effect]} |")
    yield "\n```python"
    yield from (laid_out(example_of(row)) for row in rows)
    yield "```\n"


def example_of(method: Method) -> str:
    """Return a call of a method; what is known at run time alone stands as a variable."""
    fields = request_model(method.operation.function()).model_fields
    names = {field.alias or name: name for name, field in fields.items()}
    given = [
        f"{names[key]}={_written(value, set(kinds_of(fields[names[key]].annotation)))}"
        for key, value in method.operation.example.items()
    ]
    return f"connection.{method.operation.name.partition('.')[0]}.{method.name}({', '.join(given)})"


def _written(value: Any, kinds: set[Any]) -> str:
    if isinstance(value, dict):
        return _object(value, kinds)
    if isinstance(value, list):
        return f"[{', '.join(_written(one, kinds) for one in value)}]"
    if isinstance(value, str) and value[:1] == "{" and value[-1:] == "}":
        name = value[1:-1]
        return f'"{name}"' if kinds & {LocalPath, LocalSpec} else name
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _object(value: dict[str, Any], kinds: set[Any]) -> str:
    """Return a document as the name of its file, a value as a call of its class, or a dict."""
    if TextFile in kinds:
        return f'"{value["name"]}"'
    models = [one for one in kinds if isinstance(one, type) and issubclass(one, BaseModel)]
    if not models:
        inner = ", ".join(f'"{key}": {_written(one, set())}' for key, one in value.items())
        return f"{{{inner}}}"
    model = next(one for one in models if value.keys() <= _keys(one))
    names = {field.alias or name: (name, field) for name, field in model.model_fields.items()}
    parts = (
        f"{names[key][0]}={_written(one, set(get_args(names[key][1].annotation)))}"
        for key, one in value.items()
    )
    return f"{model.__name__}({', '.join(parts)})"


def _keys(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}
