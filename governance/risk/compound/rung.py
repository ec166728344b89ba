"""One lattice of the total loss: distribution, limited values and quantiles between its nodes.

Atoms (the probability of no loss, losses at a cap or a layer's limit) are kept apart from the
smooth part, so that the first are exact and the second can be interpolated to third order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from governance.risk.arrays import FloatArray, IntArray, as_floats

CELLS = 4  # cells that a cubic goes through
_FAINT = 1e-9  # atoms below this probability do not bend the distribution
_SLACK = 1e-12  # the least by which a level may exceed a step of the distribution


class Rung:
    """Masses of S on 0, step, 2 step, ...; smooth masses sit in the middle of their cells.

    A level within ``slack``, the error of a probability, of a step of the distribution counts as
    reached. The array of masses becomes the rung's own.
    """

    def __init__(
        self,
        step: float,
        masses: FloatArray,
        atoms: FloatArray,
        atomic: float,
        bends: Sequence[float] = (),
        slack: float = _SLACK,
    ) -> None:
        self.step = step
        self._bends = bends
        self._slack = max(slack, _SLACK)
        self._atoms = atoms
        self.atomic = atomic
        self._first = float(atoms[0])
        self._lone = atoms.size == 1
        if self._lone:
            masses[0] -= self._first
            self._steps = atoms
        else:
            masses -= atoms
            self._steps = atoms.cumsum()
            self._held = (atoms * (step * np.arange(atoms.size))).cumsum()
        self._smooth: FloatArray = masses.cumsum()

    @cached_property
    def _limited(self) -> FloatArray:
        """Return E[min(smooth part, x)] at the nodes, without the atoms' own share."""
        missing = (1.0 - self.atomic) - self._smooth
        limited = np.empty(missing.size + 1)
        limited[0] = 0.0
        np.cumsum(missing, out=limited[1:])
        limited *= self.step
        return limited

    def cdf(self, x: FloatArray) -> FloatArray:
        """Return P(S <= x)."""
        position = x / self.step - 0.5
        if self._lone:
            return self._atoms_below(x) + interpolate_cubic(self._smooth, position)
        return self._atoms_below(x) + cubic_from(self._smooth, position, self._one_sided(x))

    def cdf_at(self, x: float) -> float:
        """Return P(S <= x) at one point, without the cost of arrays."""
        if not self._lone:
            return float(self.cdf(np.array([x]))[0])
        return self._first + cubic_at(self._smooth, x / self.step - 0.5)

    def _one_sided(self, x: FloatArray) -> IntArray:
        """Return where the four cells begin that interpolate at x, on one side of every atom.

        Sums of smooth losses with single losses that are atoms (``bends``) begin there, so that
        the density jumps; the smooth masses up to node k are the mean of the distribution over
        cell k, right of the node.
        """
        marks = self._marks
        last = marks.size - CELLS
        cell = np.floor(x / self.step + 1e-9).astype(np.int64)
        usual = np.clip(np.floor(x / self.step - 0.5).astype(np.int64) - 1, 0, last)
        first = usual
        for other in (cell - 2, cell - 1, cell - 3, cell):
            tried = np.clip(other, 0, last)
            first = np.where(marks[first + 3] == marks[first], first, tried)
        return np.where(marks[first + 3] == marks[first], first, usual)

    @cached_property
    def _marks(self) -> IntArray:
        marked = self._atoms > _FAINT
        for amount in self._bends:
            nodes = np.arange(amount / self.step, marked.size - 1, amount / self.step)
            marked[np.rint(nodes).astype(np.int64)] = True
        return np.cumsum(marked)

    def atoms_near(self, x: float, width: float) -> float:
        """Return the mass of the atoms above zero within a distance of x."""
        if self._lone:
            return 0.0
        ends = self._index(np.array([max(x - width, 0.0), x + width]))
        return max(float(self._steps[ends[1]] - self._steps[max(int(ends[0]) - 1, 0)]), 0.0)

    def _index(self, x: FloatArray) -> IntArray:
        index = np.floor(x / self.step + 1e-9).astype(np.int64)
        return np.minimum(index, self._steps.size - 1)

    def _atoms_below(self, x: FloatArray) -> FloatArray:
        if self._lone:
            return np.full(np.shape(x), self._steps[0])
        below: FloatArray = self._steps[self._index(x)]
        return below

    def limited(self, x: FloatArray) -> FloatArray:
        """Return E[min(S, x)]."""
        smooth = interpolate_cubic(self._limited, x / self.step)
        if self._lone:
            return smooth + x * (self.atomic - self._first)
        index = self._index(x)
        held: FloatArray = self._held[index] + x * (self.atomic - self._steps[index])
        return smooth + held

    def limited_at(self, x: float) -> float:
        """Return E[min(S, x)] at one point, without the cost of arrays."""
        if not self._lone:
            return float(self.limited(np.array([x]))[0])
        smooth = cubic_at(self._limited, x / self.step)
        return smooth + x * (self.atomic - self._first)

    def limited_square(self, x: float) -> float:
        """Return E[min(S, x)^2] = 2 x L(x) - 2 int_0^x L, with L the limited expected value."""
        at = np.array([x])
        size = min(int(x / self.step) + 4, self._limited.size - 1)
        nodes = self.limited(self.step * np.arange(size + 1.0))
        areas = np.append(0.0, np.cumsum(0.5 * self.step * (nodes[1:] + nodes[:-1])))
        area = float(interpolate_cubic(areas, at / self.step)[0])
        return 2.0 * (x * float(self.limited(at)[0]) - area)

    def quantile(self, level: float) -> float:
        """Return inf{x: P(S <= x) >= level}; ``inf`` where the lattice ends before it."""
        if level <= self._first + _SLACK:
            return 0.0
        if self._lone:
            return self._smooth_quantile(level - self._first)
        node = self._first_node(level)
        if node is None:
            return float("inf")
        before = float(self._steps[node - 1])
        left = before + float(interpolate_cubic(self._smooth, np.array([node - 0.5]))[0])
        if left < level - self._slack:
            return node * self.step
        return min(self._smooth_quantile(level - before), node * self.step)

    def _first_node(self, level: float) -> int | None:
        at_nodes = self._steps + interpolate_cubic(
            self._smooth, as_floats(np.arange(self._steps.size) - 0.5)
        )
        reached = at_nodes >= level - self._slack
        return int(np.argmax(reached)) if reached.any() else None

    def _smooth_quantile(self, target: float) -> float:
        values = self._smooth
        right = int(values.searchsorted(target))
        if right >= values.size - 1:
            return float("inf")
        first = min(max(right - 2, 0), values.size - 4)
        window = values[first : first + 4].tolist()
        return (first + 0.5 + _solve_cubic(window, target, right - first)) * self.step


