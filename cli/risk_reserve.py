"""`risk reserve`: contingency reserve and insurance layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, with_plain_door
from cli.output import print_table
from cli.risk_common import FileArgument, amount, heading, warn
from governance.operations.files import text_file

if TYPE_CHECKING:
    from governance.risk.insurance import Quote

EPILOG = (
    "Example: underwriter risk reserve scenario.yaml --level 0.8 --deductible 50000 "
    "--limit 500000 --json"
)


@with_plain_door
def reserve(
    door: Door,
    file: FileArgument,
    level: Annotated[
        str, typer.Option("--level", metavar="P", help="Level that the reserve is held at.")
    ] = "0.8",
    deductible: Annotated[
        float | None, typer.Option("--deductible", help="Price a layer above this deductible.")
    ] = None,
    limit: Annotated[float | None, typer.Option("--limit", help="The layer's limit.")] = None,
    aggregate: Annotated[
        bool, typer.Option("--aggregate", help="The layer is on the total, not on each event.")
    ] = False,
    principle: Annotated[
        str,
        typer.Option("--principle", help="expected_value, standard_deviation or cost_of_capital."),
    ] = "standard_deviation",
    rate: Annotated[float, typer.Option("--rate", help="The principle's loading.")] = 0.3,
) -> None:
    """Contingency reserve above the mean, its shortfall, and an insurance layer's price.

    The reserve is max(0, VaR - mean) at the level. The premium is indicative: expected payment,
    a loading and 15 % expenses.
    """
    from governance.operations import exposure_reserve as exposure

    request = door.request(
        exposure.ReserveQuestion,
        file=text_file(file),
        level=level,
        deductible=deductible,
        limit=limit,
        aggregate=aggregate,
        principle=principle,
        rate=rate,
    )
    found = door.ask(exposure.reserve, request)
    if door.printed(found):
        return
    rows = [
        ("mean", amount(found.mean)),
        (f"VaR {found.level:g}", amount(found.var)),
        ("reserve above the mean", amount(found.reserve)),
        ("funds: mean and reserve", amount(found.funds)),
        ("expected loss beyond the funds", amount(found.shortfall)),
        ("probability that they run out", f"{found.prob_shortfall:.4%}"),
    ]
    print_table(("reserve", heading(found.currency, found.horizon_years)), rows)
    if found.layer is not None:
        _print_quote(found.layer)
    warn(found.warnings)


def _print_quote(offer: Quote) -> None:
    rows = [
        ("expected payment", amount(offer.expected_payment)),
        ("standard deviation", amount(offer.sd_payment)),
        ("probability of a payment", f"{offer.prob_payment:.4%}"),
        ("retained mean", amount(offer.retained_mean)),
        (f"loading ({offer.loading.principle}, {offer.loading.rate:g})", amount(offer.risk_load)),
        ("indicative premium", amount(offer.premium)),
    ]
    if offer.rate_on_line is not None:
        rows.append(("rate on line", f"{offer.rate_on_line:.2%}"))
    print_table(("layer", heading(offer.currency, offer.horizon_years)), rows)
