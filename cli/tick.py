"""`tick`: everything that is due, done once."""

from __future__ import annotations

import typer

from cli.database import DatabaseOption
from cli.door import as_data, ask
from cli.output import JsonOption, note, print_json

app = typer.Typer(rich_markup_mode=None)


@app.command("tick", epilog="Example (cron, every minute): * * * * * underwriter tick")
def tick(ctx: typer.Context, db: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Expire, demote, call audits due and end contracts whose time is over.

    Safe to repeat, and from several hosts at once: each thing happens once.
    """
    from governance.operations.installation import do_due
    from governance.operations.requests import Nothing

    done = as_data(ask(ctx, db, do_due, Nothing()))
    if as_json:
        print_json(done)
        return
    said = [f"{name.replace('_', ' ')}: {count}" for name, count in done.items() if count]
    note("; ".join(said) if said else "nothing was due")
