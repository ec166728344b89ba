"""`init` and `db`: creating, moving, backing up and restoring the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.door import ask, print_answer
from cli.output import JsonOption, note

if TYPE_CHECKING:
    from governance.operations.installation import Moved
    from governance.store.store import Store

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--db", metavar="URL", help="Database URL or SQLite file; before UNDERWRITER_DATABASE_URL."
    ),
]

init_app = typer.Typer(rich_markup_mode=None)
app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def make_store(ctx: typer.Context, db: str | None) -> Store:
    """Return the configured store without looking at the database."""
    import getpass

    from governance.kernel.clock import SystemClock
    from governance.kernel.settings import default_database_url, load_settings
    from governance.store.engine import make_engine
    from governance.store.store import Store

    settings = load_settings()
    named: dict[str, Any] = ctx.find_root().obj or {}
    url = db or named.get("db") or default_database_url(settings)
    engine = make_engine(url, lock_timeout_seconds=settings.lock_timeout_seconds)
    return Store(engine, SystemClock(), settings.actor or getpass.getuser())


@contextmanager
def open_store(ctx: typer.Context, db: str | None = None) -> Iterator[Store]:
    """Yield the configured store; raises StorageError unless it is ours and current."""
    from governance.store.revision import require_current

    store = make_store(ctx, db)
    try:
        require_current(store.engine)
        yield store
    finally:
        store.close()


def configured_password(store: Store) -> bytes:
    """Return the password of the signing keys."""
    from governance.kernel.passwords import signing_password
    from governance.kernel.settings import load_settings

    return signing_password(load_settings(), store.random_bytes)


def _shown(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=True)


@init_app.command(
    "init",
    epilog="Example: underwriter init --db governance.db",
)
def init(ctx: typer.Context, db: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Create the database, load the ontology and set the default policy; safe to repeat."""
    from governance.operations.installation import initialise
    from governance.operations.requests import Nothing

    done = ask(ctx, db, initialise, Nothing())
    if as_json:
        print_answer(done)
        return
    note(f"{'created' if done.created else 'already there'}: {done.database}")
    note(f"ontology {done.edition}, policy {done.policy} in force")


@app.command(epilog="Example: underwriter db upgrade --db governance.db")
def upgrade(
    ctx: typer.Context,
    revision: Annotated[str, typer.Argument(help="Revision to move up to.")] = "head",
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move the database up to a revision, in one transaction."""
    from governance.operations.installation import MoveTo
    from governance.operations.installation import upgrade as handler

    _print_move(ask(ctx, db, handler, MoveTo(revision=revision)), as_json)


@app.command(epilog="Example: underwriter db downgrade 0003 --yes")
def downgrade(
    ctx: typer.Context,
    revision: Annotated[str, typer.Argument(help="Revision to move down to; base empties it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; tables may be dropped.")] = False,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move the database down to a revision; what the dropped tables held is lost."""
    if not yes:
        typer.confirm("Tables of newer revisions are dropped with their rows. Go on?", abort=True)
    from governance.operations.installation import MoveTo
    from governance.operations.installation import downgrade as handler

    _print_move(ask(ctx, db, handler, MoveTo(revision=revision)), as_json)


def _print_move(moved: Moved, as_json: bool) -> None:
    if as_json:
        print_answer(moved)
        return
    note(f"{moved.database}: {moved.before or 'empty'} -> {moved.after or 'empty'}")


@app.command(epilog="Example: underwriter db backup --out governance.backup")
def backup(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option("--out", help="File to write.")],
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write all rows to one file that restores on SQLite and on PostgreSQL."""
    from governance.operations import installation
    from governance.operations.requests import LocalPath

    request = installation.BackupFile(file=LocalPath(str(out)))
    summary = ask(ctx, db, installation.backup, request)
    if as_json:
        print_answer(summary)
        return
    note(f"{out}: {summary.rows} rows of {summary.tables} tables, {summary.digest}")


@app.command(epilog="Example: underwriter db restore governance.backup --db new.db")
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file written by `db backup`.")],
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fill an empty database from a backup and verify its ledger; all or nothing."""
    from governance.operations import installation
    from governance.operations.requests import LocalPath

    request = installation.BackupFile(file=LocalPath(str(file)))
    summary = ask(ctx, db, installation.restore, request)
    if as_json:
        print_answer(summary)
        return
    note(f"{summary.database}: {summary.rows} rows of {summary.tables} tables restored")
