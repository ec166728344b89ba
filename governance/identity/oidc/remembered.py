"""What is fetched from a provider and kept for a while."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from governance.identity.oidc.web import ProviderError

PAUSE = timedelta(minutes=1)
T = TypeVar("T")


@dataclass(frozen=True)
class _Held(Generic[T]):
    value: T
    at: datetime


class Remembered(Generic[T]):
    """A value that is fetched at most once a minute, whatever is asked; threads may share it.

    It is fetched anew once it is older than ``fresh``. If that fails it is used until it is older
    than ``usable``.
    """

    def __init__(self, fetch: Callable[[], T], *, fresh: timedelta, usable: timedelta) -> None:
        self._fetch, self._fresh, self._usable = fetch, fresh, usable
        self._held: _Held[T] | None = None
        self._asked: datetime | None = None
        self._lock = threading.Lock()  # held while fetching; readers of what is there go by it

    def get(self, now: datetime) -> T:
        """Return the value; raises ProviderError where there is none to be had."""
        held = self._held
        if held is None or _apart(now, held.at) >= self._usable:
            return self._first(held, now).value
        if _apart(now, held.at) >= self._fresh and self._lock.acquire(blocking=False):
            try:
                with suppress(ProviderError):
                    held = self._anew(now)
            finally:
                self._lock.release()
        return held.value

    def again(self, now: datetime) -> T:
        """Fetch anew, or wait for who does, unless that was tried within the last minute.

        Raises ProviderError where fetching fails.
        """
        seen = self._held
        with self._lock:
            held = self._held
            if held is None or (held is seen and self._due(now)):
                held = self._anew(now)
        return held.value

    def _first(self, seen: _Held[T] | None, now: datetime) -> _Held[T]:
        with self._lock:
            if self._held is None or self._held is seen:
                return self._anew(now)
            return self._held

    def _anew(self, now: datetime) -> _Held[T]:
        if not self._due(now):
            raise ProviderError(
                "the identity provider gave no usable answer", hint="try again in a minute"
            )
        self._asked = now
        self._held = held = _Held(self._fetch(), now)
        return held

    def _due(self, now: datetime) -> bool:
        return self._asked is None or _apart(now, self._asked) >= PAUSE


def _apart(one: datetime, other: datetime) -> timedelta:
    """Return the distance: callers' clocks differ a little, and a clock may be set back far."""
    return abs(one - other)
