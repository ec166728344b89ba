"""The methods of a connection for programs of asyncio: each runs in a thread and is awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from threading import Lock
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

from governance.api.asking import Area
from governance.kernel.errors import InputError

THREADS = 16  # as many calls of one connection are under way at once; the others wait

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    """The threads in which one connection's calls run, made when the first call comes."""

    def __init__(self, most: int = THREADS) -> None:
        self._most = most
        self._made: ThreadPoolExecutor | None = None
        self._lock, self._closed = Lock(), False

    async def run(self, work: Callable[[], T]) -> T:
        """Return what the work returns, done in a thread.

        Where the waiting task is cancelled, work that has not begun is left undone; work that has
        begun comes to its end, committed or rolled back, before the task goes on to end.
        """
        job = self._submit(partial(copy_context().run, work))
        waited = asyncio.wrap_future(job)
        try:
            return await asyncio.shield(waited)
        except asyncio.CancelledError:
            if not job.cancel():
                await _end_of(waited)
            raise

    def close(self) -> None:
        """Wait for what is under way, and take no more."""
        with self._lock:
            self._closed, made = True, self._made
        if made is not None:
            made.shutdown(wait=True)

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        with self._lock:
            if self._closed:
                raise InputError("the connection is closed")
            if self._made is None:
                self._made = ThreadPoolExecutor(self._most, thread_name_prefix="underwriter")
            return self._made.submit(work)


async def _end_of(waited: asyncio.Future[Any]) -> None:
    """Wait until it is done, however often the task is cancelled meanwhile."""
    while not waited.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait({waited})
    if not waited.cancelled():
        waited.exception()  # nobody else will ask for it


class AsyncArea:
    """The methods of one area, awaited."""

    def __init__(self, blocking: Area, threads: Threads) -> None:
        self.blocking, self.threads = blocking, threads


class Awaited(Generic[P, T]):
    """A method of an `Area` that is awaited: the same arguments, answer and errors."""

    def __init__(self, method: Callable[Concatenate[Any, P], T]) -> None:
        self._method = method
        self.__doc__ = method.__doc__
        self.__wrapped__ = method

    @overload
    def __get__(self, area: None, owner: type) -> Self: ...

    @overload
    def __get__(self, area: AsyncArea, owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...

    def __get__(
        self, area: AsyncArea | None, owner: type
    ) -> Self | Callable[P, Coroutine[Any, Any, T]]:
        """Return the method of an instance."""
        if area is None:
            return self
        method, blocking, threads = self._method, area.blocking, area.threads

        async def awaited(*args: P.args, **kwargs: P.kwargs) -> T:
            return await threads.run(partial(method, blocking, *args, **kwargs))

        awaited.__name__, awaited.__doc__ = method.__name__, method.__doc__
        return awaited
