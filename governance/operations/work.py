"""What a handler works with: who asks, the moment, the open transaction, the door's ears."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from governance.kernel.errors import InputError
from governance.operations.caller import Caller
from governance.operations.place import Place

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from governance.kernel.settings import Settings
    from governance.store.store import Store, Transaction

Advance = Callable[[int], None]
Show = Callable[[int, int | None, str], None]  # done, of how many, at what pace


def _no_advance(steps: int = 1) -> None:
    del steps


def _no_progress(description: str, total: int | None) -> AbstractContextManager[Advance]:
    del description, total
    return nullcontext(_no_advance)


def _no_show(done: int, total: int | None, pace: str) -> None:
    del done, total, pace


def _no_gauge(description: str) -> AbstractContextManager[Show]:
    del description
    return nullcontext(_no_show)


def _no_remark(text: str) -> None:
    del text


@dataclass(frozen=True)
class Ears:
    """What a door hears beside the answer: remarks, and how far long work has come."""

    remark: Callable[[str], None] = _no_remark
    progress: Callable[[str, int | None], AbstractContextManager[Advance]] = _no_progress
    gauge: Callable[[str], AbstractContextManager[Show]] = _no_gauge


SILENT = Ears()


@dataclass(frozen=True)
class Work:
    """What every handler has, and all that a pure one has; ``now`` is the moment of the answer."""

    place: Place
    caller: Caller
    now: datetime
    ears: Ears = field(default=SILENT, repr=False)

    @property
    def settings(self) -> Settings:
        """The settings of the place."""
        return self.place.settings

    def remark(self, text: str) -> None:
        """Tell the door something that is not part of the answer."""
        self.ears.remark(text)

    def progress(self, description: str, total: int | None) -> AbstractContextManager[Advance]:
        """Tell the door how far a piece of long work has come."""
        return self.ears.progress(description, total)

    def gauge(self, description: str) -> AbstractContextManager[Show]:
        """Tell the door how far long work has come in all, and at what pace."""
        return self.ears.gauge(description)


@dataclass(frozen=True)
class Reading(Work):
    """Work that reads: the session is opened when it is first asked for, and ends with the work.

    ``admit`` raises ForbiddenError unless what is stored lets the caller read.
    """

    admit: Callable[[Session], None] = field(kw_only=True, repr=False)
    exits: ExitStack = field(default_factory=ExitStack, repr=False)

    @cached_property
    def session(self) -> Session:
        """The session; raises StorageError where the database is missing or not current."""
        session = self.exits.enter_context(self.place.store.read())
        self.admit(session)
        return session

    def moment(self, at: datetime | None = None) -> datetime:
        """Return the past moment that is asked about, aware UTC, or now.

        Now is never before the last event: a host whose clock is slow sees what the others did,
        as its next request will. Raises InputError for a moment to come.
        """
        from governance.store.past import present

        now = present(self.session, self.now)
        if at is not None and at > now:
            raise InputError("lies in the future", field="at")
        return now if at is None else at


@dataclass(frozen=True)
class Writing(Work):
    """Work that writes in one transaction: all of it is stored, or nothing."""

    transaction: Transaction = field(kw_only=True)

    @property
    def session(self) -> Session:
        """The transaction's session."""
        return self.transaction.session


@dataclass(frozen=True)
class Running(Work):
    """Long work, which opens transactions of its own and can be done again after a stop.

    ``admit`` raises ForbiddenError unless what is stored lets the caller do it; each transaction
    of the store's asks it, so that what was taken while the work ran counts.
    """

    admit: Callable[[Transaction], None] = field(kw_only=True, repr=False)

    @cached_property
    def store(self) -> Store:
        """The store, in which the caller acts; raises StorageError where it is not usable."""
        return self.place.store.acting_as(self.caller.name, self.caller.proof, self.admit)

    @cached_property
    def unchecked(self) -> Store:
        """The store, in which the caller acts, whatever its database is."""
        return self.place.unchecked.acting_as(self.caller.name, self.caller.proof)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Yield one transaction of the caller's."""
        with self.store.write() as transaction:
            yield transaction
