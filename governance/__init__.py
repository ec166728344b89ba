"""AI-risk governance: kernel, registers, risk engine, gate, economy, audits, reports.

A program begins with `connect`; what stands in ``__all__`` is promised (docs/api.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from governance.api.connection import AsyncConnection, Connection, connect
    from governance.kernel.errors import (
        ComputationError,
        ConflictError,
        ForbiddenError,
        InputError,
        MissingExtraError,
        NotFoundError,
        StorageError,
        UnauthenticatedError,
        UnderwriterError,
    )
    from governance.kernel.money import Money, parse_money
    from governance.kernel.settings import Settings
    from governance.operations.requests import TextFile

__version__ = "0.1.0"

__all__ = [
    "AsyncConnection",
    "ComputationError",
    "ConflictError",
    "Connection",
    "ForbiddenError",
    "InputError",
    "MissingExtraError",
    "Money",
    "NotFoundError",
    "Settings",
    "StorageError",
    "TextFile",
    "UnauthenticatedError",
    "UnderwriterError",
    "connect",
    "parse_money",
]

# Loaded when first asked for: a command, or who wants the version, pays for none of it.
_WHERE = {
    "AsyncConnection": "api.connection",
    "Connection": "api.connection",
    "connect": "api.connection",
    "Money": "kernel.money",
    "parse_money": "kernel.money",
    "Settings": "kernel.settings",
    "TextFile": "operations.requests",
}


def __getattr__(name: str) -> object:
    """Return one of the names of ``__all__``."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(f"{__name__}.{_WHERE.get(name, 'kernel.errors')}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
