"""`risk-register`: how often each threat must be expected, given what happened."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.door import Door, with_door
from cli.output import note, person, print_table

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def group_help() -> None:
    """The risk register: threats with the frequency that own incidents leave of a prior."""


@app.command(
    epilog="Example: underwriter risk-register add MIS-01 --prior-events 2 --prior-years 4 "
    "--basis 'expert range'"
)
@with_door
def add(
    door: Door,
    threat: Annotated[str, typer.Argument(help="Id of a domain or sub-threat.")],
    prior_events: Annotated[float, typer.Option(help="Events that the prior stands for.")] = 0.5,
    prior_years: Annotated[float, typer.Option(help="Years in which they happened.")] = 1.0,
    basis: Annotated[
        str, typer.Option(help="What the prior rests on.")
    ] = "default prior: half an event in one year",
    observed_years: Annotated[
        float, typer.Option(min=0, help="For how long incidents were recorded already.")
    ] = 0.0,
    owner: Annotated[str | None, typer.Option(help="Who owns the risk.")] = None,
) -> None:
    """Put a threat on the register, with the prior of its yearly frequency."""
    from governance.kernel.value import parse
    from governance.operations.register import RiskOrder, register_risk

    given = {
        "threat": threat,
        "prior_events": prior_events,
        "prior_years": prior_years,
        "basis": basis,
        "observed_years": observed_years,
        "owner": owner,
    }
    with door.fields():
        order = parse(RiskOrder, given)
    found = door.ask(register_risk, order)
    if door.printed(found):
        return
    note(f"{found.threat} {found.title}: {found.mean:.3g} events a year")


@app.command("list", epilog="Example: underwriter risk-register list")
@with_door
def list_(door: Door) -> None:
    """List every registered threat with its frequency, the most frequent first."""
    from governance.operations.register import list_risks
    from governance.operations.requests import Nothing

    rows = door.ask(list_risks, Nothing())
    if door.printed(rows):
        return
    print_table(
        ("threat", "name", "incidents", "years", "events a year", "90 % interval", "owner"),
        [
            (row.threat, row.title, row.events, f"{row.years:.2f}", f"{row.mean:.3g}",
             f"{row.low:.3g} to {row.high:.3g}", person(row.owner, row.owner_id))
            for row in rows
        ],
    )  # fmt: skip
