"""`risk treat`: what controls change, and the best set of them under a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, with_plain_door
from cli.output import note, print_table
from cli.risk_common import (
    FileArgument,
    LevelsOption,
    SvgOption,
    amount,
    heading,
    warn,
    write_picture,
)
from governance.operations.files import text_file

if TYPE_CHECKING:
    from governance.risk.treatment import Treatment

EPILOG = "Example: underwriter risk treat plan.yaml --budget 200000 --objective tvar --json"


@with_plain_door
def treat(
    door: Door,
    file: FileArgument,
    budget: Annotated[
        float | None,
        typer.Option("--budget", help="Yearly budget: choose the best set of controls within it."),
    ] = None,
    objective: Annotated[
        str, typer.Option("--objective", help="net_benefit, mean or tvar.")
    ] = "net_benefit",
    levels: LevelsOption = None,
    svg: SvgOption = None,
) -> None:
    """Loss before and after controls, ROSI, the law of savings, the best set under a budget.

    FILE is a scenario or portfolio with a list `controls`: id, function (avoid, deter, resist act
    on events; detect, respond on the loss of each; reliability on other controls), effect,
    coverage, reliability, annual_cost, scenarios, implements (ids of the ontology's controls).
    """
    from governance.operations import exposure_treatment as exposure
    from governance.operations.exposure import LEVELS

    request = door.request(
        exposure.TreatmentQuestion,
        file=text_file(file),
        budget=budget,
        objective=objective,
        levels=levels or LEVELS,
        picture=svg is not None,
    )
    answer = door.ask(exposure.treat, request)
    if svg is not None and answer.picture is not None:
        write_picture(svg, answer.picture)
    if door.printed(answer):
        return
    _print_treatment(answer)
    selection = answer.selection
    if selection is not None:
        note(
            f"chosen by {selection.method} ({selection.sets_tried} sets tried): "
            f"{', '.join(selection.controls) or 'none'}; cost {amount(selection.cost)} a year"
        )
    warn(answer.warnings)


def _print_treatment(found: Treatment) -> None:
    rows = [("mean", amount(found.before.mean), amount(found.after.mean))]
    for level, value in found.before.var.items():
        rows.append((f"VaR {level}", amount(value), amount(found.after.var[level])))
        tail = found.before.tvar[level], found.after.tvar[level]
        rows.append((f"TVaR {level}", amount(tail[0]), amount(tail[1])))
    print_table(
        (heading(found.currency, found.horizon_years), "before", "after"),
        rows,
        title=f"controls: {', '.join(found.controls) or 'none'}",
    )
    low, high = (amount(found.saving.quantiles[level]) for level in ("0.05", "0.95"))
    rosi = "no cost given" if found.rosi is None else f"{found.rosi:.1%}"
    print_table(
        ("return", heading(found.currency, found.horizon_years)),
        [
            ("cost", amount(found.cost)),
            ("mean saving", amount(found.risk_reduction)),
            ("ROSI", rosi),
            ("P05 to P95 of the saving", f"{low} to {high}"),
            ("probability that it covers the cost", f"{found.saving.prob_covers_cost:.2%}"),
        ],
    )
    if found.implements:
        note(f"implements: {', '.join(found.implements)}")
