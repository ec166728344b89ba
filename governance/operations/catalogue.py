"""The table of operations: what each is called, who may ask for it, and where its handler is."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from governance.kernel.errors import NotFoundError, UnderwriterError
from governance.operations.caller import Permission

# pure: needs no database. reads: one session. writes: one transaction, all or nothing.
# runs: long work in transactions of its own, which goes on where it was stopped.
Effect = Literal["pure", "reads", "writes", "runs"]

AREAS = (
    "agents",
    "authority",
    "contracts",
    "incidents",
    "register",
    "controls",
    "exposure",
    "policies",
    "audits",
    "reports",
    "ledger",
    "people",
    "taxonomy",
    "installation",
)


@dataclass(frozen=True)
class Operation:
    """One thing that a user can do.

    ``handler`` is a dotted path, ``module:function``, below `governance.operations`; ``command``
    the words of the command line. ``example`` is a Request as JSON, where ``{name}`` stands for
    an id. ``binding`` says that the database's roles, once in use, ask for the permission.
    """

    name: str
    handler: str
    permission: Permission
    effect: Effect
    command: str
    example: dict[str, Any] = field(default_factory=dict)
    binding: bool = False

    def function(self) -> Callable[..., Any]:
        """Import and return the handler."""
        module, name = self.handler.split(":")
        found: Callable[..., Any] = getattr(
            importlib.import_module(f"{__package__}.{module}"), name
        )
        return found


@cache
def operations() -> dict[str, Operation]:
    """Return every operation by its name, in the order of the areas."""
    found: dict[str, Operation] = {}
    for area in AREAS:
        rows: tuple[Operation, ...] = importlib.import_module(f"{__package__}.rows.{area}").ROWS
        for row in rows:
            if row.name in found:
                raise ValueError(f"two operations are called {row.name}")
            found[row.name] = row
    return found


def find_operation(name: str) -> Operation:
    """Return an operation; raises NotFoundError where there is none of that name."""
    found = operations().get(name)
    if found is None:
        raise NotFoundError(f"there is no operation {name!r}", field="operation")
    return found


def help_of(error: UnderwriterError) -> str | None:
    """Return what helps, in words of the command line: the hint, and the command of the remedy."""
    if error.remedy is None:
        return error.hint
    name, _, words = error.remedy.partition(" ")
    command = f"underwriter {operations()[name].command} {words}".rstrip()
    return command if error.hint is None else f"{error.hint} ({command})"


def operation_of(handler: Callable[..., Any]) -> Operation:
    """Return the operation that a handler carries out; raises ValueError where none names it."""
    package = f"{__package__}."
    module = handler.__module__.removeprefix(package)
    area = importlib.import_module(f"{package}rows.{_area_of(module)}")
    path = f"{module}:{handler.__name__}"
    for row in area.ROWS:
        if row.handler == path:
            found: Operation = row
            return found
    raise ValueError(f"no operation names {path}")


def _area_of(module: str) -> str:
    """Return the area of a handler's module; ``incidents_review`` belongs to ``incidents``."""
    return module if module in AREAS else module.split("_")[0]
