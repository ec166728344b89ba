"""What every law of a total loss answers, each figure with a bound of its error."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from governance.kernel.errors import ComputationError
from governance.risk.arrays import FloatArray, as_floats, integrate

HINT = "a cap on the severity, a limit, or levels less far out bring it within reach"


@contextmanager
def computing(method: str) -> Iterator[None]:
    """Turn numbers that are out of a float's range into a ComputationError with the method."""
    try:
        yield
    except (OverflowError, ZeroDivisionError) as error:
        raise ComputationError(
            f"the method ({method}) fails for this law: numbers out of range", hint=HINT
        ) from error


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

    def tails(self, levels: Sequence[float]) -> list[Tail]:
        """Return VaR and TVaR at each level, in the order given.

        Raises ComputationError where a figure breaks a law that holds for every total loss.
        """
        with computing(self.method):
            found = self._tails(levels)
        check_tails(self, found)
        return found

    def at(self, losses: Sequence[float]) -> list[Point]:
        """Return probabilities and limited expected values at each loss, in the order given.

        Raises ComputationError where a figure breaks a law that holds for every total loss.
        """
        with computing(self.method):
            found = self._at(losses)
        check_points(self, found)
        return found

    @abstractmethod
    def _tails(self, levels: Sequence[float]) -> list[Tail]:
        """Return VaR and TVaR, not yet checked."""

    @abstractmethod
    def _at(self, losses: Sequence[float]) -> list[Point]:
        """Return probabilities and limited expected values, not yet checked."""

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


def check_tails(law: TotalLaw, tails: Sequence[Tail]) -> None:
    """Raise ComputationError unless VaR rises with the level and TVaR >= VaR >= 0, all finite."""
    last: Estimate | None = None
    for tail in sorted(tails, key=lambda tail: tail.level):
        var, slack = tail.var.value, _slack(tail.var)
        _check(law, math.isfinite(var), f"VaR at level {tail.level:g} is not finite")
        _check(law, var >= -slack, f"VaR at level {tail.level:g} is negative")
        if last is not None:
            ordered = var >= last.value - slack - _slack(last)
            _check(law, ordered, f"VaR falls where the level rises to {tail.level:g}")
        last = tail.var
        if tail.tvar is not None:
            above = tail.tvar.value >= var - slack - _slack(tail.tvar)
            _check(law, above, f"TVaR at level {tail.level:g} lies below VaR")
            _check(law, tail.tvar.value < math.inf, f"TVaR at level {tail.level:g} is not finite")
    _check(law, law.mean >= 0.0, "the mean is no number of 0 or more")


def check_points(law: TotalLaw, points: Sequence[Point]) -> None:
    """Raise ComputationError unless probabilities are such and 0 <= E[min(S, x)] <= x."""
    for point in points:
        for name, figure in (("not exceeding", point.cdf), ("exceeding", point.sf)):
            slack = _slack(figure)
            inside = -slack <= figure.value <= 1.0 + slack
            _check(law, inside, f"the probability of {name} {point.loss:g} is {figure.value:g}")
        most = max(min(point.loss, law.mean), 0.0)
        slack = _slack(point.limited) + 1e-9 * most
        inside = -slack <= point.limited.value <= most + slack
        _check(law, inside, f"the expected loss up to {point.loss:g} lies outside it")


def _slack(figure: Estimate) -> float:
    """Return what a figure may miss by its own bound and by rounding."""
    return figure.bound + 1e-9 * max(abs(figure.value), 1e-6)


def _check(law: TotalLaw, holds: bool, what: str) -> None:
    if not holds:
        raise ComputationError(
            f"{what}: the method ({law.method}) fails for this law, and its figures are kept back",
            hint=HINT,
        )
