"""Lattices of the total loss, each half as fine as the one before, by fast transforms.

pgf of the total: P_N(P_X) on the roots of unity, with exponential tilting against aliasing
(Gruebel and Hermesmeier 1999; Embrechts and Frei 2009). The severity is defective: its mass
beyond the lattice is left out, which does not touch P(S <= x) for x inside.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from governance.risk.arrays import FloatArray
from governance.risk.compound.law import Estimate
from governance.risk.compound.model import MixedModel, Model
from governance.risk.compound.rung import CELLS, Rung
from governance.risk.compound.spectrum import Nested, Spectrum

RUNGS = 4
MOST_BENDS = 64  # amounts at whose multiples the density is taken to jump
REGULAR = 0.45  # differences of a second-order method fall to a quarter with half the step
SMOOTH = 1.0 / 64.0  # part of the last difference that a bound keeps
KINKED = 1.0 / 8.0  # the same where densities have kinks, near which differences agree by chance
SLOWEST = 0.1  # least fall of the differences that a bound reckons with


@dataclass(frozen=True)
class Grid:
    """Where to compute: the finest step, its number of nodes, the tilt and aliasing left.

    ``used`` is the loss up to which figures are read off, ``tail`` a bound of P(S > used) and
    ``rounding`` the error of a probability before the tilt is undone. On a ``loose`` grid atoms
    lie between nodes and are shared by their neighbours.
    """

    step: float
    size: int
    tilt: float
    tail: float
    used: float
    rounding: float
    loose: bool = False

    @property
    def top(self) -> float:
        """Return the length of the lattice."""
        return self.step * self.size

    def roundoff(self, x: float) -> float:
        """Return a bound of the absolute error of probabilities by rounding and aliasing at x."""
        return self.rounding * math.exp(self.tilt * min(x / self.top, 1.0)) + (
            math.exp(-self.tilt) * self.tail
        )


def rounding_of(model: Model) -> float:
    """Return the rounding error of a probability before the tilt is undone.

    It grows with the number of events, because an exponent rate (f - 1) is only as exact as its
    largest part. Measured at up to 3,000 events against longer lattices: a third of this at most.
    """
    if isinstance(model, MixedModel):
        return max(rounding_of(part) for part in model.parts)
    return 2e-15 * (1.0 + 0.02 * math.fsum(term.count.mean for term in model.terms))


class Ladder:
    """The total's lattices with steps h, 2h, 4h and 8h, finest first; ``halve`` makes h smaller."""

    def __init__(self, model: Model, grid: Grid, rungs: int = RUNGS) -> None:
        self.grid = grid
        self._none = np.array([model.prob_zero])  # the atoms where no loss is one
        self._amounts = sorted({x for t in model.terms for x in t.severity.atoms if x > 0.0})
        self._positive = bool(self._amounts)
        self._slack = grid.roundoff(grid.used) if self._positive else 0.0
        self._terms = model.terms
        kinked = any(term.severity.kinks for term in model.terms)
        self._share = KINKED if kinked else SMOOTH
        self._atomic = model.atomic if self._positive else model.prob_zero
        self._spectrum = Spectrum(model, grid.top)
        rate = -grid.tilt / grid.top
        self._fall = Nested(lambda x: np.exp(rate * x), grid.top)
        self.rungs = [self._rung(grid.size >> index) for index in range(rungs)]

    def halve(self) -> None:
        """Put a lattice of half the finest step in front and drop the coarsest."""
        size = 2 * self.grid.size
        self.grid = replace(self.grid, step=0.5 * self.grid.step, size=size)
        self.rungs = [self._rung(size), *self.rungs[:-1]]

    def _rung(self, size: int) -> Rung:
        fall = self._fall.at(size)[:-1]
        masses = np.fft.irfft(self._spectrum.total(size, fall), size)
        masses /= fall
        atoms = self._none
        if self._positive:
            atoms = np.fft.irfft(self._spectrum.atoms(size, fall), size)
            atoms /= fall
            atoms[atoms < 1e-16] = 0.0
        step = self.grid.top / size
        bends = [x for x in self._amounts if x >= CELLS * step][:MOST_BENDS]
        return Rung(step, masses, atoms, self._atomic, bends, self._slack)

    def estimate(self, function: Callable[[Rung], float]) -> Estimate:
        """Extrapolate a figure over the step (Richardson twice) and bound what is left."""
        return self.combined([function(rung) for rung in self.rungs])

    def combined(self, values: list[float]) -> Estimate:
        """Extrapolate figures of the lattices, finest first, over the step."""
        return extrapolate(values, self._share)

    def estimates(self, function: Callable[[Rung], FloatArray]) -> tuple[FloatArray, FloatArray]:
        """Do the same for many figures at once; returns values and bounds."""
        return extrapolate_all([function(rung) for rung in self.rungs], self._share)

    def near_atoms(self, x: float) -> tuple[float, float]:
        """Return the mass of atoms so close to x that sharing them matters, and how close that is.

        Where atoms lie on no common lattice, each is shared by two nodes: sums of n of them are
        displaced by about step sqrt(n)/2, with the mean kept. Nothing else is affected. The step
        is that of the coarsest lattice from which values are extrapolated.
        """
        if not self.grid.loose:
            return 0.0, 0.0
        events = sum(t.count.mean * sum(t.severity.atoms.values()) for t in self._terms)
        width = self.rungs[2].step * (2.0 + 3.0 * math.sqrt(events))
        return self.rungs[0].atoms_near(x, width), width


