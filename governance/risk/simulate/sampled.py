"""The law of a simulated total: what an exact law answers, with standard errors as bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from governance.risk.arrays import FloatArray
from governance.risk.compound.law import Estimate, Point, Tail, TotalLaw
from governance.risk.compound.model import CompoundModel
from governance.risk.scenario import Portfolio
from governance.risk.simulate.portfolio import DEFAULT_YEARS, simulate_copula
from governance.risk.simulate.statistics import tail_with_error

ERRORS = 3.0  # standard errors in a bound


class SampledLaw(TotalLaw):
    """Totals of simulated years; drawn when a figure first needs them.

    The mean is that of the laws behind the sample. Bounds are three standard errors.
    """

    def __init__(self, mean: float, draw: Callable[[], FloatArray], method: str) -> None:
        self._exact_mean = mean
        self._draw = draw
        self.method = method

    @cached_property
    def _ordered(self) -> FloatArray:
        return np.sort(self._draw())

    @cached_property
    def _sums(self) -> FloatArray:
        return np.append(0.0, np.cumsum(self._ordered))

    @property
    def mean(self) -> float:
        """Return E[S] in closed form."""
        return self._exact_mean

    @cached_property
    def variance(self) -> float:
        """Return the sample's variance; ``inf`` where the mean does not exist."""
        return float(self._ordered.var(ddof=1)) if self.has_mean else math.inf

    @property
    def prob_zero(self) -> float:
        """Return the share of years without a loss."""
        return float(np.searchsorted(self._ordered, 0.0, side="right")) / self._ordered.size

    def _tails(self, levels: Sequence[float]) -> list[Tail]:
        """Return VaR and TVaR of the sample."""
        result = []
        for level in levels:
            found = tail_with_error(self._ordered, level)
            tvar = Estimate(found.tvar, ERRORS * found.tvar_error) if self.has_mean else None
            result.append(Tail(level, Estimate(found.var, ERRORS * found.var_error), tvar))
        return result

    def _at(self, losses: Sequence[float]) -> list[Point]:
        """Return shares of the sample and its limited mean."""
        return [self._point(loss) for loss in losses]

    def _point(self, loss: float) -> Point:
        size = self._ordered.size
        rank = int(np.searchsorted(self._ordered, loss, side="right"))
        below = rank / size
        limited = (float(self._sums[rank]) + max(loss, 0.0) * (size - rank)) / size
        error = ERRORS * math.sqrt(max(below * (1.0 - below), 1.0 / size) / size)
        held = ERRORS * max(loss, 0.0) / math.sqrt(size)
        return Point(
            loss,
            Estimate(below, error),
            Estimate(1.0 - below, error),
            Estimate(min(limited, self.mean), held),
        )

    def limited_square(self, x: float) -> float:
        """Return the sample's mean of min(S, x)^2."""
        return float(np.square(np.minimum(self._ordered, x)).mean())

    def tail_mean(self, level: float, var: float, limited: float) -> float:
        """Return TVaR from the sample, whose own mean belongs to its limited means."""
        own = float(self._sums[-1]) / self._ordered.size
        return var + max(own - limited, 0.0) / (1.0 - level)

    def curve(self, levels: Sequence[float]) -> tuple[FloatArray, FloatArray]:
        """Return exceedance shares at the quantiles of the levels."""
        size = self._ordered.size
        ranks = np.minimum(np.ceil(np.asarray(levels) * size).astype(np.int64), size - 1)
        losses = np.unique(self._ordered[ranks])
        losses = losses[losses > 0.0]
        chances = 1.0 - np.searchsorted(self._ordered, losses, side="right") / size
        return losses, chances


def sampled_law(
    portfolio: Portfolio, model: CompoundModel, years: int = DEFAULT_YEARS
) -> SampledLaw:
    """Return the law of a portfolio's simulated total, for the losses of a model's terms."""

    def draw() -> FloatArray:
        totals, _, _ = simulate_copula(portfolio, years, terms=model.terms)
        return totals

    return SampledLaw(
        math.fsum(term.mean for term in model.terms) if model.terms else 0.0,
        draw,
        f"simulation of {years:,} years, {portfolio.dependence.type}",
    )
