"""The law of a total of very many losses, whose spread is small beside its mean.

A lattice on [0, VaR] would need a step as small as one loss. Here the characteristic function of
S - E[S] is taken at a few hundred frequencies of a window around the mean, which is all that a law
so narrow has, and inverted as a Fourier series. That of one loss comes from its stop-loss,
E[e^(itX) - 1 - itX] = -t^2 int_0^inf e^(itx) E[max(X - x, 0)] dx, in which nothing cancels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from governance.risk.arrays import ComplexArray, FloatArray, bisect, exponential, legendre
from governance.risk.compound.law import Estimate, Point, Tail, TotalLaw
from governance.risk.compound.model import CompoundModel, Term
from governance.risk.frequency import Poisson
from governance.risk.severity import SeverityLaw

NARROW = 0.01  # of the spread as a share of the mean, below which a law is this narrow
BELOW = 14.0  # standard deviations of the window below the mean
ABOVE = (32.0, 64.0, 128.0, 256.0, 512.0)  # and above it, as heavy as the tails are
HIGHEST = (9.0, 12.0, 18.0, 30.0)  # largest frequency, in units of 1 / standard deviation
FADED = 1e-13  # of the characteristic function there
OUTSIDE = 1e-12  # most that may lie outside the window
ORDER = 24  # of the quadrature on each panel
TURN = 6.0  # radians that the largest frequency turns on a panel
PANELS = 20_000
FINE = 1e-6  # largest amount with a probability of its own, as a share of the mean


class CentralLaw(TotalLaw):
    """A Fourier series on a window around the mean; ``of`` says where it serves."""

    method = "fourier series around the mean"

    def __init__(
        self, model: CompoundModel, width: float, waves: ComplexArray, slack: float
    ) -> None:
        self.model = model
        self._mean = model.mean
        self._deviation = math.sqrt(model.variance)
        self._low = -BELOW * self._deviation
        self._width = width
        self._waves = waves
        self._slack = slack
        self._ripple = _ripple(model)
        self._steps = 2.0 * math.pi / width * np.arange(1.0, waves.size + 1.0)
        self._start = exponential(-1j * self._steps * self._low)

    @classmethod
    def of(cls, model: CompoundModel) -> CentralLaw | None:
        """Return the law of a model's total, None where it is not narrow or a check fails."""
        mean, variance = model.mean, model.variance
        if not (math.isfinite(variance) and 0.0 < math.sqrt(variance) < NARROW * mean):
            return None
        if not model.arithmetic and _ripple(model) > FINE * mean:
            return None
        deviation = math.sqrt(variance)
        for above in ABOVE:
            outside = _outside(model, above * deviation)
            if outside <= OUTSIDE:
                return cls._on_window(model, above, deviation, outside)
        return None

    @classmethod
    def _on_window(
        cls, model: CompoundModel, above: float, deviation: float, outside: float
    ) -> CentralLaw | None:
        width = (BELOW + above) * deviation
        for highest in HIGHEST:
            number = math.ceil(highest * (BELOW + above) / (2.0 * math.pi))
            steps = 2.0 * math.pi / width * np.arange(1.0, number + 1.0)
            waves = centred_transform(model, steps)
            if waves is None:
                return None
            faded = float(np.abs(waves[-max(4, number // 10) :]).max())
            if faded <= FADED:
                events = math.fsum(term.count.mean for term in model.terms)
                rounding = 1e-15 * (10.0 if _all_poisson(model) else 10.0 + events)
                return cls(model, width, waves, outside + 10.0 * faded + rounding)
        return None

    @property
    def mean(self) -> float:
        """Return E[S] in closed form."""
        return self._mean

    @property
    def variance(self) -> float:
        """Return Var[S] in closed form."""
        return self.model.variance

    @property
    def prob_zero(self) -> float:
        """Return P(S = 0) in closed form."""
        return self.model.prob_zero

    def _turned(self, y: float) -> ComplexArray:
        return exponential(-1j * self._steps * y) * self._waves

    def _below(self, y: float) -> float:
        """Return P(S - E[S] <= y) for y inside the window."""
        rising = (self._turned(y) - self._start * self._waves) / (-1j * self._steps)
        return ((y - self._low) + 2.0 * float(rising.real.sum())) / self._width

    def _missing(self, y: float) -> float:
        """Return E[max(y - (S - E[S]), 0)], the integral of the distribution function."""
        rest = y - self._low
        flat = self._start * self._waves
        bent = (self._turned(y) - flat) / (-np.square(self._steps))
        straight = flat / (-1j * self._steps) * rest
        return (0.5 * rest * rest + 2.0 * float((bent - straight).real.sum())) / self._width

    def _density(self, y: float) -> float:
        return (1.0 + 2.0 * float(self._turned(y).real.sum())) / self._width

    def _top(self) -> float:
        return self._low + self._width

    def quantile(self, level: float) -> float:
        """Return inf{x: P(S <= x) >= level}; 0 up to P(S = 0)."""
        if level <= self.prob_zero + 1e-12:
            return 0.0
        # far out the series is too flat to search: nothing lies beyond but ``slack``
        high = self._top() - 0.5 * self._deviation
        return self._mean + bisect(lambda y: self._below(y) - level, self._low, high)

    def _tails(self, levels: Sequence[float]) -> list[Tail]:
        """Return VaR and TVaR with bounds from the window's own error."""
        result = []
        for level in levels:
            var = self.quantile(level)
            y = var - self._mean
            density = max(self._density(y), 1e-300)
            bound = min(2.0 * self._slack / density, self._width) + 4e-16 * self._mean
            bound += self._ripple
            excess = max(self._missing(y) - y, 0.0)
            spread = (self._slack * self._width + 1e-15 * self._mean) / (1.0 - level)
            tvar = Estimate(var + excess / (1.0 - level), bound + spread)
            result.append(Tail(level, Estimate(var, bound), tvar))
        return result

    def _at(self, losses: Sequence[float]) -> list[Point]:
        """Return probabilities and limited expected values at each loss."""
        return [self._point(loss) for loss in losses]

    def _point(self, loss: float) -> Point:
        y = loss - self._mean
        slack = self._slack
        if y <= self._low + self._deviation:
            none = self.prob_zero if loss >= 0.0 else 0.0
            return Point(
                loss,
                Estimate(none, slack),
                Estimate(1.0 - none, slack),
                Estimate(max(loss, 0.0) * (1.0 - none), slack * max(loss, 0.0)),
            )
        if y >= self._top() - self._deviation:
            far = min(slack, float(self.model.exceedances(np.array([y]))[0]))
            limited = Estimate(self._mean, slack * self._width)
            return Point(loss, Estimate(1.0 - far, slack), Estimate(far, slack), limited)
        below = min(max(self._below(y), 0.0), 1.0)
        slack += self._ripple * max(self._density(y), 0.0)
        held = Estimate(loss - max(self._missing(y), 0.0), slack * self._width)
        return Point(loss, Estimate(below, slack), Estimate(1.0 - below, slack), held)

    def curve(self, levels: Sequence[float]) -> tuple[FloatArray, FloatArray]:
        """Return exceedance probabilities at the quantiles of the levels."""
        losses = sorted({self.quantile(level) for level in levels} - {0.0})
        chances = [1.0 - self._below(loss - self._mean) for loss in losses]
        return np.asarray(losses), np.clip(np.asarray(chances), 0.0, 1.0)


def _ripple(model: CompoundModel) -> float:
    """Return the largest amount with a probability of its own.

    Sums of amounts move in steps of at most this size, which the series smooths.
    """
    return max((x for t in model.terms for x in t.severity.atoms), default=0.0)


def _all_poisson(model: CompoundModel) -> bool:
    return model.factor is None and all(isinstance(t.count, Poisson) for t in model.terms)


def _outside(model: CompoundModel, distance: float) -> float:
    """Return a bound of P(S - E[S] > distance): one large loss, or Bernstein for the others."""
    best = 1.0
    for share in (1.0 / 10.0, 1.0 / 30.0, 1.0 / 60.0):
        large = share * distance
        jump = float(model.exceedances(np.array([large]))[0])
        rest = 0.5 * distance**2 / (model.variance + large * distance / 3.0)
        best = min(best, jump + math.exp(-rest))
    return best


def centred_transform(model: CompoundModel, steps: FloatArray) -> ComplexArray | None:
    """Return E[exp(it(S - E[S]))] at frequencies, None where a quadrature misses its check."""
    members: frozenset[str] = frozenset() if model.factor is None else model.factor.members
    exponent = np.zeros(steps.size, dtype=np.complex128)
    shared, shared_mean = np.zeros_like(exponent), 0.0
    product = np.ones_like(exponent)
    for term in model.terms:
        curved = _curved(term, steps)
        if curved is None:
            return None
        straight = 1j * steps * term.severity.mean
        if term.name in members:
            shared += term.count.mean * (curved + straight)
            shared_mean += term.mean
        elif isinstance(term.count, Poisson):
            exponent += term.count.rate * curved
        else:
            product *= term.count.pgf(np.asarray(1.0 + curved + straight, dtype=np.complex128))
            exponent -= 1j * steps * term.mean
    result = exponential(exponent) * product
    if model.factor is not None:
        result = result * model.factor.transform(shared) * exponential(-1j * steps * shared_mean)
    return result


def _curved(term: Term, steps: FloatArray) -> ComplexArray | None:
    """Return E[e^(itX) - 1 - itX] at frequencies, None where its quadrature misses E[X^2]."""
    severity, events = term.severity, term.count.mean
    if events == 0.0 or severity.mean == 0.0:
        return np.zeros(steps.size, dtype=np.complex128)
    if severity.arithmetic:
        amounts, masses = (
            np.array(list(part)) for part in zip(*severity.atoms.items(), strict=True)
        )
        return _spread(amounts, masses, steps)
    turning = TURN / float(steps[-1])
    wanted = 0.5 * severity.second_moment
    needed = 1e-11 / (events * float(steps[-1]) ** 2) + 1e-12 * wanted
    end = 64.0 * severity.mean
    for _ in range(60):
        top = min(end, severity.upper)
        points, weights = _panels(severity, top, turning)
        left = np.maximum(severity.mean - severity.limited(points), 0.0) * weights
        if abs(wanted - float(left.sum())) <= needed:
            return _summed(points, left, steps)
        if top >= severity.upper or end / turning > PANELS:
            return None
        end *= 4.0
    return None


def _spread(amounts: FloatArray, masses: FloatArray, steps: FloatArray) -> ComplexArray:
    """Return the sum of mass (e^(itx) - 1 - itx) over amounts, by parts that do not cancel."""
    result = np.empty(steps.size, dtype=np.complex128)
    for index, step in enumerate(steps.tolist()):
        angle = step * amounts
        real = float((masses * -2.0 * np.square(np.sin(0.5 * angle))).sum())
        result[index] = complex(real, float((masses * (np.sin(angle) - angle)).sum()))
    return result


def _panels(severity: SeverityLaw, top: float, turning: float) -> tuple[FloatArray, FloatArray]:
    """Return nodes and weights on [0, top] that follow its scales, kinks and turning."""
    edges = np.append(0.0, np.geomspace(1e-7 * top, top, 80))
    kinks = [x for x in severity.kinks if 0.0 < x < top]
    even = np.arange(0.0, top, turning)
    edges = np.unique(np.concatenate([edges, kinks, even]))
    nodes, weights = legendre(ORDER)
    half = 0.5 * np.diff(edges)
    middle = 0.5 * (edges[1:] + edges[:-1])
    points = middle[:, None] + half[:, None] * nodes[None, :]
    return points.ravel(), (half[:, None] * weights[None, :]).ravel()


def _summed(points: FloatArray, left: FloatArray, steps: FloatArray) -> ComplexArray:
    heavy = left > 0.0
    points, left = points[heavy], left[heavy]
    result = np.empty(steps.size, dtype=np.complex128)
    for index, step in enumerate(steps.tolist()):
        turned = exponential(1j * step * points)
        result[index] = -(step * step) * complex((turned * left).sum())
    return result
