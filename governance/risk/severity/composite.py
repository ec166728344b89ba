"""Losses put together from others: mixtures, body with a tail, primary with secondary loss."""

# ruff: noqa: D102 - the contracts stand on SeverityLaw

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from governance.risk.arrays import FloatArray, as_floats
from governance.risk.severity.finite import Discrete
from governance.risk.severity.law import SeverityLaw
from governance.risk.severity.tails import GeneralizedPareto


@dataclass(frozen=True)
class Mixture(SeverityLaw):
    """One of several laws, chosen with given weights that sum to one."""

    weights: tuple[float, ...]
    parts: tuple[SeverityLaw, ...]

    def _blend(self, values: list[float]) -> float:
        return math.fsum(w * value for w, value in zip(self.weights, values, strict=True))

    @property
    def mean(self) -> float:
        return self._blend([part.mean for part in self.parts])

    @property
    def second_moment(self) -> float:
        return self._blend([part.second_moment for part in self.parts])

    @property
    def upper(self) -> float:
        return max(part.upper for part in self.parts)

    @property
    def arithmetic(self) -> bool:
        return all(part.arithmetic for part in self.parts)

    @property
    def atoms(self) -> dict[float, float]:
        result: dict[float, float] = {}
        for weight, part in zip(self.weights, self.parts, strict=True):
            for x, mass in part.atoms.items():
                result[x] = result.get(x, 0.0) + weight * mass
        return result

    @property
    def kinks(self) -> list[float]:
        return sorted({x for part in self.parts for x in part.kinks})

    def survival(self, x: FloatArray) -> FloatArray:
        values = [w * p.survival(x) for w, p in zip(self.weights, self.parts, strict=True)]
        return as_floats(sum(values))

    def limited(self, x: FloatArray) -> FloatArray:
        values = [w * p.limited(x) for w, p in zip(self.weights, self.parts, strict=True)]
        return as_floats(sum(values))

    def limited_square(self, x: float) -> float:
        return self._blend([part.limited_square(x) for part in self.parts])

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        chosen = generator.choice(len(self.parts), size, p=self.weights)
        draws = np.empty(size)
        for index, part in enumerate(self.parts):
            here = np.flatnonzero(chosen == index)
            draws[here] = part.sample(generator, here.size)
        return draws


@dataclass(frozen=True)
class Spliced(SeverityLaw):
    """A body cut off at the tail's threshold, and a generalised Pareto tail above it."""

    body: SeverityLaw
    tail: GeneralizedPareto
    tail_weight: float

    @property
    def _cut(self) -> float:
        return self.tail.threshold

    @property
    def _below(self) -> float:
        return 1.0 - float(self.body.survival(np.array([self._cut]))[0])

    @property
    def mean(self) -> float:
        return self._body_mean() + self.tail_weight * self.tail.mean

    def _body_mean(self) -> float:
        cut = self._cut
        below = self._below
        held = float(self.body.limited(np.array([cut]))[0]) - cut * (1.0 - below)
        return (1.0 - self.tail_weight) * held / below

    @property
    def second_moment(self) -> float:
        return self._body_square(self._cut) + self.tail_weight * self.tail.second_moment

    def _body_square(self, x: float) -> float:
        above = 1.0 - self._below
        return (
            (1.0 - self.tail_weight) * (self.body.limited_square(x) - x * x * above) / (1.0 - above)
        )

    @property
    def kinks(self) -> list[float]:
        return sorted({*[x for x in self.body.kinks if x < self._cut], self._cut})

    @property
    def upper(self) -> float:
        return self.tail.upper

    @property
    def atoms(self) -> dict[float, float]:
        factor = (1.0 - self.tail_weight) / self._below
        return {x: factor * mass for x, mass in self.body.atoms.items() if x <= self._cut}

    def survival(self, x: FloatArray) -> FloatArray:
        above = 1.0 - self._below
        body = (self.body.survival(np.minimum(x, self._cut)) - above) / (1.0 - above)
        tail = self.tail_weight * self.tail.survival(x)
        return (1.0 - self.tail_weight) * np.maximum(body, 0.0) + tail

    def limited(self, x: FloatArray) -> FloatArray:
        above = 1.0 - self._below
        inner = np.minimum(x, self._cut)
        body = (self.body.limited(inner) - inner * above) / (1.0 - above)
        return (1.0 - self.tail_weight) * body + self.tail_weight * self.tail.limited(x)

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        draws = self.tail.sample(generator, size)
        body = np.flatnonzero(generator.random(size) >= self.tail_weight)
        while body.size:
            tried = self.body.sample(generator, body.size)
            accepted = tried <= self._cut
            draws[body[accepted]] = tried[accepted]
            body = body[~accepted]
        return draws


