"""Group commit: threads of one process share a transaction, and the flush that makes it durable."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from threading import Lock
from types import TracebackType
from typing import Any, Generic, TypeVar, cast

from governance.kernel.errors import StorageError
from governance.store.store import Store, Transaction, translated_errors
from governance.store.writers import detach_objects

T = TypeVar("T")
Work = Callable[[Transaction], T]

MOST = 64


class GroupCommit:
    """Runs the work of many threads in few transactions; each waits until its own is durable.

    While one transaction is being written, the callers that come queue up; the first of them then
    does the work of all in one transaction. So an answer is as durable as that of ``Store.write``,
    and one flush serves many. Where somebody's work raises, the transaction is rolled back and each
    is done again in one of its own, so that nobody suffers for another's error. Hence work can run
    twice and in another caller's thread: it must do nothing outside the transaction.
    """

    def __init__(self, store: Store, *, most: int = MOST) -> None:
        self._store, self._most = store, most
        self._state = Lock()
        self._queue: deque[_Request[Any]] = deque()
        self._led = False

    def run(self, work: Work[T]) -> T:
        """Return what the work returns, once it is committed.

        Raises what the work raises, and StorageError where the database fails.
        """
        request = _Request(work)
        with self._state:
            self._queue.append(request)
            leads, self._led = not self._led, True
        if not leads:
            self._sleep(request)
        if not request.over:
            self._lead()
        return request.result()

    def _sleep(self, request: _Request[Any]) -> None:
        with ExitStack() as interrupted:
            interrupted.callback(self._withdraw, request)
            request.wait()
            interrupted.pop_all()

    def _withdraw(self, request: _Request[Any]) -> None:
        """Take an interrupted caller's work out of the queue, unless it is being done already."""
        with self._state:
            if request not in self._queue:
                return
            self._queue.remove(request)
            if request.leads:
                self._pass_on()

    def _pass_on(self) -> None:
        """Let the first one in the queue lead; the caller holds the state."""
        self._led = bool(self._queue)
        if self._led:
            self._queue[0].leads = True
            self._queue[0].wake()

    def _lead(self) -> None:
        """Do the work that waits, the own first, and let the next one in the queue lead."""
        with self._state:
            count = min(len(self._queue), self._most)
            batch = [self._queue.popleft() for _ in range(count)]
        try:
            self._serve(batch)
        finally:
            for request in batch:
                request.end()
            with self._state:
                self._pass_on()

    def _serve(self, batch: Sequence[_Request[Any]]) -> None:
        if not self._together(batch) and len(batch) > 1:
            for request in batch:
                request.error = None
                self._together([request])

    def _together(self, batch: Sequence[_Request[Any]]) -> bool:
        """Return whether all of it went well and is committed; else nothing is stored."""
        try:
            with self._store.write() as transaction:
                for request in batch:
                    self._attempt(request, transaction)
        except _UndoneError:
            return False
        except StorageError as error:
            for request in batch:
                request.error = error
            return True
        for request in batch:
            request.committed = True
        return True

    def _attempt(self, request: _Request[Any], transaction: Transaction) -> None:
        with request, translated_errors():
            request.value = request.work(replace(transaction, now=self._store.clock.now()))
            detach_objects(transaction.session)
        if request.error is not None:
            raise _UndoneError


class _UndoneError(Exception):
    """Somebody's work raised: the transaction must not be committed."""


class _Request(Generic[T]):
    """What one caller asked for and what came of it."""

    def __init__(self, work: Work[T]) -> None:
        self.work = work
        self.value: T | None = None
        self.error: BaseException | None = None
        self.committed = self.over = self.leads = False
        self._asleep = Lock()
        self._asleep.acquire()

    def __enter__(self) -> None:
        """Begin an attempt."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Keep an error for the thread whose work it is; an interruption of this one goes on."""
        self.error = error
        return isinstance(error, Exception)

    def wait(self) -> None:
        """Sleep until the work is done, or until it is this caller's turn to lead."""
        self._asleep.acquire()

    def wake(self) -> None:
        """Let the caller go on."""
        self._asleep.release()

    def end(self) -> None:
        """Say that nothing more will be done, and wake the caller if it sleeps."""
        self.over = True
        self.wake()

    def result(self) -> T:
        """Return the value; raises the error of the work or of the transaction."""
        if self.error is not None:
            raise self.error
        if not self.committed:
            raise StorageError("the transaction was interrupted before its end was known")
        return cast("T", self.value)
