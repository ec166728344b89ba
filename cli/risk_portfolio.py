"""`risk portfolio`: which scenario carries the total, largest loss against total loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, with_plain_door
from cli.output import note, print_table
from cli.risk_common import FileArgument, SvgOption, amount, heading, print_result, write_picture
from governance.operations.files import text_file

if TYPE_CHECKING:
    from governance.risk.allocation import Allocation
    from governance.risk.explain import ToleranceRow
    from governance.risk.insurance import Exceedance
    from governance.risk.result import RiskResult

EPILOG = "Example: underwriter risk portfolio portfolio.yaml --level 0.99 --json"


@with_plain_door
def portfolio(
    door: Door,
    file: FileArgument,
    level: Annotated[float, typer.Option("--level", help="Level of the allocation.")] = 0.99,
    years: Annotated[
        int, typer.Option("--years", help="Simulated years where a copula asks for them.")
    ] = 1 << 20,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the simulation.")] = 20260101,
    workers: Annotated[
        str, typer.Option("--workers", help="Processes for it: a number, ray or ray://host:port.")
    ] = "1",
    svg: SvgOption = None,
) -> None:
    """Total of a portfolio, its exact allocation to scenarios, OEP and AEP, tolerance, tornado.

    Contributions to TVaR sum to the total; VaR and TVaR per event are gradients to a scenario's
    yearly rate. A copula is simulated: the total then comes with standard errors and the rank
    correlation that was reached, and without an allocation.
    """
    from governance.operations import exposure_portfolio as exposure

    request = door.request(
        exposure.PortfolioQuestion,
        file=text_file(file),
        level=level,
        years=years,
        seed=seed,
        workers=workers,
        tornado=door.as_json,
        picture=svg is not None,
    )
    answer = door.ask(exposure.portfolio, request)
    if svg is not None and answer.picture is not None:
        write_picture(svg, answer.picture)
    if door.printed(answer):
        return
    print_result(answer.total)
    if answer.allocation is not None:
        _print_allocation(answer.allocation)
    if answer.exceedance is None:
        _print_simulation(answer.total)
    else:
        _print_exceedance(answer.exceedance)
    _print_limits(answer.tolerance or ())


def _print_simulation(total: RiskResult) -> None:
    note(f"rank correlation reached, mean over pairs: {total.rank_correlation:.3f}")
    for name, error in (total.standard_error or {}).items():
        note(f"standard error of {name}: {amount(error)}")


def _print_exceedance(exceedance: Sequence[Exceedance]) -> None:
    print_table(
        ("loss", "largest event above it", "total above it"),
        [
            (amount(row.loss), "" if row.oep is None else f"{row.oep:.4%}", f"{row.aep:.4%}")
            for row in exceedance
        ],
        title="occurrence and aggregate exceedance",
    )


def _print_limits(limits: Sequence[ToleranceRow]) -> None:
    for row in limits:
        verdict = "within" if row.holds else "ABOVE"
        note(
            f"tolerance: P(loss > {amount(row.loss)}) = {row.probability:.3%}, {verdict} "
            f"{row.tolerated:.3%}"
        )


def _print_allocation(shares: Allocation) -> None:
    rows = [
        (
            row.id,
            amount(row.mean),
            amount(row.tvar),
            f"{row.tvar_share:.2%}",
            amount(row.var),
            "" if row.tvar_per_event is None else amount(row.tvar_per_event),
        )
        for row in sorted(shares.contributions, key=lambda row: -row.tvar)
    ]
    print_table(
        ("scenario", "mean", "TVaR part", "share", "VaR part", "TVaR per event a year"),
        rows,
        title=f"allocation at {shares.level:g}, "
        f"{heading(shares.currency, shares.horizon_years)}; parts sum to the total",
    )
