"""`init` and `db`: creating, moving, backing up and restoring the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, print_answer, with_door
from cli.output import note

if TYPE_CHECKING:
    from governance.operations.installation import Moved

init_app = typer.Typer(rich_markup_mode=None)
app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@init_app.command("init", epilog="Example: underwriter init --db governance.db")
@with_door
def init(door: Door) -> None:
    """Create the database, load the ontology and set the default policy; safe to repeat."""
    from governance.operations.installation import initialise
    from governance.operations.requests import Nothing

    done = door.ask(initialise, Nothing())
    if door.printed(done):
        return
    note(f"{'created' if done.created else 'already there'}: {done.database}")
    note(f"ontology {done.edition}, policy {done.policy} in force")
    if done.principal is not None:
        note(f"{done.principal} is the first principal, with every role but agent")


@app.command(epilog="Example: underwriter db upgrade --db governance.db")
@with_door
def upgrade(
    door: Door, revision: Annotated[str, typer.Argument(help="Revision to move up to.")] = "head"
) -> None:
    """Move the database up to a revision, in one transaction."""
    from governance.operations.installation import MoveTo
    from governance.operations.installation import upgrade as handler

    _print_move(door.ask(handler, MoveTo(revision=revision)), door.as_json)


@app.command(epilog="Example: underwriter db downgrade 0003 --yes")
@with_door
def downgrade(
    door: Door,
    revision: Annotated[str, typer.Argument(help="Revision to move down to; base empties it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; tables may be dropped.")] = False,
) -> None:
    """Move the database down to a revision; what the dropped tables and columns held is lost.

    Events that held some of it verify no more, not after an upgrade either.
    """
    if not yes:
        lost = "Tables and columns of newer revisions are dropped with what they hold, and events"
        _confirm(f"{lost} that held some of it verify no more.", door.as_json)
    from governance.operations.installation import MoveTo
    from governance.operations.installation import downgrade as handler

    _print_move(door.ask(handler, MoveTo(revision=revision)), door.as_json)


def _confirm(what: str, as_json: bool) -> None:
    """Ask on standard error; where JSON is wanted nobody is there to be asked."""
    from governance.kernel.errors import InputError

    if as_json:
        raise InputError(f"{what} Say so with --yes", field="--yes")
    typer.confirm(f"{what} Go on?", abort=True, err=True)


def _print_move(moved: Moved, as_json: bool) -> None:
    if as_json:
        print_answer(moved)
        return
    note(f"{moved.database}: {moved.before or 'empty'} -> {moved.after or 'empty'}")


@app.command(epilog="Example: underwriter db backup --out governance.backup")
@with_door
def backup(door: Door, out: Annotated[Path, typer.Option("--out", help="File to write.")]) -> None:
    """Write all rows to one file that restores on SQLite and on PostgreSQL."""
    from governance.operations import installation
    from governance.operations.requests import LocalPath

    request = installation.BackupFile(file=LocalPath(str(out)))
    summary = door.ask(installation.backup, request)
    if door.printed(summary):
        return
    note(f"{out}: {summary.rows} rows of {summary.tables} tables, {summary.digest}")


@app.command(epilog="Example: underwriter db restore governance.backup --db new.db")
@with_door
def restore(
    door: Door, file: Annotated[Path, typer.Argument(help="A file written by `db backup`.")]
) -> None:
    """Fill an empty database from a backup and verify its ledger; all or nothing."""
    from governance.operations import installation
    from governance.operations.requests import LocalPath

    request = installation.BackupFile(file=LocalPath(str(file)))
    summary = door.ask(installation.restore, request)
    if door.printed(summary):
        return
    note(f"{summary.database}: {summary.rows} rows of {summary.tables} tables restored")