def interpolate_cubic(values: FloatArray, position: FloatArray) -> FloatArray:
    """Interpolate by the cubic through the four nearest nodes."""
    first = np.minimum(np.maximum(np.floor(position).astype(np.int64) - 1, 0), values.size - 4)
    return cubic_from(values, position, first)


def cubic_from(values: FloatArray, position: FloatArray, first: IntArray) -> FloatArray:
    """Interpolate by the cubic through the four nodes that begin with ``first``."""
    t = position - first
    a, b, c, d = (values[first + offset] for offset in range(4))
    value: FloatArray = (
        -a * (t - 1.0) * (t - 2.0) * (t - 3.0) / 6.0
        + b * t * (t - 2.0) * (t - 3.0) / 2.0
        - c * t * (t - 1.0) * (t - 3.0) / 2.0
        + d * t * (t - 1.0) * (t - 2.0) / 6.0
    )
    return value


def cubic_at(values: FloatArray, position: float) -> float:
    """Interpolate at one point by the cubic through the four nearest nodes."""
    first = min(max(math.floor(position) - 1, 0), values.size - 4)
    a, b, c, d = values[first : first + 4].tolist()
    t = position - first
    u, v, w = t - 1.0, t - 2.0, t - 3.0
    outer: float = (d * t * u * v - a * u * v * w) / 6.0
    inner: float = (b * v - c * u) * t * w / 2.0
    return outer + inner


def _solve_cubic(window: list[float], target: float, right: int) -> float:
    """Return where the cubic through values at 0 .. 3 takes a value, in [right - 1, right]."""
    a, b, c, d = window
    if right == 0:
        return 0.5 * (target - a) / (b - a) if b > a else 0.0
    low, high = right - 1.0, float(right)
    third = (d - 3.0 * (c - b) - a) / 6.0
    second = 0.5 * (c - 2.0 * b + a) - 3.0 * third
    first = b - a - second - third
    rise = window[right] - window[right - 1]
    t = low + (target - window[right - 1]) / rise if rise > 0.0 else high
    for _ in range(6):
        slope = first + t * (2.0 * second + 3.0 * t * third)
        if slope <= 0.0:
            break
        before = t
        t -= (a - target + t * (first + t * (second + t * third))) / slope
        if not low <= t <= high:
            t = low if t < low else high
        if -1e-13 < t - before < 1e-13:
            break
    return t
