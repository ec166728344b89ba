"""Dates that keep the precision they were given in: 2016, 2016-10, 2016-10-05 or a moment."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import BeforeValidator

from governance.kernel.clock import as_utc
from governance.kernel.errors import InputError

MIN_YEAR = 1900
MAX_YEAR = 2100
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def partial_date(value: object) -> str:
    """Return the normal form of a date or moment; raises ValueError where it is none.

    Moments become UTC with ``Z``; one without a zone counts as UTC.
    """
    if isinstance(value, datetime):
        return _moment_text(value)
    if isinstance(value, date):
        value = value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise ValueError("is no date")  # noqa: TRY004 - pydantic wants ValueError
    text = value.strip()
    try:
        if _PARTIAL.fullmatch(text):
            earliest(text)
            return text
        return _moment_text(datetime.fromisoformat(text))
    except ValueError:
        raise ValueError("is no date: give YYYY, YYYY-MM, YYYY-MM-DD or an ISO 8601 time") from None


def _moment_text(moment: datetime) -> str:
    moment = as_utc(moment)
    _check_year(moment.year)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _check_year(year: int) -> None:
    if not MIN_YEAR <= year <= MAX_YEAR:
        raise ValueError(f"the year {year} is out of range")


PartialDate = Annotated[str, BeforeValidator(partial_date)]


def precision(text: str) -> str:
    """Return ``year``, ``month``, ``day`` or ``time``: how much a date in normal form says."""
    return {4: "year", 7: "month", 10: "day"}.get(len(text), "time")


def earliest(text: str) -> datetime:
    """Return the first moment that a date in normal form may mean."""
    match = _PARTIAL.fullmatch(text)
    if match is None:
        return datetime.fromisoformat(text)
    year, month, day = match.groups()
    _check_year(int(year))
    return datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC)


def latest(text: str) -> datetime:
    """Return the last second that a date in normal form may mean."""
    match = _PARTIAL.fullmatch(text)
    if match is None:
        return datetime.fromisoformat(text)
    year, month, day = int(match[1]), int(match[2] or 12), match[3]
    last = int(day) if day else calendar.monthrange(year, month)[1]
    return datetime(year, month, last, 23, 59, 59, tzinfo=UTC)


def checked_date(text: str, field: str) -> str:
    """Return the normal form of a date that a user typed; raises InputError naming the field."""
    try:
        return partial_date(text)
    except ValueError as error:
        raise InputError(f"{text!r} {error}", field=field) from None
