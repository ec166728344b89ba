"""The operations `risk.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Literal

    from governance.operations.exposure import LossFigures
    from governance.operations.exposure_estimate import EstimatedCells, EstimatedScenario
    from governance.operations.exposure_portfolio import PortfolioFigures
    from governance.operations.exposure_reserve import ReserveFigures
    from governance.operations.exposure_treatment import TreatmentFigures
    from governance.operations.requests import TextFile
    from governance.risk.estimate.reporting import ReportingShare
    from governance.risk.verify.check import Verification


class Risk(Area):
    """The operations `risk.*`."""

    def quantify(
        self,
        *,
        file: str | Path | TextFile,
        levels: Sequence[float | str] = ("0.95", "0.99"),
        thresholds: Sequence[float | str] = (),
        tolerance: float = 1e-05,
        explain: bool = False,
        picture: bool = False,
    ) -> LossFigures:
        """Return mean, VaR, TVaR and the loss exceedance curve of a scenario or portfolio."""
        from governance.operations import exposure as handlers

        return self._ask(
            handlers.quantify,
            file=file,
            levels=levels,
            thresholds=thresholds,
            tolerance=tolerance,
            explain=explain,
            picture=picture,
        )

    def portfolio(
        self,
        *,
        file: str | Path | TextFile,
        level: float = 0.99,
        years: int = 1048576,
        seed: int = 20260101,
        workers: str = "1",
        tornado: bool = True,
        picture: bool = False,
    ) -> PortfolioFigures:
        """Return a portfolio's total, its exact allocation to scenarios, exceedance and tornado."""
        from governance.operations import exposure_portfolio as handlers

        return self._ask(
            handlers.portfolio,
            file=file,
            level=level,
            years=years,
            seed=seed,
            workers=workers,
            tornado=tornado,
            picture=picture,
        )

    def estimate(
        self,
        *,
        events: int | None = None,
        exposure: float | None = None,
        low: float | None = None,
        high: float | None = None,
        coverage: float = 0.9,
        from_incidents: bool = False,
        counts: str | Path | None = None,
        years: float | None = None,
        organisations: float = 1.0,
        losses: str | Path | None = None,
        rates: str | Path | None = None,
        skip_unconvertible: bool = False,
        ranges: str | Path | TextFile | None = None,
        reporting: ReportingShare | None = None,
        sharing: Literal["empirical_bayes", "jeffreys"] = "empirical_bayes",
        currency: str = "USD",
        as_file: bool = False,
    ) -> EstimatedScenario | EstimatedCells:
        """Return rates and severities with their uncertainty, and what each rests on."""
        from governance.operations import exposure_estimate as handlers

        return self._ask(
            handlers.estimate,
            events=events,
            exposure=exposure,
            low=low,
            high=high,
            coverage=coverage,
            from_incidents=from_incidents,
            counts=counts,
            years=years,
            organisations=organisations,
            losses=losses,
            rates=rates,
            skip_unconvertible=skip_unconvertible,
            ranges=ranges,
            reporting=reporting,
            sharing=sharing,
            currency=currency,
            as_file=as_file,
        )

    def treat(
        self,
        *,
        file: str | Path | TextFile,
        budget: float | None = None,
        objective: Literal["net_benefit", "mean", "tvar"] = "net_benefit",
        levels: Sequence[float | str] = ("0.95", "0.99"),
        picture: bool = False,
    ) -> TreatmentFigures:
        """Return the loss before and after controls, their return, and the best set of them."""
        from governance.operations import exposure_treatment as handlers

        return self._ask(
            handlers.treat,
            file=file,
            budget=budget,
            objective=objective,
            levels=levels,
            picture=picture,
        )

    def reserve(
        self,
        *,
        file: str | Path | TextFile,
        level: float | str = "0.8",
        deductible: float | None = None,
        limit: float | None = None,
        aggregate: bool = False,
        principle: Literal[
            "expected_value", "standard_deviation", "cost_of_capital"
        ] = "standard_deviation",
        rate: float = 0.3,
    ) -> ReserveFigures:
        """Return the contingency reserve above the mean, its shortfall, and a layer's price."""
        from governance.operations import exposure_reserve as handlers

        return self._ask(
            handlers.reserve,
            file=file,
            level=level,
            deductible=deductible,
            limit=limit,
            aggregate=aggregate,
            principle=principle,
            rate=rate,
        )

    def verify(self) -> Verification:
        """Run every closed-form and published case and return found beside expected figures."""
        from governance.operations import exposure_verify as handlers

        return self._ask(handlers.verify)


class AsyncRisk(AsyncArea):
    """The same, awaited."""

    quantify = Awaited(Risk.quantify)
    portfolio = Awaited(Risk.portfolio)
    estimate = Awaited(Risk.estimate)
    treat = Awaited(Risk.treat)
    reserve = Awaited(Risk.reserve)
    verify = Awaited(Risk.verify)
