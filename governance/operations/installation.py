"""The installation itself: its database, and what is due in it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.economy.tick import Ticked
from governance.kernel.value import Value
from governance.operations.requests import LocalPath, Nothing
from governance.operations.work import Running


class Initialised(Value):
    """What was made or found, and in which database; ``principal`` where the first was added."""

    database: str
    created: bool
    edition: str
    policy: str
    principal: str | None


class MoveTo(Value):
    """The revision of the schema to move to."""

    revision: Annotated[str, Field(description="Number of the revision, head or base.")] = "head"


class Moved(Value):
    """The revisions before and after; None is an empty database."""

    database: str
    before: str | None
    after: str | None


class BackupFile(Value):
    """A backup, to be written or read."""

    file: Annotated[LocalPath, Field(description="The file.")]


class BackedUp(Value):
    """What a backup holds, and where it is."""

    file: str
    revision: str
    tables: int
    rows: int
    digest: str


class Restored(Value):
    """What was restored, and into which database."""

    database: str
    revision: str
    tables: int
    rows: int
    digest: str


def initialise(work: Running, request: Nothing) -> Initialised:
    """Create the database, load the ontology and set the default policy; safe to repeat."""
    from governance.registry.setup import set_up

    done = set_up(work.unchecked, work.place.password)
    return Initialised(database=work.place.shown, **done.model_dump())


def upgrade(work: Running, request: MoveTo) -> Moved:
    """Move the database up to a revision, in one transaction."""
    return _move(work, request.revision, up=True)


def downgrade(work: Running, request: MoveTo) -> Moved:
    """Move the database down to a revision; what the dropped tables held is lost."""
    return _move(work, request.revision, up=False)


def backup(work: Running, request: BackupFile) -> BackedUp:
    """Write all rows to one file that restores on SQLite and on PostgreSQL."""
    from governance.store.backup import write_backup

    summary = write_backup(work.store, request.file.file)
    return BackedUp(file=str(request.file), **summary.model_dump())


def restore(work: Running, request: BackupFile) -> Restored:
    """Fill an empty database from a backup and verify its ledger; all or nothing."""
    from governance.store.backup import read_backup

    summary = read_backup(work.unchecked, request.file.file)
    return Restored(database=work.place.shown, **summary.model_dump())


def do_due(work: Running, request: Nothing) -> Ticked:
    """Expire, demote, call audits due and end contracts whose time is over."""
    from governance.economy.tick import tick

    with work.progress("agents looked at", None) as advance:
        return tick(work.store, advance=advance)


def _move(work: Running, revision: str, *, up: bool) -> Moved:
    from governance.store import migrate
    from governance.store.revision import require_file, store_state

    engine = work.unchecked.engine
    require_file(engine)
    before = store_state(engine)
    (migrate.upgrade if up else migrate.downgrade)(engine, revision)
    after = store_state(engine)
    return Moved(database=work.place.shown, before=before.revision, after=after.revision)
