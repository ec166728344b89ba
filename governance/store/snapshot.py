"""Reading much at one moment while others write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from governance.store.store import Store, translated_errors


@contextmanager
def snapshot(store: Store) -> Iterator[Session]:
    """Yield a session whose reads all see one moment, and that makes no writer wait.

    SQLite's reads do so in any transaction; PostgreSQL's only where it is asked for.
    """
    engine = store.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with translated_errors(), Session(engine, expire_on_commit=False) as session:
        yield session
