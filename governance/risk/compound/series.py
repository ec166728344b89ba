"""Exact laws of totals whose losses are closed under addition: exponential, gamma, Levy.

The sum of n losses has a known law, so that P(S <= x) = sum_n P(N = n) P(S_n <= x) (Klugman,
Panjer and Willmot, Loss Models, section 9.4; Dunn and Smyth 2005 for the Tweedie law).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from governance.risk.arrays import FloatArray, crossing
from governance.risk.compound.law import Estimate, Point, Tail, TotalLaw
from governance.risk.compound.model import CompoundModel
from governance.risk.severity import Exponential, Gamma, Levy

_EXACT = 1e-12  # relative error of the special functions and the sums over them
_LONGEST = 200_000


def has_series(model: CompoundModel) -> bool:
    """Return whether the model is one term with a severity that is closed under addition."""
    if len(model.terms) != 1 or model.factor is not None:
        return False
    term = model.terms[0]
    closed = isinstance(term.severity, Exponential | Gamma | Levy)
    return closed and term.count.mean + 12.0 * term.count.variance**0.5 < _LONGEST


class SeriesLaw(TotalLaw):
    """Sums over the number of losses, to the precision of the special functions."""

    method = "series"

    def __init__(self, model: CompoundModel) -> None:
        self.model = model
        self._severity = model.terms[0].severity

    @property
    def mean(self) -> float:
        """Return E[S] in closed form."""
        return self.model.mean

    @property
    def variance(self) -> float:
        """Return Var[S] in closed form."""
        return self.model.variance

    @property
    def prob_zero(self) -> float:
        """Return P(N = 0)."""
        return float(self._counts[0])

    @cached_property
    def _counts(self) -> FloatArray:
        count = self.model.terms[0].count
        return count.pmf(count.support())

    def _exact(self, value: float) -> Estimate:
        """Return a figure with its rounding; masses of n events carry that of log(n!)."""
        return Estimate(value, (_EXACT + 3e-15 * self.model.terms[0].count.mean) * abs(value))

    @cached_property
    def _numbers(self) -> FloatArray:
        return np.arange(1.0, self._counts.size)

    def survival(self, x: float) -> float:
        """Return P(S > x)."""
        if x <= 0.0:
            return 1.0 - self.prob_zero if x == 0.0 else 1.0
        return float(self._counts[1:] @ self._sums_above(x))

    def _sums_above(self, x: float) -> FloatArray:
        from scipy.special import erf, gammaincc

        n = self._numbers
        if isinstance(self._severity, Levy):
            above: FloatArray = erf(n * math.sqrt(self._severity.scale / (2.0 * x)))
            return above
        shape, scale = self._gamma
        tails: FloatArray = gammaincc(n * shape, x / scale)
        return tails

    @property
    def _gamma(self) -> tuple[float, float]:
        if isinstance(self._severity, Exponential):
            return 1.0, self._severity.average
        if isinstance(self._severity, Gamma):
            return self._severity.shape, self._severity.scale
        raise TypeError("a Levy law has no gamma form")

    def cdf(self, x: float) -> float:
        """Return P(S <= x), by the series of its own so that small values keep their digits."""
        from scipy.special import erfc, gammainc

        if x < 0.0:
            return 0.0
        if x == 0.0:
            return self.prob_zero
        if isinstance(self._severity, Levy):
            below = erfc(self._numbers * math.sqrt(self._severity.scale / (2.0 * x)))
        else:
            shape, scale = self._gamma
            below = gammainc(self._numbers * shape, x / scale)
        return self.prob_zero + float(self._counts[1:] @ below)

    def density(self, x: float) -> float:
        """Return the density of S at x > 0 (the atom at zero left out)."""
        from scipy.special import gammaln

        n = self._numbers
        if isinstance(self._severity, Levy):
            c = self._severity.scale * n**2
            terms = np.sqrt(c / (2.0 * np.pi)) * np.exp(-c / (2.0 * x)) / x**1.5
        else:
            shape, scale = self._gamma
            a = n * shape
            terms = np.exp((a - 1.0) * math.log(x / scale) - x / scale - gammaln(a)) / scale
        return float(self._counts[1:] @ terms)

    def limited(self, x: float) -> float:
        """Return E[min(S, x)]."""
        if x <= 0.0:
            return 0.0
        if isinstance(self._severity, Levy):
            at = np.array([x])
            parts = np.array(
                [Levy(self._severity.scale * n * n).limited(at)[0] for n in self._numbers]
            )
        else:
            parts = self._limited_gamma(x)
        return float(self._counts[1:] @ parts)

    def _limited_gamma(self, x: float) -> FloatArray:
        from scipy.special import gammainc, gammaincc

        shape, scale = self._gamma
        a = self._numbers * shape
        inner: FloatArray = a * scale * gammainc(a + 1.0, x / scale) + x * gammaincc(a, x / scale)
        return inner

    def stop_loss(self, x: float) -> float:
        """Return E[max(S - x, 0)] without cancellation."""
        from scipy.special import gammaincc

        shape, scale = self._gamma
        a = self._numbers * shape
        parts = a * scale * gammaincc(a + 1.0, x / scale) - x * gammaincc(a, x / scale)
        return float(self._counts[1:] @ parts)

    def quantile(self, level: float) -> float:
        """Return inf{x: P(S <= x) >= level}."""
        if level <= self.prob_zero + 1e-12:
            return 0.0
        start = self.mean if self.has_mean else self._severity.quantile(0.5)

        def excess(x: float) -> float:
            return (1.0 - level) - self.survival(x) if level > 0.5 else self.cdf(x) - level

        return crossing(excess, start)

    def _tails(self, levels: Sequence[float]) -> list[Tail]:
        """Return VaR and TVaR."""
        result = []
        for level in levels:
            var = self.quantile(level)
            tvar = None
            if self.has_mean:
                mean = (
                    var + self.stop_loss(var) / (1.0 - level)
                    if var
                    else (self.mean / (1.0 - level))
                )
                tvar = self._exact(mean)
            result.append(Tail(level, self._exact(var), tvar))
        return result

    def _at(self, losses: Sequence[float]) -> list[Point]:
        """Return probabilities and limited expected values."""
        return [
            Point(
                x,
                self._exact(self.cdf(x)),
                self._exact(self.survival(x)),
                self._exact(self.limited(x)),
            )
            for x in losses
        ]

    def curve(self, levels: Sequence[float]) -> tuple[FloatArray, FloatArray]:
        """Return exceedance probabilities at losses spread over the quantiles of the levels."""
        wanted = [level for level in levels if level > self.prob_zero + 1e-9]
        if not wanted:
            return np.zeros(0), np.zeros(0)
        low, high = self.quantile(min(wanted)), self.quantile(max(wanted))
        losses = np.geomspace(max(low, high * 1e-8), high, len(levels))
        return losses, np.array([self.survival(x) for x in losses])
