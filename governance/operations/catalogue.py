"""The table of operations: what each is called, who may ask for it, and where its handler is.

The table is `data/operations.csv`, so that nothing is imported to read it; `data/examples.json`
has a Request for each operation that takes one.
"""

from __future__ import annotations

import csv
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from governance.kernel.errors import NotFoundError, UnderwriterError

# pure: needs no database. reads: one session. writes: one transaction, all or nothing.
# runs: long work in transactions of its own, which goes on where it was stopped.
Effect = Literal["pure", "reads", "writes", "runs"]

DATA = Path(__file__).with_name("data")


@dataclass(frozen=True)
class Operation:
    """One thing that a user can do.

    ``handler`` is a dotted path, ``module:function``, below `governance.operations`; ``command``
    the words of the command line. Any of the ``permissions``, which are
    the roles of `governance.identity.roles`, is enough. ``own`` is the field of the
    request that names an agent, or a reservation of one, where an agent can ask for itself.
    """

    name: str
    command: str
    permissions: tuple[str, ...]
    own: str | None
    effect: Effect
    handler: str

    @property
    def area(self) -> str:
        """Return the area of the handler: ``incidents_review`` belongs to ``incidents``."""
        return self.handler.partition(":")[0].partition("_")[0]

    @property
    def example(self) -> dict[str, Any]:
        """Return a Request as JSON, in which ``{name}`` stands for an id; empty where none is."""
        return _examples().get(self.name, {})

    def function(self) -> Callable[..., Any]:
        """Import and return the handler."""
        name, _, function = self.handler.partition(":")
        module = importlib.import_module(f"{__package__}.{name}")
        found: Callable[..., Any] = getattr(module, function)
        return found


@cache
def operations() -> dict[str, Operation]:
    """Return every operation by its name, in the order of the table."""
    with (DATA / "operations.csv").open(encoding="utf-8", newline="") as table:
        rows = [_operation(row) for row in csv.DictReader(table)]
    return {row.name: row for row in rows}


def find_operation(name: str) -> Operation:
    """Return an operation; raises NotFoundError where there is none of that name."""
    found = operations().get(name)
    if found is None:
        raise NotFoundError(f"there is no operation {name!r}", field="operation")
    return found


def operation_of(handler: Callable[..., Any]) -> Operation:
    """Return the operation that a handler carries out; raises ValueError where none names it."""
    path = f"{handler.__module__.removeprefix(f'{__package__}.')}:{handler.__name__}"
    found = _by_handler().get(path)
    if found is None:
        raise ValueError(f"no operation names {path}")
    return found


def help_of(error: UnderwriterError) -> str | None:
    """Return what helps, in words of the command line: the hint, and the command of the remedy."""
    if error.remedy is None:
        return error.hint
    name, _, words = error.remedy.partition(" ")
    command = f"underwriter {operations()[name].command} {words}".rstrip()
    return command if error.hint is None else f"{error.hint} ({command})"


@cache
def _by_handler() -> dict[str, Operation]:
    return {row.handler: row for row in operations().values()}


@cache
def _examples() -> dict[str, dict[str, Any]]:
    from governance.kernel.documents import parse_json

    text = (DATA / "examples.json").read_text(encoding="utf-8")
    return cast("dict[str, dict[str, Any]]", parse_json(text, "examples.json"))


def _operation(row: dict[str, str]) -> Operation:
    return Operation(
        name=row["name"],
        command=row["command"],
        permissions=tuple(row["permission"].split()),
        own=row["own"] or None,
        effect=cast("Effect", row["effect"]),
        handler=row["handler"],
    )
