"""The law of a total loss with smooth losses, by lattices that grow until the bound is met."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

import numpy as np

from governance.risk.arrays import FloatArray
from governance.risk.compound.alignment import common_step
from governance.risk.compound.ladder import RUNGS, Grid, Ladder, rounding_of
from governance.risk.compound.law import Estimate, Point, Tail, TotalLaw
from governance.risk.compound.model import MixedModel, Model, Term
from governance.risk.compound.rung import Rung
from governance.risk.normal import normal_quantile

FIRST = 1 << 9  # nodes to begin with
LARGEST = 1 << 20  # nodes; beyond it the second differences lose more than they gain
STALLED = 1 << 16  # nodes from which a bound that no longer falls is taken as it is
REACH = 16.0  # one lattice serves figures down to this part of its used range
ROUGH = 1 << 8  # nodes of the coarse lattices that place the others
ROUGH_SHARE = 0.5  # part of such a lattice that is read off
SMALLEST = 1e-6  # probabilities below this count as this
CLEANEST = 1e-9  # tolerance for rounding where it is all there is, and levels meet steps
CURVE_REACH = 100.0  # one lattice serves points of a curve down to this part
CURVE_LARGEST = 1 << 14

_FigureT = TypeVar("_FigureT")
_SIZES = np.geomspace(1e-12, 1e12, 193)


def used_share(tail: float, rounding: float, tolerance: float) -> float:
    """Return the part of a lattice on which rounding and aliasing leave the tolerance untouched.

    With the best tilt both are rounding^(1/(1 + u)) tail^(u/(1 + u)) at the part u. That is to be
    a tenth of the tolerance at most: as a share of the tail, or where most of the law lies beyond
    the lattice, as a share of the smallest probability that counts.
    """
    wanted, low, high = 0.1 * tolerance, 0.2, 0.9
    if tail > 0.2:
        wanted, low, high = SMALLEST * wanted, 0.1, 0.25
    share = math.log(rounding / max(tail, 1e-12)) / math.log(wanted) - 1.0
    return min(max(share, low), high)


class LatticeLaw(TotalLaw):
    """Fourier transforms on mean-preserving lattices, one for each range of losses asked for."""

    method = "fft"

    def __init__(self, model: Model, tolerance: float = 1e-5) -> None:
        self.model = model
        self.tolerance = tolerance
        self._rounding = rounding_of(model)
        self._clean = min(tolerance, CLEANEST) if model.arithmetic else tolerance
        self._ladders: list[Ladder] = []
        self._rough: list[Ladder] = []
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

    def _tails(self, levels: Sequence[float]) -> list[Tail]:
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

    def _at(self, losses: Sequence[float]) -> list[Point]:
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
            floor = ladder.grid.roundoff(loss)
            cdf = ladder.estimate(lambda rung: rung.cdf_at(loss))
            limited = ladder.estimate(lambda rung: rung.limited_at(loss))
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
        served = [ladder for ladder in self._ladders if loss <= 1.05 * ladder.grid.used]
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
        """Return exceedance probabilities at losses spread over the quantiles of the levels.

        Lattices are refined until the probabilities' absolute errors meet the tolerance.
        """
        wanted = [level for level in levels if level > self.prob_zero + 1e-9]
        if not wanted:
            return np.zeros(0), np.zeros(0)
        low, high = self.locate(min(wanted)), self.locate(max(wanted))
        if low > 0.99 * high:
            low = 0.5 * high  # every quantile is one atom: show the way to it
        losses = np.geomspace(max(low, high * 1e-8), high, len(levels))
        survival = np.empty(losses.size)
        start = 0
        for stop in _breaks(losses, CURVE_REACH):
            survival[start:stop] = 1.0 - self._cdf(losses[start:stop])
            start = stop
        return losses, np.clip(survival, 0.0, 1.0)

    def _cdf(self, losses: FloatArray) -> FloatArray:
        ladder = self._ladder(float(losses[-1]), slack=5.0)
        value, bound = ladder.estimates(partial(Rung.cdf, x=losses))
        while bound.max() > self.tolerance and ladder.grid.size < CURVE_LARGEST:
            ladder.halve()
            value, bound = ladder.estimates(partial(Rung.cdf, x=losses))
        return value

    def locate(self, level: float) -> float:
        """Return a rough quantile, good enough to place a lattice."""
        if level <= self.prob_zero + 1e-12:
            return 0.0
        for rough in self._rough:
            found = rough.rungs[0].quantile(level)
            if 24.0 * rough.grid.step < found < 0.98 * rough.grid.used:
                return found
        used = first_range(self.model, level)
        for _ in range(60):
            rough = self._rough_ladder(used)
            found = rough.rungs[0].quantile(level)
            if found > 0.98 * rough.grid.top:
                used *= 4.0
            elif found > 1.4 * used:
                used = found
            elif found >= 12.0 * rough.grid.step:
                return found
            else:
                used = max(found, rough.grid.step) * 2.0
                if used < 1e-290:
                    return used
        return used

    def _refine(
        self,
        compute: Callable[[Ladder], _FigureT],
        error: Callable[[_FigureT], float],
        loss: float,
        top: float,
    ) -> _FigureT:
        """Halve the step until the error bound meets the tolerance or falls no more.

        A loss far below the lattice's used part, or one at which that lattice's rounding is too
        much, gets a lattice of its own.
        """
        ladder, own = self._ladder(top), False
        best = compute(ladder)
        while error(best) > self.tolerance and ladder.grid.size < LARGEST:
            far = loss < 0.25 * ladder.grid.used and ladder.grid.size > FIRST
            if not own and (far or self._rounded(ladder, loss)):
                ladder, own = self._placed(loss), True
            else:
                ladder.halve()
            tried = compute(ladder)
            stalled = error(tried) > 0.7 * error(best)
            if error(tried) <= error(best):
                best = tried
            if stalled and ladder.grid.size >= STALLED:
                break  # rounding, not the step, is what is left
        return best

    def _rounded(self, ladder: Ladder, loss: float) -> bool:
        """Return whether rounding takes a good part of the tolerance at a loss."""
        below = ladder.rungs[0].cdf_at(loss)
        smallest = max(min(below, 1.0 - below), SMALLEST)
        return ladder.grid.roundoff(loss) > 0.3 * self.tolerance * smallest

    def _ladder(self, used: float, slack: float = 1.05) -> Ladder:
        """Return a lattice whose used part ends at a loss, or not far above it if there is one."""
        for ladder in self._ladders:
            if ladder.grid.used <= slack * used and used <= 1.02 * ladder.grid.used:
                return ladder
        return self._placed(used)

    def _placed(self, used: float) -> Ladder:
        """Return a new lattice whose used part ends at a loss."""
        tail = self._rough_survival(used)
        grid = self._grid(used, used_share(tail, self._rounding, self._clean), tail, FIRST)
        self._ladders.append(Ladder(self.model, grid))
        return self._ladders[-1]

    def _rough_ladder(self, used: float) -> Ladder:
        grid = self._grid(used, ROUGH_SHARE, 1.0, ROUGH, rungs=1)
        self._rough.append(Ladder(self.model, grid, rungs=1))
        return self._rough[-1]

    def _grid(self, used: float, share: float, tail: float, size: int, rungs: int = RUNGS) -> Grid:
        """Return a grid with its best tilt, on whose coarsest lattice the atoms are nodes."""
        top = used / share
        step = top / size
        loose = self._atomic and self._step is None
        if self._step is not None:
            whole = self._step / 2 ** (rungs - 1)
            if step <= whole:
                step = whole / math.floor(whole / step)
            elif top / whole <= LARGEST:
                step, size = whole, 1 << math.ceil(math.log2(top / whole))
            else:
                loose = True
        tilt = math.log(max(tail, 1e-12) / self._rounding) / (1.0 + share)
        tilt = min(max(tilt, 4.0), 30.0)
        return Grid(step, size, tilt, tail, used, self._rounding, loose)

    def _rough_survival(self, loss: float) -> float:
        """Return about P(S > loss), rounded up, from the finest lattice that reaches it."""
        served = [
            known
            for known in (*self._ladders, *self._rough)
            if 8.0 * known.grid.step < loss < max(1.02 * known.grid.used, 0.6 * known.grid.top)
        ]
        known = min(served, key=lambda ladder: ladder.grid.step, default=None)
        known = self._rough_ladder(loss) if known is None else known
        survival = 1.0 - known.rungs[0].cdf_at(loss)
        return min(1.0, 2.0 * max(survival, 0.0) + 1e-9)


def first_range(model: Model, level: float) -> float:
    """Return a loss near the quantile, to place the first coarse lattice.

    Where mean and variance exist, the quantile of a lognormal law that has both; otherwise by the
    single big jump.
    """
    if not (math.isfinite(model.variance) and model.mean > 0.0):
        return big_jump_range(model, level)
    deviation = min(math.sqrt(max(model.variance, 0.0)) / model.mean, 1e150)
    square = math.log1p(deviation**2)
    return model.mean * math.exp(math.sqrt(square) * normal_quantile(level) - 0.5 * square)


def big_jump_range(model: Model, level: float) -> float:
    """Return a loss near the quantile by the principle of the single big jump.

    One large loss on top of the mean of the others, or three standard deviations where many small
    losses make the total.
    """
    reach = typical_size(model)
    grid = reach * _SIZES
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
    """Return the order of magnitude of one loss; of a mixed model, what half of them exceed.

    Parts of tiny weight may lie so far out that no lattice could hold them beside the others.
    """
    if isinstance(model, MixedModel):
        return _median_size(model)
    sizes = []
    for term in model.terms:
        mean = term.severity.mean
        size = mean if 0.0 < mean < math.inf else term.severity.quantile(0.5)
        sizes.append(size if size > 0.0 else 1.0)
    return max(sizes)


def _median_size(model: MixedModel) -> float:
    """Return a loss that half of the expected losses of all parts exceed."""
    grid = np.geomspace(1e-100, 1e100, 2001)
    beyond = model.exceedances(grid)
    return float(grid[int(np.argmax(beyond <= 0.5 * beyond[0]))])


def point_error(point: Point) -> float:
    """Return the largest relative error of a point; probabilities below 1e-6 count as 1e-6."""
    worst = 0.0
    for figure in (point.cdf, point.sf):
        worst = max(worst, figure.bound / max(figure.value, SMALLEST))
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
