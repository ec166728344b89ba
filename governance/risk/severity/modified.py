"""Losses changed by a contract or a law: capped, cut to a layer, retained, scaled."""

# ruff: noqa: D102 - the contracts stand on SeverityLaw

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from governance.risk.arrays import FloatArray
from governance.risk.severity.law import SeverityLaw


def _mapped(atoms: dict[float, float], function: object) -> dict[float, float]:
    result: dict[float, float] = {}
    for x, mass in atoms.items():
        y = function(x)  # type: ignore[operator]
        result[y] = result.get(y, 0.0) + mass
    return result


def _at(law: SeverityLaw, x: float) -> float:
    return float(law.survival(np.array([x]))[0])


def _limited_at(law: SeverityLaw, x: float) -> float:
    return law.mean if math.isinf(x) else float(law.limited(np.array([x]))[0])


def Capped(base: SeverityLaw, cap: float) -> SeverityLaw:  # noqa: N802 - reads as a law
    """Return the law of min(X, cap), for example where the law sets a maximum fine."""
    return Layered(base, 0.0, cap)


@dataclass(frozen=True)
class Layered(SeverityLaw):
    """min(max(X - deductible, 0), limit): what a layer pays of one loss."""

    base: SeverityLaw
    deductible: float
    limit: float

    @property
    def mean(self) -> float:
        top = _limited_at(self.base, self.deductible + self.limit)
        return top - _limited_at(self.base, self.deductible)

    @property
    def second_moment(self) -> float:
        return self.limited_square(math.inf)

    @property
    def upper(self) -> float:
        return min(self.limit, max(self.base.upper - self.deductible, 0.0))

    @property
    def arithmetic(self) -> bool:
        return self.base.arithmetic

    def _pay(self, x: float) -> float:
        return min(max(x - self.deductible, 0.0), self.limit)

    @property
    def atoms(self) -> dict[float, float]:
        found = _mapped(self.base.atoms, self._pay)
        if not self.base.arithmetic:
            top = self.deductible + self.limit
            nothing = 1.0 - _at(self.base, self.deductible) if self.deductible > 0.0 else 0.0
            full = _at(self.base, top) if math.isfinite(top) else 0.0
            if math.isfinite(top):
                full += self.base.atoms.get(top, 0.0)
            found[0.0] = max(nothing, found.get(0.0, 0.0))
            found[self.limit] = max(full, found.get(self.limit, 0.0))
        return {x: mass for x, mass in found.items() if mass > 0.0 and math.isfinite(x)}

    @property
    def kinks(self) -> list[float]:
        inner = [self._pay(x) for x in self.base.kinks]
        return sorted({x for x in [*inner, *self.atoms] if 0.0 < x < math.inf})

    def survival_bound(self, x: FloatArray) -> FloatArray:
        return np.where(x < self.limit, self.base.survival_bound(self.deductible + x), 0.0)

    def survival(self, x: FloatArray) -> FloatArray:
        return np.where(x < self.limit, self.base.survival(self.deductible + x), 0.0)

    def limited(self, x: FloatArray) -> FloatArray:
        top = self.deductible + np.minimum(x, self.limit)
        return self.base.limited(top) - _limited_at(self.base, self.deductible)

    def limited_square(self, x: float) -> float:
        top = self.deductible + min(x, self.limit)
        low = self.deductible
        outer = self.base.second_moment if math.isinf(top) else self.base.limited_square(top)
        if math.isinf(outer):
            return math.inf
        inner = self.base.limited_square(low) if low > 0.0 else 0.0
        first = _limited_at(self.base, top) - _limited_at(self.base, low)
        return max(outer - inner - 2.0 * low * first, first * first)

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        draws = self.base.sample(generator, size)
        return np.clip(draws - self.deductible, 0.0, self.limit)


