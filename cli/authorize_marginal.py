"""`authorize marginal`: what an authorisation would do to the whole economy."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.door import Door, with_door
from cli.output import print_table

EPILOG = "Example: underwriter authorize marginal invoice-bot --amount '12.50 USD'"


@with_door
def marginal(
    door: Door,
    agent: Annotated[str, typer.Argument(help="Name or id of the agent.")],
    amount: Annotated[str, typer.Option(help="Amount with currency, such as '12.50 USD'.")],
    level: Annotated[float, typer.Option(help="Level of the TVaR, inside (0, 1).")] = 0.99,
    failures: Annotated[
        float, typer.Option(min=0, help="Failures of each agent a year; an assumption.")
    ] = 1.0,
) -> None:
    """Show the marginal safety and the marginal TVaR of an authorisation; nothing is reserved.

    A failure is assumed to lose an even share of the agent's whole exposure.
    """
    from governance.kernel.money import parse_money
    from governance.operations import authority

    asked = parse_money(amount)
    request = authority.Marginal(agent=agent, amount=asked, level=level, failures=failures)
    found = door.ask(authority.marginal, request)
    if door.printed(found):
        return
    tvar = f"TVaR {level:g}, {asked.currency}, 1 year"
    print_table(
        ("figure", "before", "after"),
        [
            ("safety S", _share(found.safety_before), _share(found.safety_after)),
            (tvar, f"{found.tvar_before:,.2f}", f"{found.tvar_after:,.2f}"),
        ],
        title=f"{found.agent}, {found.amount} more; {failures:g} failures a year assumed",
    )


def _share(value: float | None) -> str:
    return "nothing at risk" if value is None else f"{value:.4f}"
