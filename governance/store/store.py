"""The open store: reading, and writing with the ledger in the same transaction."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from governance.kernel.clock import Clock
from governance.kernel.errors import StorageError
from governance.kernel.ids import RandomBytes, uuid7
from governance.kernel.secrets import without_secrets
from governance.store.ledger import UNPROVED, Appended, Chain, Proof
from governance.store.writers import Writers, session_on


@dataclass(frozen=True)
class Transaction:
    """One unit of work: a session, the moment it happens at, who acts, and how that is known."""

    session: Session
    now: datetime
    actor: str
    random_bytes: RandomBytes
    ledger: Chain
    proof: Proof = UNPROVED

    def new_id(self) -> str:
        """Return a fresh UUIDv7."""
        return uuid7(self.now, self.random_bytes)

    def record(self, kind: str, subject: str, payload: dict[str, Any]) -> Appended:
        """Write the ledger event of a state change into this transaction."""
        return self.ledger.append(
            at=self.now,
            kind=kind,
            subject=subject,
            actor=self.actor,
            payload=payload,
            proof=self.proof,
        )


@dataclass(frozen=True)
class Store:
    """A database that is ours, with the clock and the random source that records need.

    ``admit`` is called with each transaction before anything is done in it, and raises where who
    acts may not act any more.
    """

    engine: Engine
    clock: Clock
    actor: str
    random_bytes: RandomBytes = secrets.token_bytes
    proof: Proof = UNPROVED
    admit: Callable[[Transaction], None] | None = None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session for reading; nothing is committed."""
        with (
            translated_errors(),
            self.engine.connect() as connection,
            session_on(connection) as session,
        ):
            yield session

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Yield a transaction; it is committed at the end and rolled back on any error."""
        with translated_errors(), self._writers.writer() as session:
            now, ledger = self.clock.now(), Chain(session)
            made = Transaction(session, now, self.actor, self.random_bytes, ledger, self.proof)
            if self.admit is not None:
                self.admit(made)
            yield made

    def acting_as(
        self,
        actor: str,
        proof: Proof = UNPROVED,
        admit: Callable[[Transaction], None] | None = None,
    ) -> Store:
        """Return the same store, with the same connections, in which somebody else acts."""
        other = replace(self, actor=actor, proof=proof, admit=admit)
        other.__dict__["_writers"] = self._writers
        return other

    @cached_property
    def _writers(self) -> Writers:
        return Writers(self.engine)

    def close(self) -> None:
        """Give the connections back."""
        self._writers.close()
        self.engine.dispose()


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn a failing database into one clear StorageError."""
    try:
        yield
    except IntegrityError as error:
        raise StorageError(f"the database refused the change: {_first_line(error)}") from error
    except DBAPIError as error:
        raise _storage_error(error) from error


def _storage_error(error: DBAPIError) -> StorageError:
    text = _first_line(error)
    lowered = text.lower()
    if "locked" in lowered or "lock timeout" in lowered:
        return StorageError(
            "the database is locked by another process",
            hint="try again, or wait longer with UNDERWRITER_LOCK_TIMEOUT_SECONDS",
        )
    if "not a database" in lowered or "malformed" in lowered:
        return StorageError(f"the file is not a sound SQLite database: {text}")
    if "unable to open" in lowered:
        return StorageError("the database file cannot be opened")
    if "readonly" in lowered or "read-only" in lowered:
        return StorageError("the database is read-only")
    return StorageError(f"the database failed: {text}")


def _first_line(error: DBAPIError) -> str:
    """Return what the driver says first; it may quote words of the connection."""
    return without_secrets(next(iter(str(error.orig).strip().splitlines()), ""))
