"""What every law of the size of one loss can do."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import numpy as np

from governance.risk.arrays import FloatArray, crossing, integrate


class SeverityLaw(ABC):
    """The law of one loss X >= 0, in units of money."""

    @property
    @abstractmethod
    def mean(self) -> float:
        """Return E[X]; ``inf`` where it does not exist."""

    @property
    @abstractmethod
    def second_moment(self) -> float:
        """Return E[X^2]; ``inf`` where it does not exist."""

    @abstractmethod
    def survival(self, x: FloatArray) -> FloatArray:
        """Return P(X > x) for x >= 0, elementwise."""

    @abstractmethod
    def limited(self, x: FloatArray) -> FloatArray:
        """Return the limited expected value E[min(X, x)] for x >= 0, elementwise."""

    @abstractmethod
    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        """Draw independent losses."""

    def survival_bound(self, x: FloatArray) -> FloatArray:
        """Return a bound of P(X > x) that is cheap to compute; by default itself."""
        return self.survival(x)

    @property
    def atoms(self) -> dict[float, float]:
        """Return the points that carry a positive probability, with their masses."""
        return {}

    @property
    def arithmetic(self) -> bool:
        """Return whether the atoms are all there is."""
        return False

    @property
    def upper(self) -> float:
        """Return the largest possible loss, ``inf`` where there is none."""
        return math.inf

    def masses(self, step: float, size: int) -> FloatArray:
        """Return the mean-preserving masses on 0, step, ..., (size - 1) step.

        The mass of [0, size step) is shared between neighbouring nodes so that limited expected
        values are exact at every node (Gerber 1982, local moment matching); what lies beyond the
        last node is left out, never renormalised.
        """
        return masses_from_limited(self.limited(step * np.arange(size + 1.0)), step)

    def limited_square(self, x: float) -> float:
        """Return E[min(X, x)^2] = 2 int_0^x t P(X > t) dt, by quadrature unless overridden."""
        if x <= 0.0:
            return 0.0
        top = min(x, self.upper)
        edges = np.concatenate([[0.0], np.geomspace(top * 1e-12, top, 160)])
        edges = np.unique(np.concatenate([edges, [a for a in self.kinks if 0.0 < a < top]]))
        return 2.0 * integrate(lambda t: t * self.survival(t), edges, order=24)

    @property
    def kinks(self) -> list[float]:
        """Return the points where the density is not smooth; panels of quadrature end there."""
        return list(self.atoms)

    def quantile(self, level: float) -> float:
        """Return inf{x: P(X <= x) >= level}."""
        if level <= 1.0 - float(self.survival(np.zeros(1))[0]):
            return 0.0
        tail = 1.0 - level

        def excess(x: float) -> float:
            return tail - float(self.survival(np.array([x]))[0])

        start = self.mean if math.isfinite(self.mean) else 1.0
        return crossing(excess, start)

    @property
    def variance(self) -> float:
        """Return Var[X]; ``inf`` where it does not exist."""
        return self.second_moment - self.mean**2 if math.isfinite(self.second_moment) else math.inf


def masses_from_limited(limited: FloatArray, step: float, whole: float = 1.0) -> FloatArray:
    """Return lattice masses from limited expected values at 0, step, ..., size step.

    ``whole`` is the mass of the law, above 1 where ``limited`` sums weighted laws.
    """
    slopes = (limited[1:] - limited[:-1]) / step
    masses = np.empty(slopes.size)
    masses[0] = whole - slopes[0]
    np.subtract(slopes[:-1], slopes[1:], out=masses[1:])
    return masses
