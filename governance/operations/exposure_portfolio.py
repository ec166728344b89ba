"""Which scenario of a portfolio carries the total, and how sure the total is."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.kernel.value import Value, absent
from governance.operations.exposure import Picture, PictureField, SubjectFile, picture_of
from governance.operations.work import Work
from governance.risk import explain
from governance.risk.allocation import Allocation, allocate
from governance.risk.explain import ImpliedRange, ToleranceRow, TornadoBar
from governance.risk.insurance import Exceedance, exceedance_table
from governance.risk.quantify import check_level, key_of, quantify, simulated
from governance.risk.result import RiskResult
from governance.risk.scenario import Portfolio, Scenario, subject_of

STANDARD_LEVEL = 0.95
BARS = 12
LEFT_OUT = (
    "a copula joins totals of a year, not events: largest events (OEP) do not exist under it, and "
    "an allocation or a tornado would be simulations of their own; they are left out"
)


class PortfolioQuestion(Value):
    """What is asked of a portfolio; years, seed and workers matter where a copula is simulated."""

    file: SubjectFile
    level: Annotated[float, Field(description="Level of the allocation, inside (0, 1).")] = 0.99
    years: Annotated[int, Field(description="Simulated years.")] = 1 << 20
    seed: Annotated[int, Field(description="Seed of the simulation.")] = 20260101
    workers: Annotated[
        str, Field(description="Processes for it: a number, ray or ray://host:port.")
    ] = "1"
    tornado: Annotated[
        bool, Field(description="Also find implied ranges and what each input moves.")
    ] = True
    picture: PictureField = False


class PortfolioFigures(Value):
    """The total and its parts; of a simulated portfolio what a copula can say.

    A copula joins totals of a year; the total's warnings say what is left out, and why.
    """

    total: RiskResult
    allocation: Allocation | None
    exceedance: Annotated[tuple[Exceedance, ...] | None, Field(exclude_if=absent)] = None
    implied_ranges: Annotated[tuple[ImpliedRange, ...] | None, Field(exclude_if=absent)] = None
    tolerance: Annotated[tuple[ToleranceRow, ...] | None, Field(exclude_if=absent)] = None
    tornado: Annotated[tuple[TornadoBar, ...] | None, Field(exclude_if=absent)] = None
    picture: Picture = None


def portfolio(work: Work, request: PortfolioQuestion) -> PortfolioFigures:
    """Return a portfolio's total, its exact allocation to scenarios, exceedance and tornado."""
    subject = subject_of(request.file.document())
    check_level(request.level, "level")
    if isinstance(subject, Portfolio) and simulated(subject):
        return _simulated(subject, request)
    return _exact(subject, request)


def _levels(level: float) -> tuple[float, ...]:
    return tuple(dict.fromkeys((STANDARD_LEVEL, level)))


def _simulated(subject: Portfolio, request: PortfolioQuestion) -> PortfolioFigures:
    from governance.risk.simulate.portfolio import simulated_result

    total = simulated_result(
        subject,
        [(key_of(level), level) for level in _levels(request.level)],
        [],
        years=request.years,
        seed=request.seed,
        workers=request.workers,
    )
    limits = explain.tolerance_test(subject) if subject.tolerance_curve else None
    picture = None
    if request.picture:
        picture = picture_of(subject, [("total loss", total.lec)], total.var)
    return PortfolioFigures(
        total=total.model_copy(update={"warnings": (*total.warnings, LEFT_OUT)}),
        allocation=None,
        tolerance=None if limits is None else tuple(limits),
        picture=picture,
    )


def _exact(subject: Scenario | Portfolio, request: PortfolioQuestion) -> PortfolioFigures:
    total = quantify(subject, levels=_levels(request.level))
    shares = allocate(subject, request.level) if subject.aggregate_layer is None else None
    losses = [loss for loss, _ in total.lec[:: max(1, len(total.lec) // 8)]]
    exceedance = exceedance_table(subject, losses)
    limits = explain.tolerance_test(subject)
    picture = ranges = bars = None
    if request.picture:
        picture = picture_of(subject, [("total loss", total.lec)], total.var)
    if request.tornado:
        bars = [] if total.mean is None else explain.tornado(subject, level=request.level)[:BARS]
        ranges = explain.implied_ranges(subject)
    return PortfolioFigures(
        total=total,
        allocation=shares,
        exceedance=tuple(exceedance),
        implied_ranges=None if ranges is None else tuple(ranges),
        tolerance=tuple(limits),
        tornado=None if bars is None else tuple(bars),
        picture=picture,
    )