@dataclass(frozen=True)
class Retained(SeverityLaw):
    """X less what a layer pays: min(X, deductible) + max(X - deductible - limit, 0)."""

    base: SeverityLaw
    deductible: float
    limit: float

    @property
    def mean(self) -> float:
        if math.isinf(self.limit):  # what is kept is min(X, deductible), however heavy X is
            return _limited_at(self.base, self.deductible)
        if math.isinf(self.base.mean):
            return math.inf
        return self.base.mean - Layered(self.base, self.deductible, self.limit).mean

    @property
    def second_moment(self) -> float:
        # X = Y + Z with Y Z = d Y + (terms above the layer, where Y = limit).
        inner = self.base.limited_square(self.deductible)
        if math.isinf(self.limit):
            return inner
        if math.isinf(self.base.second_moment):
            return math.inf
        top = self.deductible + self.limit
        above = self.base.second_moment - self.base.limited_square(top)
        excess = self.base.mean - _limited_at(self.base, top)
        return inner + above - 2.0 * self.limit * excess

    @property
    def upper(self) -> float:
        return (
            self._keep(self.base.upper)
            if math.isfinite(self.base.upper)
            else (self.deductible if math.isinf(self.limit) else math.inf)
        )

    @property
    def arithmetic(self) -> bool:
        return self.base.arithmetic

    def _keep(self, x: float) -> float:
        return min(x, self.deductible) + max(x - self.deductible - self.limit, 0.0)

    @property
    def atoms(self) -> dict[float, float]:
        found = _mapped(self.base.atoms, self._keep)
        if not self.base.arithmetic:
            top = self.deductible + self.limit
            held = _at(self.base, self.deductible) - (_at(self.base, top) if top < math.inf else 0)
            held += self.base.atoms.get(self.deductible, 0.0)
            found[self.deductible] = max(held, found.get(self.deductible, 0.0))
        return {x: mass for x, mass in found.items() if mass > 0.0}

    @property
    def kinks(self) -> list[float]:
        inner = [self._keep(x) for x in self.base.kinks]
        return sorted({x for x in [*inner, self.deductible] if x > 0.0})

    def survival(self, x: FloatArray) -> FloatArray:
        if math.isinf(self.limit):
            return np.where(x < self.deductible, self.base.survival(x), 0.0)
        return self.base.survival(np.where(x < self.deductible, x, x + self.limit))

    def limited(self, x: FloatArray) -> FloatArray:
        low = self.base.limited(np.minimum(x, self.deductible))
        if math.isinf(self.limit):
            return low
        start = self.deductible + self.limit
        above = self.base.limited(np.maximum(x + self.limit, start))
        return low + above - _limited_at(self.base, start)

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        draws = self.base.sample(generator, size)
        return draws - np.clip(draws - self.deductible, 0.0, self.limit)


@dataclass(frozen=True)
class Scaled(SeverityLaw):
    """factor * X, for example what a response control leaves of a loss."""

    base: SeverityLaw
    factor: float

    @property
    def mean(self) -> float:
        return self.factor * self.base.mean

    @property
    def second_moment(self) -> float:
        return self.factor**2 * self.base.second_moment

    @property
    def upper(self) -> float:
        return self.factor * self.base.upper

    @property
    def arithmetic(self) -> bool:
        return self.base.arithmetic

    @property
    def atoms(self) -> dict[float, float]:
        return _mapped(self.base.atoms, lambda x: self.factor * x)

    @property
    def kinks(self) -> list[float]:
        return [self.factor * x for x in self.base.kinks]

    def survival(self, x: FloatArray) -> FloatArray:
        return self.base.survival(x / self.factor)

    def limited(self, x: FloatArray) -> FloatArray:
        return self.factor * self.base.limited(x / self.factor)

    def limited_square(self, x: float) -> float:
        return self.factor**2 * self.base.limited_square(x / self.factor)

    def quantile(self, level: float) -> float:
        return self.factor * self.base.quantile(level)

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        return self.factor * self.base.sample(generator, size)
