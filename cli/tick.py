"""`tick`: everything that is due, done once."""

from __future__ import annotations

import typer

from cli.door import Door, as_data, with_door
from cli.output import note, print_json

app = typer.Typer(rich_markup_mode=None)


@app.command("tick", epilog="Example (cron, every minute): * * * * * underwriter tick")
@with_door
def tick(door: Door) -> None:
    """Expire, demote, call audits due and end contracts whose time is over.

    Safe to repeat, and from several hosts at once: each thing happens once.
    """
    from governance.operations.installation import do_due
    from governance.operations.requests import Nothing

    done = as_data(door.ask(do_due, Nothing()))
    if door.as_json:
        print_json(done)
        return
    said = [f"{name.replace('_', ' ')}: {count}" for name, count in done.items() if count]
    note("; ".join(said) if said else "nothing was due")
