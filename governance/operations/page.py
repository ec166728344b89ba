"""The page that lists all operations, `docs/operations.md`, written from the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from governance.operations.catalogue import Operation, operations

HEADER = """# Operations

Written from the catalogue (`governance/operations/data/operations.csv`) by `make docs`; `make
check` fails where the two differ. Each thing that a user can do is defined once, with the
permission that it takes (a role; any one of several), and every door leads to it: the command line
names operations by its own words, a program by `governance.operations.perform`. *pure* needs no
database, *reads* opens one session, *writes* is one transaction (all of it or nothing), *runs* is
long work in transactions of its own. *own*: whoever holds a token that is bound to an agent asks
for that agent too.
"""


def operations_page() -> str:
    """Return the whole page as Markdown."""
    parts = [HEADER, _index()]
    for operation in operations().values():
        parts.append("\n".join(_section(operation)))
    return "\n".join(parts)


def request_schema(operation: Operation) -> dict[str, Any]:
    """Return the JSON Schema of an operation's request."""
    model = get_type_hints(operation.function(), include_extras=True)["request"]
    return TypeAdapter(model).json_schema(by_alias=True)


def _index() -> str:
    rows = ["| operation | command | permission | effect |", "| --- | --- | --- | --- |"]
    for operation in operations().values():
        anchor = operation.name.replace(".", "")
        needed = " or ".join(operation.permissions) + (", own" if operation.own else "")
        rows.append(
            f"| [`{operation.name}`](#{anchor}) | `{operation.command}` | "
            f"{needed} | {operation.effect} |"
        )
    areas = {operation.area for operation in operations().values()}
    return "\n".join(rows) + f"\n\n{len(operations())} operations in {len(areas)} areas.\n"


def _section(operation: Operation) -> Iterator[str]:
    yield f"### `{operation.name}`\n"
    yield " ".join((operation.function().__doc__ or "").split()) + "\n"
    schema = request_schema(operation)
    fields = schema.get("properties", {})
    if fields:
        required = set(schema.get("required", ()))
        yield "| field | meaning |"
        yield "| --- | --- |"
        for name, field in fields.items():
            needed = "" if name in required else " (optional)"
            meaning = " ".join(field.get("description", "").split()).replace("|", "\\|")
            yield f"| `{name}`{needed} | {meaning} |"
        yield ""
    if operation.example:
        yield f"Example: `{json.dumps(operation.example, ensure_ascii=False)}`\n"
