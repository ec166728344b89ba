"""What every law of a total loss answers, each figure with a bound of its error."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from governance.risk.arrays import FloatArray, as_floats, integrate


@dataclass(frozen=True)
class Estimate:
    """A value and a bound of its absolute error."""

    value: float
    bound: float

    def relative(self) -> float:
        """Return the bound as a share of the value."""
        if self.bound == 0.0:
            return 0.0
        return self.bound / abs(self.value) if self.value != 0.0 else self.bound


@dataclass(frozen=True)
class Tail:
    """Value at risk and tail value at risk at one level; no tail value where the mean is infinite.

    TVaR is that of Acerbi and Tasche (2002): the mean of the worst 1 - level share, an atom at
    VaR being split.
    """

    level: float
    var: Estimate
    tvar: Estimate | None


@dataclass(frozen=True)
class Point:
    """Probabilities and the limited expected value at one loss."""

    loss: float
    cdf: Estimate
    sf: Estimate
    limited: Estimate


class TotalLaw(ABC):
    """The law of a total loss S >= 0."""

    method: str

    @property
    @abstractmethod
    def mean(self) -> float:
        """Return E[S]; ``inf`` where it does not exist."""

    @property
    @abstractmethod
    def variance(self) -> float:
        """Return Var[S]; ``inf`` where it does not exist."""

    @property
    @abstractmethod
    def prob_zero(self) -> float:
        """Return P(S = 0)."""

    @abstractmethod
    def tails(self, levels: Sequence[float]) -> list[Tail]:
        """Return VaR and TVaR at each level, in the order given."""

    @abstractmethod
    def at(self, losses: Sequence[float]) -> list[Point]:
        """Return probabilities and limited expected values at each loss, in the order given."""

    @abstractmethod
    def curve(self, levels: Sequence[float]) -> tuple[FloatArray, FloatArray]:
        """Return (losses, exceedance probabilities) close to the given levels of probability.

        The losses are increasing and positive; the probabilities are those of exceeding them.
        """

    def limited_square(self, x: float) -> float:
        """Return E[min(S, x)^2] = 2 int_0^x t P(S > t) dt, by quadrature unless overridden."""
        edges = np.append(0.0, np.geomspace(1e-9 * x, x, 257))

        def integrand(points: FloatArray) -> FloatArray:
            survival = [point.sf.value for point in self.at(points.ravel().tolist())]
            return points * as_floats(survival).reshape(points.shape)

        return 2.0 * integrate(integrand, edges, order=6)

    def tail_mean(self, level: float, var: float, limited: float) -> float:
        """Return TVaR = VaR + (E[S] - E[min(S, VaR)]) / (1 - level)."""
        return var + max(self.mean - limited, 0.0) / (1.0 - level)

    def beyond(self, x: float) -> Point:
        """Return what mean and variance alone say of a loss far above both.

        P(S > x) <= v/(v + t^2) (Cantelli) and E[max(S - x, 0)] <= (sqrt(v + t^2) - t)/2 (Scarf
        1958), with t = x - E[S] > 0; the values are the middles of these brackets.
        """
        t, v = x - self.mean, self.variance
        chance = 0.5 * v / (v + t * t)
        excess = 0.25 * v / (math.sqrt(v + t * t) + t)
        rounding = 1e-15 * self.mean
        return Point(
            x,
            Estimate(1.0 - chance, chance),
            Estimate(chance, chance),
            Estimate(self.mean - excess, excess + rounding),
        )

    @property
    def has_mean(self) -> bool:
        """Return whether E[S] exists."""
        return math.isfinite(self.mean)
