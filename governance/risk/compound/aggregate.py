"""A layer on the total loss of the horizon: aggregate deductible and limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from governance.risk.arrays import FloatArray
from governance.risk.compound.law import Estimate, Point, Tail, TotalLaw


class AggregateLayerLaw(TotalLaw):
    """min(max(S - deductible, 0), limit), or with ``retained`` what is left of S beside it."""

    def __init__(
        self, base: TotalLaw, deductible: float, limit: float, *, retained: bool = False
    ) -> None:
        self.base = base
        self.method = base.method
        self._deductible = deductible
        self._limit = limit
        self._retained = retained

    def _image(self, total: float) -> float:
        paid = min(max(total - self._deductible, 0.0), self._limit)
        return total - paid if self._retained else paid

    def _limited_base(self, total: float) -> Estimate:
        if math.isinf(total):
            return Estimate(self.base.mean, 1e-12 * abs(self.base.mean))
        return self.base.at([total])[0].limited

    def _limited(self, x: float) -> Estimate:
        """Return E[min(layer, x)] from limited values of S."""
        low = self._limited_base(min(x, self._deductible) if self._retained else self._deductible)
        top = self._deductible + self._limit
        if not self._retained:
            high = self._limited_base(self._deductible + min(x, self._limit))
            return Estimate(high.value - low.value, high.bound + low.bound)
        if x <= self._deductible or math.isinf(self._limit):
            return low
        high, middle = self._limited_base(x + self._limit), self._limited_base(top)
        value = low.value + high.value - middle.value
        return Estimate(value, low.bound + high.bound + middle.bound)

    @cached_property
    def mean(self) -> float:
        """Return the layer's expected amount, never above what is due when it pays at all."""
        return max(min(self._limited(math.inf).value, self._most), 0.0)

    @cached_property
    def _most(self) -> float:
        """Return limit times the chance of a payment: a bound that holds far out in the tail."""
        if self._retained:
            return math.inf
        chance = self.base.at([self._deductible])[0].sf.value
        return self._limit * chance if chance > 0.0 else 0.0

    @property
    def variance(self) -> float:
        """Return the layer's variance, from limited second moments of S."""
        low, top = self._deductible, self._deductible + self._limit
        inner = self.base.limited_square(low) if low > 0.0 else 0.0
        if math.isfinite(top):
            outer = self.base.limited_square(top)
        else:
            outer = self.base.variance + self.base.mean**2
        if math.isinf(outer):
            square = inner if self._retained else math.inf
        elif not self._retained:
            square = min(outer - inner - 2.0 * low * self.mean, self._limit * self.mean)
        else:
            square = self._retained_square(inner, outer, top)
        return max(square - self.mean**2, 0.0)

    def _retained_square(self, inner: float, outer: float, top: float) -> float:
        if math.isinf(top):
            return inner
        whole = self.base.variance + self.base.mean**2
        if math.isinf(whole):
            return math.inf
        excess = self.base.mean - self._limited_base(top).value
        return inner + whole - outer - 2.0 * self._limit * excess

    @property
    def prob_zero(self) -> float:
        """Return the probability that the layer has nothing to pay (or nothing is kept)."""
        if self._retained and self._deductible > 0.0:
            return self.base.prob_zero
        limit = self._limit if self._retained else 0.0
        return self.base.at([self._deductible + limit])[0].cdf.value

    def _tails(self, levels: Sequence[float]) -> list[Tail]:
        """Return VaR as the image of S's, TVaR from the layer's limited values."""
        result = []
        for tail in self.base.tails(levels):
            at, error = tail.var.value, tail.var.bound
            spread = self._image(at + error) - self._image(max(at - error, 0.0))
            var = Estimate(self._image(at), min(error, spread))
            tvar = None
            if self.has_mean:
                limited = self._limited(var.value)
                mean = self.tail_mean(tail.level, var.value, limited.value)
                bound = (limited.bound + 1e-12 * self.mean) / (1.0 - tail.level)
                bound = min(bound, self._most / (1.0 - tail.level))
                tvar = Estimate(mean, bound + var.bound)
            result.append(Tail(tail.level, var, tvar))
        return result

    def _at(self, losses: Sequence[float]) -> list[Point]:
        """Return probabilities and limited values of the layer."""
        return [self._point(x) for x in losses]

    def _point(self, x: float) -> Point:
        limited = self._limited(x)
        if x < 0.0:
            return Point(x, Estimate(0.0, 0.0), Estimate(1.0, 0.0), limited)
        if not self._retained and x >= self._limit:
            return Point(x, Estimate(1.0, 0.0), Estimate(0.0, 0.0), limited)
        total = (
            x
            if self._retained and x < self._deductible
            else (x + (self._limit if self._retained else self._deductible))
        )
        if math.isinf(total):
            return Point(x, Estimate(1.0, 0.0), Estimate(0.0, 0.0), limited)
        base = self.base.at([total])[0]
        return Point(x, base.cdf, base.sf, limited)

    def curve(self, levels: Sequence[float]) -> tuple[FloatArray, FloatArray]:
        """Return the curve of S carried over to the layer."""
        losses, _ = self.base.curve(levels)
        images = np.array([self._image(x) for x in losses])
        kept = np.append(True, np.diff(images) > 0.0) & (images > 0.0)
        if not kept.any():
            return np.zeros(0), np.zeros(0)
        points = self.at(images[kept].tolist())
        return images[kept], np.array([point.sf.value for point in points])
