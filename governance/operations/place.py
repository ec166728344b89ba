"""Where operations are performed: settings, clock, and the store that they name."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from governance.kernel.clock import Clock, SystemClock

if TYPE_CHECKING:
    from governance.kernel.ids import RandomBytes
    from governance.kernel.secrets import SecretUrl
    from governance.kernel.settings import Settings
    from governance.store.group_commit import GroupCommit
    from governance.store.store import Store

MadeT = TypeVar("MadeT")


class Place:
    """A store that is opened when something first needs it, with the settings beside it.

    ``named`` says that the database was named on purpose, so that its absence is an error even
    where the packaged default would do. With ``shared`` the threads of one process share
    transactions (`governance.store.group_commit`).
    """

    def __init__(
        self,
        settings: Settings | None,
        make: Callable[[], Store],
        *,
        settings_file: str | None = None,
        named: bool = False,
        shared: bool = False,
        clock: Clock | None = None,
        random_bytes: RandomBytes = secrets.token_bytes,
    ) -> None:
        self._settings, self._settings_file, self.named = settings, settings_file, named
        self.clock: Clock = clock or SystemClock()
        self.random_bytes = random_bytes
        self._make, self._shared = make, shared

    @cached_property
    def settings(self) -> Settings:
        """The settings given, or those of the environment and the settings files."""
        if self._settings is not None:
            return self._settings
        from governance.kernel.settings import load_settings

        return load_settings(self._settings_file)

    @cached_property
    def unchecked(self) -> Store:
        """The store, whatever its database is: missing, empty, old or somebody else's."""
        return self._once("unchecked", self._make)

    @cached_property
    def store(self) -> Store:
        """The store; raises StorageError unless its database is ours and current."""
        from governance.store.revision import require_current

        require_current(self.unchecked.engine)
        return self.unchecked

    def state(self) -> str:
        """Return what the database is: missing, empty, foreign, newer, older or current.

        Raises StorageError where it cannot be reached.
        """
        from governance.store.revision import is_missing, store_state

        engine = self.unchecked.engine
        return "missing" if is_missing(engine) else store_state(engine).state

    @property
    def shown(self) -> str:
        """The database's URL, without a password."""
        from governance.store.engine import shown_url

        return shown_url(self.unchecked.engine)

    @cached_property
    def group(self) -> GroupCommit | None:
        """What lets threads share transactions; None where each has its own."""
        from governance.store.group_commit import GroupCommit

        return self._once("group", lambda: GroupCommit(self.store)) if self._shared else None

    @cached_property
    def password(self) -> bytes:
        """The password of the signing keys."""
        from governance.kernel.passwords import signing_password

        return signing_password(self.settings, self.unchecked.random_bytes)

    def _once(self, name: str, make: Callable[[], MadeT]) -> MadeT:
        """Return one and the same, whichever of several threads made it first."""
        found: MadeT = self.__dict__.setdefault(name, make())
        return found

    def close(self) -> None:
        """Give the connections back."""
        if "unchecked" in self.__dict__:
            self.unchecked.close()


def local_place(
    settings: Settings | None = None,
    url: str | SecretUrl | None = None,
    *,
    settings_file: str | None = None,
    shared: bool = False,
) -> Place:
    """Return the place that a URL or SQLite file names, or the settings where it is left out.

    Settings that are not given are read when something first needs them: from the file that is
    named, or where they are else (`governance.kernel.settings_files`).
    """

    def make() -> Store:
        from governance.kernel.settings import default_database_url
        from governance.store.engine import make_engine
        from governance.store.store import Store

        found = place.settings
        engine = make_engine(
            url or default_database_url(found), lock_timeout_seconds=found.lock_timeout_seconds
        )
        return Store(engine, place.clock, "")

    place = Place(settings, make, settings_file=settings_file, named=url is not None, shared=shared)
    return place


def place_of(store: Store, settings: Settings, *, shared: bool = False) -> Place:
    """Return the place of a store that is open already."""
    return Place(
        settings,
        lambda: store,
        named=True,
        shared=shared,
        clock=store.clock,
        random_bytes=store.random_bytes,
    )
