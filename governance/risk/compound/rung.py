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

_FAINT = 1e-9  # atoms below this probability do not bend the distribution
_SLACK = 1e-12  # a level this close to a step of the distribution counts as reached


class Rung:
    """Masses of S on 0, step, 2 step, ...; smooth masses sit in the middle of their cells."""

    def __init__(
        self,
        step: float,
        masses: FloatArray,
        atoms: FloatArray,
        atomic: float,
        bends: Sequence[float] = (),
    ) -> None:
        self.step = step
        self._bends = bends
        self.atomic = atomic
        self._lone = atoms.size == 1
        if self._lone:
            smooth = masses.copy()
            smooth[0] -= atoms[0]
        else:
            smooth = masses - atoms
            self._atoms = atoms
            self._held = np.cumsum(atoms * (step * np.arange(atoms.size)))
        self._steps = np.cumsum(atoms)
        self._smooth = np.cumsum(smooth)
        missing = (1.0 - atomic) - self._smooth
        self._limited = np.empty(missing.size + 1)
        self._limited[0] = 0.0
        np.cumsum(missing, out=self._limited[1:])
        self._limited *= step

    def cdf(self, x: FloatArray) -> FloatArray:
        """Return P(S <= x)."""
        position = x / self.step - 0.5
        if self._lone:
            return self._atoms_below(x) + interpolate_cubic(self._smooth, position)
        return self._atoms_below(x) + cubic_from(self._smooth, position, self._one_sided(x))

    def _one_sided(self, x: FloatArray) -> IntArray:
        """Return where the four cells begin that interpolate at x, on one side of every atom.

        Sums of smooth losses with single losses that are atoms (``bends``) begin there, so that
        the density jumps; the smooth masses up to node k are the mean of the distribution over
        cell k, right of the node.
        """
        marks = self._marks
        last = marks.size - 4
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
            return smooth + x * (self.atomic - float(self._steps[0]))
        index = self._index(x)
        held: FloatArray = self._held[index] + x * (self.atomic - self._steps[index])
        return smooth + held

    def limited_at(self, x: float) -> float:
        """Return E[min(S, x)] at one point, without the cost of arrays."""
        if not self._lone:
            return float(self.limited(np.array([x]))[0])
        position = x / self.step
        first = min(max(math.floor(position) - 1, 0), self._limited.size - 4)
        t = position - first
        a, b, c, d = self._limited[first : first + 4].tolist()
        smooth = (
            -a * (t - 1.0) * (t - 2.0) * (t - 3.0) / 6.0
            + b * t * (t - 2.0) * (t - 3.0) / 2.0
            - c * t * (t - 1.0) * (t - 3.0) / 2.0
            + d * t * (t - 1.0) * (t - 2.0) / 6.0
        )
        return float(smooth + x * (self.atomic - float(self._steps[0])))

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
        if level <= self._steps[0] + _SLACK:
            return 0.0
        if self._lone:
            return self._smooth_quantile(level - float(self._steps[0]))
        node = self._first_node(level)
        if node is None:
            return float("inf")
        before = float(self._steps[node - 1])
        left = before + float(interpolate_cubic(self._smooth, np.array([node - 0.5]))[0])
        if left < level - _SLACK:
            return node * self.step
        return min(self._smooth_quantile(level - before), node * self.step)

    def _first_node(self, level: float) -> int | None:
        at_nodes = self._steps + interpolate_cubic(
            self._smooth, as_floats(np.arange(self._steps.size) - 0.5)
        )
        reached = at_nodes >= level - _SLACK
        return int(np.argmax(reached)) if reached.any() else None

    def _smooth_quantile(self, target: float) -> float:
        values = self._smooth
        right = int(np.searchsorted(values, target))
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


def _solve_cubic(window: list[float], target: float, right: int) -> float:
    """Return where the cubic through values at 0 .. 3 takes a value, in [right - 1, right]."""
    a, b, c, d = window
    first, second, third = b - a, c - 2.0 * b + a, d - 3.0 * c + 3.0 * b - a
    low, high = max(right - 1.0, 0.0), float(right)
    if right == 0:
        return 0.5 * (target - a) / first if first > 0.0 else 0.0
    t = low + (target - window[right - 1]) / max(window[right] - window[right - 1], 1e-300)
    for _ in range(6):
        value = a + t * first + t * (t - 1.0) / 2.0 * second
        value += t * (t - 1.0) * (t - 2.0) / 6.0 * third - target
        slope = first + (2.0 * t - 1.0) / 2.0 * second
        slope += (3.0 * t * t - 6.0 * t + 2.0) / 6.0 * third
        if slope <= 0.0:
            break
        moved = min(max(t - value / slope, low), high)
        if abs(moved - t) < 1e-13:
            return moved
        t = moved
    return t
