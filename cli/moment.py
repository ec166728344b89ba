"""The moment that a command asks about: now, or a past one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from governance.kernel.clock import Clock

AtOption = Annotated[
    str | None,
    typer.Option("--at", help="As it stood at this moment (ISO 8601, UTC); else now."),
]


def read_moment(at: str | None, clock: Clock) -> datetime:
    """Return the moment asked for, or now; raises InputError on one that is still to come."""
    from governance.kernel.clock import parse_time
    from governance.kernel.errors import InputError

    now = clock.now()
    moment = now if at is None else parse_time(at, field="--at")
    if moment > now:
        raise InputError("lies in the future", field="--at")
    return moment
