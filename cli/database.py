"""`init` and `db`: creating, moving, backing up and restoring the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import ask, print_answer
from cli.output import JsonOption, note

if TYPE_CHECKING:
    from governance.operations.installation import Moved

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--db", metavar="URL", help="Database URL or SQLite file; before UNDERWRITER_DATABASE_URL."
    ),
]

init_app = typer.Typer(rich_markup_mode=None)
app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


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
