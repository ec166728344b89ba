"""`doctor`: what is configured, found and missing."""

from __future__ import annotations

import typer

from cli.door import Door, print_answer, with_door
from cli.output import print_table

app = typer.Typer(rich_markup_mode=None)


@app.command("doctor", epilog="Example: underwriter doctor --json")
@with_door
def doctor(door: Door) -> None:
    """Say what is configured, found and missing.

    Exit code 1 where the database cannot be used as it is.
    """
    from governance.operations.installation_doctor import examine
    from governance.operations.requests import Nothing

    found = door.ask(examine, Nothing())
    if door.as_json:
        print_answer(found)
    else:
        print_table(
            ("what", "state", "found", "to do"),
            [(check.what, check.state, check.found, check.hint) for check in found.checks],
        )
    if not found.ok:
        raise typer.Exit(1)