@dataclass(frozen=True)
class PrimarySecondary(SeverityLaw):
    """Primary loss plus, with a probability per event, a secondary loss (Open FAIR O-RT 3.0.1).

    The sum has no closed form; it is computed by convolution on a lattice, extrapolated over
    the step.
    """

    primary: SeverityLaw
    probability: float
    secondary: SeverityLaw

    @classmethod
    def of(cls, primary: SeverityLaw, probability: float, secondary: SeverityLaw) -> SeverityLaw:
        """Return the law; a table where both parts are tables."""
        law = cls(primary, probability, secondary)
        return Discrete.of(law.atoms) if law.arithmetic else law

    @property
    def mean(self) -> float:
        return self.primary.mean + self.probability * self.secondary.mean

    @property
    def second_moment(self) -> float:
        cross = 2.0 * self.primary.mean * self.probability * self.secondary.mean
        return self.primary.second_moment + self.probability * self.secondary.second_moment + cross

    @property
    def upper(self) -> float:
        return self.primary.upper + self.secondary.upper

    @property
    def arithmetic(self) -> bool:
        return self.primary.arithmetic and self.secondary.arithmetic

    @property
    def atoms(self) -> dict[float, float]:
        extra = {x: self.probability * mass for x, mass in self.secondary.atoms.items()}
        extra[0.0] = extra.get(0.0, 0.0) + 1.0 - self.probability
        result: dict[float, float] = {}
        for x, mass in self.primary.atoms.items():
            for y, weight in extra.items():
                result[x + y] = result.get(x + y, 0.0) + mass * weight
        return result

    def masses(self, step: float, size: int) -> FloatArray:
        extra = self.probability * self.secondary.masses(step, size)
        extra[0] += 1.0 - self.probability
        return convolve(self.primary.masses(step, size), extra)

    def survival_bound(self, x: FloatArray) -> FloatArray:
        both = self.primary.survival_bound(x / 2.0)
        return both + self.probability * self.secondary.survival_bound(x / 2.0)

    def survival(self, x: FloatArray) -> FloatArray:
        return self._pointwise(x, self._survival_at)

    def limited(self, x: FloatArray) -> FloatArray:
        if x.size <= 64:
            return self._pointwise(x, self._limited_at)
        top = float(x.max())
        size = 1 << 14
        coarse, _ = self._tables(top, size)
        fine, survival = self._tables(top, 2 * size)
        correction = (fine[::2] - coarse) / 3.0
        fine[::2] += correction
        fine[1::2] += 0.5 * (correction[:-1] + correction[1:])
        return _hermite(x, top / (2 * size), fine, survival)

    def limited_square(self, x: float) -> float:
        """Return E[min(X, x)^2] from masses on lattices that end at x, extrapolated twice."""
        if x <= 0.0:
            return 0.0
        coarse, middle, fine = (self._square_on(x, size) for size in (1024, 2048, 4096))
        better, worse = fine + (fine - middle) / 3.0, middle + (middle - coarse) / 3.0
        return better + (better - worse) / 15.0

    def _square_on(self, x: float, size: int) -> float:
        masses = self.masses(x / size, size)
        nodes = (x / size) * np.arange(size)
        return float(masses @ np.square(nodes)) + x * x * (1.0 - float(masses.sum()))

    def _tables(self, top: float, size: int) -> tuple[FloatArray, FloatArray]:
        step = top / size
        below = np.cumsum(self.masses(step, size + 1))
        limited = np.append(0.0, step * np.cumsum(1.0 - below[:-1]))
        middle = 1.0 - below
        survival = 0.5 * (np.append(1.0, middle[:-1]) + middle)
        return limited, survival

    def _pointwise(self, x: FloatArray, function: object) -> FloatArray:
        flat = [function(float(point)) for point in np.ravel(x)]  # type: ignore[operator]
        return np.reshape(as_floats(flat), np.shape(x))

    def _limited_at(self, x: float) -> float:
        if x <= 0.0:
            return 0.0
        coarse, fine = (
            x / size * float(np.sum(1.0 - np.cumsum(self.masses(x / size, size))))
            for size in (2048, 4096)
        )
        return fine + (fine - coarse) / 3.0

    def _survival_at(self, x: float) -> float:
        if x <= 0.0:
            return 1.0 - self.atoms.get(0.0, 0.0)
        values = []
        for size in (1366, 4098):
            masses = self.masses(x / (size - 0.5), size)
            values.append(1.0 - float(masses.sum()))
        return values[1] + (values[1] - values[0]) / 8.0

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        draws = self.primary.sample(generator, size)
        hit = np.flatnonzero(generator.random(size) < self.probability)
        draws[hit] += self.secondary.sample(generator, hit.size)
        return draws


def convolve(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the first terms of the convolution of two equally long arrays, by FFT."""
    size = first.size
    spectrum = np.fft.rfft(first, 2 * size) * np.fft.rfft(second, 2 * size)
    return np.fft.irfft(spectrum, 2 * size)[:size]


def _hermite(x: FloatArray, step: float, values: FloatArray, slopes: FloatArray) -> FloatArray:
    """Interpolate cubically from values and slopes on a lattice."""
    index = np.clip((x / step).astype(np.int64), 0, values.size - 2)
    t = x / step - index
    low, high = values[index], values[index + 1]
    left, right = step * slopes[index], step * slopes[index + 1]
    delta = high - low
    return low + t * (
        left + t * (3.0 * delta - 2.0 * left - right + t * (left + right - 2.0 * delta))
    )
