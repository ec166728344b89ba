"""Time as a parameter: aware UTC only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

from governance.kernel.errors import InputError

_DAY = timedelta(days=1)


class Clock(Protocol):
    """Something that tells the time."""

    def now(self) -> datetime:
        """Return the present moment as aware UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment as aware UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that asks the machine


@dataclass
class FixedClock:
    """A clock that stands still until it is moved; for tests and reproducible runs."""

    moment: datetime

    def now(self) -> datetime:
        """Return the set moment."""
        return self.moment

    def advance(self, days: float) -> None:
        """Move the clock forward by a number of days."""
        self.moment += timedelta(days=days)


def parse_time(text: str, *, field: str | None = None) -> datetime:
    """Parse an ISO 8601 date or time to aware UTC; a time without a zone counts as UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(
            f"{text!r} is no ISO 8601 date or time", field=field, hint="for example 2026-03-31"
        ) from None
    try:
        return as_utc(moment)
    except ValueError as error:
        raise InputError(f"{text!r} {error}", field=field) from None


def as_utc(moment: datetime) -> datetime:
    """Return a moment as aware UTC, one without a zone counts as UTC; raises ValueError.

    The first and last hours of the calendar have no UTC in some zones.
    """
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is beyond the calendar") from None


@lru_cache(maxsize=64)  # one moment is written several times in a transaction
def format_time(moment: datetime) -> str:
    """Return RFC 3339 text in UTC with microseconds and ``Z``, the same for the same moment."""
    if moment.tzinfo is None:
        raise ValueError("a naive time has no place here")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def days_between(start: datetime, end: datetime) -> float:
    """Return end - start in days; negative where end is earlier."""
    return (end - start) / _DAY
