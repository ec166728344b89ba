"""The exact law of a total whose losses lie on a lattice of their own."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from governance.risk.arrays import FloatArray
from governance.risk.compound.alignment import common_step
from governance.risk.compound.lattice import big_jump_range
from governance.risk.compound.law import Estimate, Point, Tail, TotalLaw
from governance.risk.compound.model import CompoundModel
from governance.risk.compound.spectrum import atom_masses

_EXACT = 1e-13
_SLACK = 1e-12
LARGEST = 1 << 22
PADDING = 4  # how many times longer the transform is than the table; brackets make do with 2
DeepTail = Callable[[CompoundModel, float, float], Tail]  # of a model, its range and a level


class TableLaw(TotalLaw):
    """Masses of S on 0, step, 2 step, ..., as many of them as the questions need.

    ``deep`` answers for tails beyond the longest table, where it is given.
    """

    method = "exact lattice"

    def __init__(
        self,
        model: CompoundModel,
        step: float,
        *,
        size: int = 1 << 9,
        padding: int = PADDING,
        deep: DeepTail | None = None,
    ) -> None:
        self.model = model
        self._deep_tail = deep
        self.step = step
        self._padding = padding
        self._whole = _largest_total(model)
        self._masses = np.zeros(0)
        self._grow(size)

    @staticmethod
    def step_of(model: CompoundModel) -> float | None:
        """Return the lattice step of a model whose losses are all arithmetic, else None."""
        if not model.arithmetic:
            return None
        amounts = [x for term in model.terms for x in term.severity.atoms if x > 0.0]
        return common_step(amounts) if amounts else 1.0

    def _grow(self, size: int) -> None:
        """Compute at least ``size`` masses; all of them where S is bounded and small."""
        full = min(self._whole / self.step + 1.5, 1e18)
        if full <= 4.0 * size:
            size = int(full)
        self._complete = size >= int(full)
        self._masses = total_masses(
            self.model, self.step, size, padding=1 if self._complete else self._padding
        )
        below = np.cumsum(self._masses)
        self._below = np.minimum(np.maximum.accumulate(below), 1.0)
        self._limited = np.append(0.0, self.step * np.cumsum(1.0 - self._below))

    def masses(self, size: int) -> FloatArray:
        """Return P(S = k step) for k = 0 .. size - 1."""
        while self._masses.size < size and not self._complete:
            self._grow(2 * size)
        result = np.zeros(size)
        result[: self._masses.size] = np.maximum(self._masses[:size], 0.0)
        return result

    def _rounding(self, x: float) -> float:
        """Return a bound of the absolute error of P(S <= x) by rounding, tilting undone.

        The share that grows with the number of events is that of its generating function.
        """
        events = math.fsum(term.count.mean for term in self.model.terms)
        length, tilt = _transform(self._masses.size, 1 if self._complete else self._padding)
        rise = math.exp(tilt * min(x / self.step, self._masses.size) / length)
        return 1e-16 * (5.0 + 5.0 * math.sqrt(events) + 0.3 * events) * rise

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
        """Return P(S = 0)."""
        return float(self._masses[0])

    def quantile(self, level: float) -> float:
        """Return the smallest point with P(S <= x) >= level."""
        while self._below[-1] < level - _SLACK and not self._complete:
            if self._masses.size >= LARGEST:
                return math.inf
            self._grow(4 * self._masses.size)
        index = int(np.searchsorted(self._below, level - _SLACK))
        return self.step * min(index, self._below.size - 1)

    def _reaches(self, x: float) -> bool:
        """Return whether a table that is not too long to compute answers for a loss."""
        while not self._settled and not self._complete and self._masses.size < LARGEST:
            if x < self._masses.size * self.step:
                return True
            self._grow(4 * self._masses.size)
        return self._settled or self._complete or x < LARGEST * self.step

    def _most_above(self, x: float) -> float:
        """Return an upper bound of P(S > x) from earlier points, where rounding is smaller."""
        last = int(min(x / self.step, self._below.size - 1.0))
        nodes = {last >> shift for shift in range(4)}
        return min(1.0 - float(self._below[k]) + self._rounding(k * self.step) for k in nodes)

    @property
    def _settled(self) -> bool:
        """Return whether all but 1e-13 of the mass and 1e-12 of the mean lie on the table."""
        mass, mean = float(self._below[-1]), float(self._limited[-1])
        return mass > 1.0 - 1e-13 and mean > (1.0 - 1e-12) * self.mean

    def _point(self, x: float) -> tuple[float, float]:
        index = math.floor(min(x / self.step, 4.0 * LARGEST) + 1e-9)
        while index >= self._below.size and not self._complete and not self._settled:
            self._grow(2 * index)
        if index >= self._below.size:
            return 1.0, self.mean
        below = float(self._below[index])
        return below, float(self._limited[index]) + (x - index * self.step) * (1.0 - below)

    def _tails(self, levels: Sequence[float]) -> list[Tail]:
        """Return VaR and TVaR, exact on the lattice."""
        result = []
        for level in levels:
            deep = self._deep(level)
            if deep is not None:
                result.append(deep)
                continue
            var = self.quantile(level)
            limited = self._point(var)[1]
            mean = self.tail_mean(level, var, limited)
            error = self._rounding(var) * var / (1.0 - level)
            result.append(Tail(level, _exact(var), Estimate(mean, error + _EXACT * mean)))
        return result

    def _deep(self, level: float) -> Tail | None:
        """Return the tail by other means where VaR lies beyond the longest table."""
        if self._deep_tail is None or self._complete or self._below[-1] >= level:
            return None
        reach = big_jump_range(self.model, level)
        if reach / self.step < LARGEST / 2:
            return None
        return self._deep_tail(self.model, reach, level)

    def _at(self, losses: Sequence[float]) -> list[Point]:
        """Return probabilities and limited expected values, exact on the lattice."""
        result = []
        for x in losses:
            if not self._reaches(x):
                result.append(self.beyond(x))
                continue
            below, limited = self._point(x) if x >= 0.0 else (0.0, 0.0)
            error = self._rounding(x)
            held = Estimate(
                limited, _EXACT * limited + error * min(x, self._below.size * self.step)
            )
            error = min(error, self._most_above(x))
            result.append(Point(x, Estimate(below, error), Estimate(1.0 - below, error), held))
        return result

    def limited_square(self, x: float) -> float:
        """Return E[min(S, x)^2], exact on the lattice."""
        if not self._reaches(x):
            return self.variance + self.mean**2
        below, _ = self._point(x)
        size = min(math.floor(min(x / self.step, 4.0 * LARGEST) + 1e-9) + 1, self._masses.size)
        nodes = self.step * np.arange(size)
        return float(self._masses[:size] @ np.square(nodes)) + x * x * (1.0 - below)

    def curve(self, levels: Sequence[float]) -> tuple[FloatArray, FloatArray]:
        """Return exceedance probabilities at the quantiles of the levels."""
        losses = sorted({self.quantile(level) for level in levels} - {0.0, math.inf})
        points = [1.0 - self._point(x)[0] for x in losses]
        return np.asarray(losses), np.maximum(np.asarray(points), 0.0)


def total_masses(model: CompoundModel, step: float, size: int, *, padding: int = 4) -> FloatArray:
    """Return P(S = k step) for k < size, for losses on multiples of ``step``.

    ``padding`` is how many times longer the transform is: 4 gives errors of 1e-15 or so, 2 of
    1e-11; 1 is for totals that cannot exceed the lattice, where nothing aliases.
    """
    length, tilt = _transform(size, padding)
    fall = np.exp(np.arange(length) * (-tilt / length))
    transforms = [np.fft.rfft(atom_masses(t, step, length) * fall) for t in model.terms]
    masses = np.fft.irfft(model.combine(transforms), length)[:size]
    result: FloatArray = masses / fall[:size]
    return result


def _transform(size: int, padding: int) -> tuple[int, float]:
    """Return the length and the tilt of the transform behind a table."""
    length = 1 << max(4, math.ceil(math.log2(size * padding)))
    return length, {1: 0.0, 2: 24.0}.get(padding, 36.0)


def _largest_total(model: CompoundModel) -> float:
    total = 0.0
    for term in model.terms:
        if term.severity.upper == 0.0 or term.count.mean == 0.0:
            continue
        support = len_of(term.count)
        if support is None:
            return math.inf
        total += support * term.severity.upper
    return total


def len_of(count: object) -> int | None:
    """Return the largest number of events, None where there is none."""
    from governance.risk.frequency import Binomial, Repeated, Tabulated, ZeroInflated

    if isinstance(count, Binomial):
        return count.n
    if isinstance(count, Tabulated):
        return len(count.masses) - 1
    if isinstance(count, ZeroInflated):
        return len_of(count.base)
    if isinstance(count, Repeated):
        inner = len_of(count.base)
        return None if inner is None else inner * count.times
    return None


def _exact(value: float) -> Estimate:
    return Estimate(value, _EXACT * abs(value))
