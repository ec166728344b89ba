"""A connection to a database: its methods are the operations, as one caller asks for them."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pydantic import SecretStr

from governance.api.areas import Areas, AsyncAreas
from governance.api.asking import Asking, Opened
from governance.api.waiting import Threads
from governance.kernel.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from governance.kernel.settings import Settings
    from governance.operations.place import Place


class Connection(Areas):
    """The operations as methods, grouped as the catalogue names them, as one caller asks for them.

    Any number of threads may use one connection at once. It is a context manager: its end closes
    it.
    """

    def __init__(
        self, opened: Opened, threads: Threads, asking: Asking, *, owned: bool = True
    ) -> None:
        super().__init__(asking)
        self._opened, self._threads, self._owned = opened, threads, owned

    @classmethod
    def at(
        cls, place: Place, *, token: SecretStr | None = None, claimed: str | None = None
    ) -> Self:
        """Return a connection at a place, which it closes."""
        opened = Opened(place)
        return cls(opened, Threads(), Asking(opened, token, claimed))

    def acting(self, *, token: str, claimed: str | None = None) -> Connection:
        """Return the same connection with another caller: the holder of a token.

        ``claimed`` is a name that events keep beside the holder's; it proves nothing. Raises
        InputError where the token is no text. Its end leaves this connection open.
        """
        asking = Asking(self._opened, _secret(token), claimed)
        return Connection(self._opened, self._threads, asking, owned=False)

    @property
    def asynchronous(self) -> AsyncConnection:
        """The same connection for programs of asyncio: every method is awaited."""
        return AsyncConnection(self, self._threads)

    def close(self) -> None:
        """Wait for awaited calls that are under way, and give the database's connections back."""
        if self._owned and not self._opened.closed:
            self._threads.close()
            self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncConnection(AsyncAreas):
    """A connection whose methods are awaited; an asynchronous context manager."""

    def __init__(self, blocking: Connection, threads: Threads) -> None:
        super().__init__(blocking, threads)
        self.blocking = blocking

    def acting(self, *, token: str, claimed: str | None = None) -> AsyncConnection:
        """Return the same connection with another caller, as `Connection.acting` does."""
        return self.blocking.acting(token=token, claimed=claimed).asynchronous

    async def close(self) -> None:
        """Wait for calls that are under way, and give the database's connections back."""
        await asyncio.to_thread(self.blocking.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def connect(
    database: str | Path | None = None,
    *,
    token: str | None = None,
    settings: Settings | None = None,
    shared: bool = True,
) -> Connection:
    """Return a connection to a SQLite file or a PostgreSQL URL; nothing is asked of it yet.

    Without a database, a token or settings, those of the environment and the settings files count,
    as at the command line; without any token the local user acts. With ``shared`` the writes of
    several threads share transactions. Raises InputError where an argument cannot be one.
    """
    from governance.operations.place import local_place

    named = None if database is None else str(database)
    if named is not None and named.lower().startswith(("http://", "https://")):
        raise InputError(
            "is the URL of a server, which a connection does not reach yet",
            field="database",
            hint="a SQLite file, or postgresql://USER@HOST/NAME",
        )
    place = local_place(settings, named, shared=shared)
    secret = place.settings.token if token is None else _secret(token)
    try:
        place.unchecked  # noqa: B018 - a database that cannot be one is said here
    except InputError as error:
        error.field = "database" if error.field == "db" else error.field
        raise
    return Connection.at(place, token=secret, claimed=place.settings.actor)


def _secret(token: str) -> SecretStr:
    if not isinstance(token, str):
        raise InputError("a token is a text", field="token")
    return SecretStr(token)
