"""The law of a total loss with smooth losses, by lattices that grow until the bound is met."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np

from governance.risk.arrays import FloatArray
from governance.risk.compound.alignment import common_step
from governance.risk.compound.ladder import Grid, Ladder
from governance.risk.compound.law import Estimate, Point, Tail, TotalLaw
from governance.risk.compound.model import MixedModel, Model, Term
from governance.risk.compound.rung import Rung

_PILOT = (1 << 10) * 10 + 1  # cache mark of the coarse lattices that place the others
LARGEST = 1 << 20  # nodes; beyond it the second differences lose more than they gain
STALLED = 1 << 16  # nodes from which a bound that no longer falls is taken as it is
REACH = 16.0  # one lattice serves figures down to this part of its used range

_FigureT = TypeVar("_FigureT")
_DECADES = np.geomspace(1e-12, 1e12, 385)


@dataclass(frozen=True)
class _Plan:
    """How a tolerance is met: nodes to begin with, share of the lattice that is used."""

    size: int
    used: float

    @classmethod
    def of(cls, tolerance: float) -> _Plan:
        if tolerance >= 1e-7:
            return cls(1 << 11, 0.47)
        return cls(1 << 14, 0.24)


class LatticeLaw(TotalLaw):
    """Fourier transforms on mean-preserving lattices, one for each range of losses asked for."""

    method = "fft"

    def __init__(self, model: Model, tolerance: float = 1e-5) -> None:
        self.model = model
        self.tolerance = tolerance
        self._plan = _Plan.of(tolerance)
        self._ladders: dict[tuple[float, int], Ladder] = {}
        self._atomic = any(x > 0.0 for t in model.terms for x in t.severity.atoms)
        self._step = common_step(x for t in model.terms for x in t.severity.atoms if x > 0.0)

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
        """Return P(S = 0) in closed form."""
        return self.model.prob_zero

    def tails(self, levels: Sequence[float]) -> list[Tail]:
        """Return VaR and TVaR, each within the tolerance where the largest lattice allows it."""
        located = {level: self.locate(level) for level in sorted(levels, reverse=True)}
        guesses = [located[level] for level in levels]
        found: dict[int, Tail] = {}
        for group in _groups(guesses):
            top = max(guesses[index] for index in group)
            for index in group:
                found[index] = self._tail(levels[index], guesses[index], top)
        return [found[index] for index in range(len(levels))]

    def _tail(self, level: float, guess: float, top: float) -> Tail:
        if level <= self.prob_zero + 1e-12:
            zero = Estimate(0.0, 0.0)
            mean = self.mean / (1.0 - level)
            return Tail(level, zero, Estimate(mean, 1e-15 * mean) if self.has_mean else None)

        def compute(ladder: Ladder) -> Tail:
            floor = ladder.grid.roundoff(guess) / (1.0 - level)
            quantiles = [rung.quantile(level) for rung in ladder.rungs]
            var = _widen(ladder.combined(quantiles), floor)
            if not self.has_mean or math.isinf(max(quantiles)):
                return Tail(level, var, None if not self.has_mean else var)
            near, width = ladder.near_atoms(var.value)
            if near > 1e-3 * self.tolerance * (1.0 - level):
                var = Estimate(var.value, max(var.bound, width))
            pairs = zip(ladder.rungs, quantiles, strict=True)
            tails = [self.tail_mean(level, x, rung.limited_at(x)) for rung, x in pairs]
            tvar = _widen(ladder.combined(tails), floor)
            return Tail(level, var, Estimate(tvar.value, tvar.bound + near * width / (1 - level)))

        def error(tail: Tail) -> float:
            return max(tail.var.relative(), 0.0 if tail.tvar is None else tail.tvar.relative())

        return self._refine(compute, error, guess, top)

    def at(self, losses: Sequence[float]) -> list[Point]:
        """Return probabilities and limited values; relative errors within the tolerance."""
        found: dict[int, Point] = {}
        for group in _groups(losses):
            top = max(losses[index] for index in group)
            for index in group:
                found[index] = self._point(losses[index], top)
        return [found[index] for index in range(len(losses))]

    def _point(self, loss: float, top: float) -> Point:
        if loss <= 0.0:
            zero = self.prob_zero if loss == 0.0 else 0.0
            exact = Estimate(zero, 0.0), Estimate(1.0 - zero, 0.0), Estimate(0.0, 0.0)
            return Point(loss, *exact)

        def compute(ladder: Ladder) -> Point:
            at = np.array([loss])
            floor = ladder.grid.roundoff(loss)
            cdf = ladder.estimate(lambda rung: float(rung.cdf(at)[0]))
            limited = ladder.estimate(lambda rung: float(rung.limited(at)[0]))
            near, width = ladder.near_atoms(loss)
            value, bound = min(max(cdf.value, 0.0), 1.0), cdf.bound + floor + near
            limited = Estimate(limited.value, limited.bound + floor * loss + near * width)
            return Point(loss, Estimate(value, bound), Estimate(1.0 - value, bound), limited)

        if loss > self.mean and math.isfinite(self.variance):
            far = self.beyond(loss)
            if point_error(far) <= self.tolerance:
                return far
        return self._refine(compute, point_error, loss, top)

    def ladder_at(self, loss: float) -> Ladder:
        """Return the finest lattice computed so far that serves a loss."""
        served = [
            ladder
            for ladder in self._ladders.values()
            if len(ladder.rungs) > 1 and loss <= 0.6 * ladder.grid.top
        ]
        return min(served, key=lambda ladder: ladder.grid.step)

    def limited_square(self, x: float) -> float:
        """Return E[min(S, x)^2], extrapolated over a step that is fine enough for it.

        A layer's limit may lie so far out that the first lattice has no node where S is.
        """
        if x <= 0.0:
            return 0.0

        def compute(ladder: Ladder) -> Estimate:
            return ladder.estimate(lambda rung: rung.limited_square(x))

        whole = self.variance + self.mean**2
        far = 2.0 * self.locate(1.0 - 1e-9) if math.isfinite(whole) else math.inf
        if 0.0 < far < x:
            near = self._refine(compute, Estimate.relative, far, far).value
            if whole - near <= 1e-6 * whole:
                return whole
        return self._refine(compute, Estimate.relative, x, x).value

    def curve(self, levels: Sequence[float]) -> tuple[FloatArray, FloatArray]:
        """Return exceedance probabilities at losses spread over the quantiles of the levels."""
        wanted = [level for level in levels if level > self.prob_zero + 1e-9]
        low, high = self.locate(min(wanted)), self.locate(max(wanted))
        if low > 0.99 * high:
            low = 0.5 * high  # every quantile is one atom: show the way to it
        losses = np.geomspace(max(low, high * 1e-8), high, len(levels))
        survival = np.empty(losses.size)
        start = 0
        for stop in _breaks(losses, 200.0):
            part = losses[start:stop]
            ladder = self._serving(float(part[-1])) or self._ladder(float(part[-1]), 1 << 11, 2)
            value, _ = ladder.estimates(partial(Rung.cdf, x=part))
            survival[start:stop] = 1.0 - value
            start = stop
        return losses, np.clip(survival, 0.0, 1.0)

    def _serving(self, loss: float) -> Ladder | None:
        """Return a computed lattice whose used part ends a little above a loss, if there is one."""
        for ladder in self._ladders.values():
            used = self._plan.used * ladder.grid.top
            if len(ladder.rungs) > 1 and 0.2 * used <= loss <= 1.05 * used:
                return ladder
        return None

    def locate(self, level: float) -> float:
        """Return a rough quantile, good enough to place a lattice."""
        if level <= self.prob_zero + 1e-12:
            return 0.0
        for pilot in self._pilots():
            found = pilot.rungs[0].quantile(level)
            if 24.0 * pilot.grid.step < found < 0.98 * self._plan.used * pilot.grid.top:
                return found
        top = big_jump_range(self.model, level)
        for _ in range(60):
            ladder = self._ladder(top, 1 << 10, rungs=1)
            found = ladder.rungs[0].quantile(level)
            if found > 0.98 * top:
                top *= 4.0
            elif found < 12.0 * ladder.grid.step:
                top = max(found, ladder.grid.step) * 2.0
                if top < 1e-290:
                    return top
            else:
                return found
        return top

    def _refine(
        self,
        compute: Callable[[Ladder], _FigureT],
        error: Callable[[_FigureT], float],
        loss: float,
        top: float,
    ) -> _FigureT:
        size = self._plan.size
        best = compute(self._ladder(max(top, loss), size))
        while error(best) > self.tolerance and size < LARGEST:
            size *= 4
            tried = compute(self._ladder(loss * 1.02, size))
            stalled = error(tried) > 0.7 * error(best)
            if error(tried) <= error(best):
                best = tried
            if stalled and size >= STALLED:
                break  # rounding, not the step, is what is left
        return best

    def _ladder(self, used: float, size: int, rungs: int = 3) -> Ladder:
        """Return the lattice whose used part reaches a loss, from the cache where it is there."""
        key = (round(used, 12) if used > 1.0 else used, size * 10 + rungs)
        if key not in self._ladders:
            self._ladders[key] = Ladder(self.model, self._grid(used, size, rungs), rungs)
        return self._ladders[key]

    def _grid(self, used: float, size: int, rungs: int) -> Grid:
        tail = 1.0 if rungs == 1 else self._rough_survival(used)
        share = min(self._plan.used, 0.25) if rungs > 1 and tail > 0.2 else self._plan.used
        top = used / share
        step = top / size
        coarse = 2 ** (rungs - 1)
        loose = self._atomic and self._step is None
        if self._step is not None:
            whole = self._step / coarse
            if step <= whole:
                step = whole / math.floor(whole / step)
            elif top / whole <= LARGEST:
                step, size = whole, _even(top / whole)
            else:
                loose = True
        weight = 1.0 / (1.0 + share)
        tilt = weight * math.log(max(tail, 1e-12) / 2e-16)
        return Grid(step, size, min(max(tilt, 4.0), 30.0), tail, loose)

    def _pilots(self) -> list[Ladder]:
        return [pilot for (_, kind), pilot in self._ladders.items() if kind == _PILOT]

    def _rough_survival(self, loss: float) -> float:
        """Return about P(S > loss), rounded up, from a coarse lattice that reaches it."""
        served = [
            pilot for pilot in self._pilots() if 8.0 * pilot.grid.step < loss < 0.6 * pilot.grid.top
        ]
        pilot = served[0] if served else self._ladder(loss, _PILOT // 10, rungs=1)
        survival = 1.0 - float(pilot.rungs[0].cdf(np.array([loss]))[0])
        return min(1.0, 2.0 * max(survival, 0.0) + 1e-9)


def big_jump_range(model: Model, level: float) -> float:
    """Return a loss near the quantile by the principle of the single big jump.

    One large loss on top of the mean of the others, or three standard deviations where many small
    losses make the total.
    """
    reach = typical_size(model)
    grid = reach * _DECADES
    beyond = model.exceedances(grid) <= 0.5 * (1.0 - level)
    jump = float(grid[int(np.argmax(beyond))]) if beyond.any() else float(grid[-1])
    jump = min(jump, 1e150)  # its square must be a number
    at = np.array([jump])
    mean, square = 0.0, 0.0
    for term, weight in _weighted_terms(model):
        limited = float(term.severity.limited(at)[0])
        mean += weight * term.count.mean * limited
        square += weight * term.count.mean * jump * limited
        square += weight * max(term.count.variance - term.count.mean, 0.0) * limited**2
    finite = model.variance
    spread = math.sqrt(min(square, finite) if math.isfinite(finite) else square)
    return mean + max(min(jump, 8.0 * spread), 2.0 * spread)


def _weighted_terms(model: Model) -> list[tuple[Term, float]]:
    if isinstance(model, MixedModel):
        pairs = zip(model.weights, model.parts, strict=True)
        return [(term, weight) for weight, part in pairs for term in part.terms]
    return [(term, 1.0) for term in model.terms]


def typical_size(model: Model) -> float:
    """Return the order of magnitude of one loss."""
    sizes = []
    for term in model.terms:
        mean = term.severity.mean
        size = mean if 0.0 < mean < math.inf else term.severity.quantile(0.5)
        sizes.append(size if size > 0.0 else 1.0)
    return max(sizes)


def point_error(point: Point) -> float:
    """Return the largest relative error of a point; probabilities below 1e-6 count as 1e-6."""
    worst = 0.0
    for figure in (point.cdf, point.sf):
        worst = max(worst, figure.bound / max(figure.value, 1e-6))
    return max(worst, point.limited.relative())


def _widen(estimate: Estimate, floor: float) -> Estimate:
    return Estimate(estimate.value, estimate.bound + floor * abs(estimate.value))


def _groups(losses: Sequence[float]) -> Iterable[list[int]]:
    """Group losses that one lattice can serve, largest first."""
    order = sorted(range(len(losses)), key=lambda index: -losses[index])
    group: list[int] = []
    for index in order:
        if group and losses[index] < losses[group[0]] / REACH:
            yield group
            group = []
        group.append(index)
    if group:
        yield group


def _breaks(losses: FloatArray, reach: float) -> list[int]:
    """Return where increasing losses must change the lattice, ending with their number."""
    breaks = [losses.size]
    while breaks[0] > 0:
        below = int(np.searchsorted(losses, losses[breaks[0] - 1] / reach))
        if below == 0:
            break
        breaks.insert(0, below)
    return breaks


def _even(size: float) -> int:
    """Return a convenient transform length of at least ``size`` that divides by eight."""
    length = 1 << 10
    while length < size:
        length *= 2
    return length
