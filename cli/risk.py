"""`underwriter risk`: loss distributions, tails, reserves, treatments."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import risk_estimate, risk_portfolio, risk_reserve, risk_treat, risk_verify
from cli.door import Door, with_plain_door
from cli.output import note
from cli.risk_common import (
    FileArgument,
    LevelsOption,
    SvgOption,
    ToleranceOption,
    print_result,
    write_picture,
)
from governance.operations.files import text_file

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.callback()
def group() -> None:
    """Loss distributions, tails, reserves, treatments.

    Needs no database, except `risk estimate --from-incidents`.
    """


@app.command(
    epilog="Example: underwriter risk quantify scenario.yaml --levels 0.95 --levels 0.99 "
    "--thresholds 1000000 --json"
)
@with_plain_door
def quantify(
    door: Door,
    file: FileArgument,
    levels: LevelsOption = None,
    thresholds: Annotated[
        list[str] | None,
        typer.Option(
            "--thresholds", metavar="LOSS", help="Loss whose probability is wanted; repeatable."
        ),
    ] = None,
    tolerance: ToleranceOption = 1e-5,
    svg: SvgOption = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say in words what the figures mean.")
    ] = False,
) -> None:
    """Mean, VaR, TVaR and the loss exceedance curve of a scenario or portfolio."""
    from governance.operations import exposure

    request = door.request(
        exposure.LossQuestion,
        file=text_file(file),
        levels=levels or exposure.LEVELS,
        thresholds=thresholds or (),
        tolerance=tolerance,
        explain=explain,
        picture=svg is not None,
    )
    answer = door.ask(exposure.quantify, request)
    if svg is not None and answer.picture is not None:
        write_picture(svg, answer.picture)
    if door.printed(answer):
        return
    print_result(answer)
    for sentence in answer.explanation or ():
        note(f"- {sentence}")


app.command(epilog=risk_portfolio.EPILOG)(risk_portfolio.portfolio)
app.command(epilog=risk_estimate.EPILOG)(risk_estimate.estimate)
app.command(epilog=risk_treat.EPILOG)(risk_treat.treat)
app.command(epilog=risk_reserve.EPILOG)(risk_reserve.reserve)
app.command(epilog=risk_verify.EPILOG)(risk_verify.verify)