def extrapolate(values: list[float], share: float = SMOOTH) -> Estimate:
    """Combine values at steps h, 2h, 4h and 8h of an error expansion in even powers of h.

    The value is extrapolated twice from the three finest. The bound is the largest of: the last
    change of the once extrapolated value; an eighth of the change before, of which a sixteenth
    should remain; and a share of the last difference. Each of the three can vanish by chance on
    lattices that are still coarse, and did so in trials; all at once they did not.
    """
    fine, middle, coarse, coarsest = values
    if not math.isfinite(fine + middle + coarse + coarsest):
        return Estimate(fine, math.inf)
    value, last = _twice(fine, middle, coarse)
    _, before = _twice(middle, coarse, coarsest)
    return Estimate(value, max(last, before / 8.0, share * abs(fine - middle)))


def _twice(fine: float, middle: float, coarse: float) -> tuple[float, float]:
    """Return Richardson's value from three lattices, and how much its second step changed.

    Where the differences do not fall as a second-order method's must, the larger difference is
    returned.
    """
    first, second = fine - middle, middle - coarse
    better, worse = fine + first / 3.0, middle + second / 3.0
    if abs(first) > REGULAR * abs(second):
        return better, max(abs(first), abs(second)) * _rest(abs(first), abs(second))
    return better + (better - worse) / 15.0, abs(better - worse)


def _rest(first: float, second: float) -> float:
    """Return how many times the first difference may still be missing where it falls slowly.

    Differences that fall by a ratio q leave q/(1 - q) of the last one; ratios of 1 and more are
    noise of figures that have converged, or not begun to.
    """
    if not 0.5 * second < first < second:
        return 1.0
    ratio = first / second
    return ratio / max(1.0 - ratio, SLOWEST)


def extrapolate_all(
    values: Sequence[FloatArray], share: float = SMOOTH
) -> tuple[FloatArray, FloatArray]:
    """Return values and bounds of many finite figures at once, by the rule of ``extrapolate``.

    A curve's points carry no bound of their own, so that slow differences are not multiplied.
    """
    fine, middle, coarse, coarsest = values
    value, last = _twice_all(fine, middle, coarse)
    _, before = _twice_all(middle, coarse, coarsest)
    return value, np.maximum(np.maximum(last, before / 8.0), share * np.abs(fine - middle))


def _twice_all(
    fine: FloatArray, middle: FloatArray, coarse: FloatArray
) -> tuple[FloatArray, FloatArray]:
    first, second = fine - middle, middle - coarse
    better, worse = fine + first / 3.0, middle + second / 3.0
    irregular = np.abs(first) > REGULAR * np.abs(second)
    change = np.where(irregular, 0.0, better - worse)
    larger = np.maximum(np.abs(first), np.abs(second))
    return better + change / 15.0, np.where(irregular, larger, np.abs(change))
