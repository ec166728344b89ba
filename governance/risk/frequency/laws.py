"""Poisson, negative binomial, binomial, zero-inflated, tabulated and repeated counts."""

# ruff: noqa: D102 - the contracts stand on CountLaw

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from governance.risk.arrays import (
    ComplexArray,
    FloatArray,
    IntArray,
    as_floats,
    exponential,
    log_one_plus,
)
from governance.risk.frequency.law import CountLaw

_TINY = 1e-3  # chances below which powers are taken by logarithms


@dataclass(frozen=True)
class Poisson(CountLaw):
    """Poisson law; pgf exp(rate (z - 1))."""

    rate: float

    @property
    def mean(self) -> float:
        return self.rate

    @property
    def variance(self) -> float:
        return self.rate

    def pgf(self, z: ComplexArray) -> ComplexArray:
        return exponential(self.rate * (z - 1.0))

    def pgf_slope(self, z: ComplexArray) -> ComplexArray:
        return self.rate * exponential(self.rate * (z - 1.0))

    def thinned(self, keep: float) -> Poisson:
        return Poisson(self.rate * keep)

    def over(self, periods: float) -> Poisson:
        return Poisson(self.rate * periods)

    def pmf(self, size: int) -> FloatArray:
        from scipy.special import gammaln, xlogy

        k = np.arange(size, dtype=np.float64)
        result: FloatArray = np.exp(xlogy(k, self.rate) - self.rate - gammaln(k + 1.0))
        return result

    def sample(self, generator: np.random.Generator, size: int) -> IntArray:
        return generator.poisson(self.rate, size)


@dataclass(frozen=True)
class NegativeBinomial(CountLaw):
    """Negative binomial law; pgf (1 - beta (z - 1))^-r, mean r beta (Loss Models, app. B)."""

    r: float
    beta: float

    @property
    def mean(self) -> float:
        return self.r * self.beta

    @property
    def variance(self) -> float:
        return self.r * self.beta * (1.0 + self.beta)

    def pgf(self, z: ComplexArray) -> ComplexArray:
        return exponential(-self.r * log_one_plus(-self.beta * (z - 1.0)))

    def pgf_slope(self, z: ComplexArray) -> ComplexArray:
        power = -(self.r + 1.0)
        return self.mean * exponential(power * log_one_plus(-self.beta * (z - 1.0)))

    def thinned(self, keep: float) -> NegativeBinomial:
        return NegativeBinomial(self.r, self.beta * keep)

    def over(self, periods: float) -> NegativeBinomial:
        return NegativeBinomial(self.r * periods, self.beta)

    def pmf(self, size: int) -> FloatArray:
        from scipy.special import gammaln, xlog1py, xlogy

        k = np.arange(size, dtype=np.float64)
        # r^-k Gamma(r + k)/Gamma(r) is the product of 1 + j/r: no large logarithms cancel
        logs = _product_logs(k / self.r) - gammaln(k + 1.0)
        logs += xlogy(k, self.mean) - xlog1py(self.r + k, self.beta)
        result: FloatArray = np.exp(logs)
        return result

    def sample(self, generator: np.random.Generator, size: int) -> IntArray:
        if self.beta == 0.0:
            return np.zeros(size, dtype=np.int64)
        return generator.poisson(generator.gamma(self.r, self.beta, size))


@dataclass(frozen=True)
class Binomial(CountLaw):
    """Binomial law; pgf (1 + p (z - 1))^n."""

    n: int
    p: float

    @property
    def mean(self) -> float:
        return self.n * self.p

    @property
    def variance(self) -> float:
        return self.n * self.p * (1.0 - self.p)

    def pgf(self, z: ComplexArray) -> ComplexArray:
        return self._power(z, self.n)

    def pgf_slope(self, z: ComplexArray) -> ComplexArray:
        return self.mean * self._power(z, max(self.n - 1, 0))

    def _power(self, z: ComplexArray, times: int) -> ComplexArray:
        """Return (1 + p (z - 1))^times; by logarithms where 1 + p (z - 1) would round p away."""
        if self.p < _TINY:
            return exponential(times * log_one_plus(self.p * (z - 1.0)))
        result: ComplexArray = (1.0 + self.p * (z - 1.0)) ** times
        return result

    def thinned(self, keep: float) -> Binomial:
        return Binomial(self.n, self.p * keep)

    def over(self, periods: float) -> Binomial:
        return Binomial(self.n * _whole(periods, "a binomial count"), self.p)

    def pmf(self, size: int) -> FloatArray:
        from scipy.special import gammaln, xlog1py, xlogy

        k = np.arange(min(size, self.n + 1), dtype=np.float64)
        logs = _product_logs(-k / max(self.n, 1)) - gammaln(k + 1.0)
        masses = np.zeros(size)
        masses[: k.size] = np.exp(logs + xlogy(k, self.mean) + xlog1py(self.n - k, -self.p))
        return masses

    def sample(self, generator: np.random.Generator, size: int) -> IntArray:
        return generator.binomial(self.n, self.p, size)

    def support(self, tail: float = 1e-18) -> int:
        return self.n + 1


@dataclass(frozen=True)
class ZeroInflated(CountLaw):
    """Extra zeros with probability ``extra``, otherwise a base count."""

    extra: float
    base: CountLaw

    @property
    def mean(self) -> float:
        return (1.0 - self.extra) * self.base.mean

    @property
    def variance(self) -> float:
        second = self.base.variance + self.base.mean**2
        return (1.0 - self.extra) * second - self.mean**2

    def pgf(self, z: ComplexArray) -> ComplexArray:
        return self.extra + (1.0 - self.extra) * self.base.pgf(z)

    def pgf_slope(self, z: ComplexArray) -> ComplexArray:
        return (1.0 - self.extra) * self.base.pgf_slope(z)

    def thinned(self, keep: float) -> ZeroInflated:
        return ZeroInflated(self.extra, self.base.thinned(keep))

    def over(self, periods: float) -> CountLaw:
        return repeated(self, periods, "a zero-inflated count")

    def pmf(self, size: int) -> FloatArray:
        masses = (1.0 - self.extra) * self.base.pmf(size)
        masses[0] += self.extra
        return masses

    def sample(self, generator: np.random.Generator, size: int) -> IntArray:
        draws = self.base.sample(generator, size)
        return np.where(generator.random(size) < self.extra, 0, draws)

    def support(self, tail: float = 1e-18) -> int:
        return self.base.support(tail)


@dataclass(frozen=True)
class Tabulated(CountLaw):
    """A count with given masses on 0, 1, 2, ..."""

    masses: tuple[float, ...]

    @property
    def mean(self) -> float:
        return math.fsum(k * mass for k, mass in enumerate(self.masses))

    @property
    def variance(self) -> float:
        mean = self.mean
        return math.fsum((k - mean) ** 2 * mass for k, mass in enumerate(self.masses))

    def pgf(self, z: ComplexArray) -> ComplexArray:
        return _horner(self.masses, z)

    def pgf_slope(self, z: ComplexArray) -> ComplexArray:
        return _horner([k * mass for k, mass in enumerate(self.masses)][1:] or [0.0], z)

    def thinned(self, keep: float) -> Tabulated:
        size = len(self.masses)
        thinned = np.zeros(size)
        for count, mass in enumerate(self.masses):
            thinned[: count + 1] += mass * Binomial(count, keep).pmf(count + 1)
        return Tabulated(tuple(thinned.tolist()))

    def over(self, periods: float) -> CountLaw:
        return repeated(self, periods, "a tabulated count")

    def pmf(self, size: int) -> FloatArray:
        masses = np.zeros(size)
        given = np.asarray(self.masses)[:size]
        masses[: given.size] = given
        return masses

    def sample(self, generator: np.random.Generator, size: int) -> IntArray:
        probabilities = np.asarray(self.masses)
        return generator.choice(len(self.masses), size, p=probabilities / probabilities.sum())

    def support(self, tail: float = 1e-18) -> int:
        return len(self.masses)


@dataclass(frozen=True)
class Repeated(CountLaw):
    """The sum of a whole number of independent copies of a base count."""

    base: CountLaw
    times: int

    @property
    def mean(self) -> float:
        return self.times * self.base.mean

    @property
    def variance(self) -> float:
        return self.times * self.base.variance

    def pgf(self, z: ComplexArray) -> ComplexArray:
        return self.base.pgf(z) ** self.times

    def pgf_slope(self, z: ComplexArray) -> ComplexArray:
        return self.times * self.base.pgf(z) ** (self.times - 1) * self.base.pgf_slope(z)

    def thinned(self, keep: float) -> CountLaw:
        return Repeated(self.base.thinned(keep), self.times)

    def over(self, periods: float) -> CountLaw:
        return repeated(self, periods, "a repeated count")

    def pmf(self, size: int) -> FloatArray:
        one = self.base.pmf(size)
        result = one
        for _ in range(self.times - 1):
            result = np.convolve(result, one)[:size]
        return result

    def sample(self, generator: np.random.Generator, size: int) -> IntArray:
        draws = self.base.sample(generator, size * self.times)
        total: IntArray = draws.reshape(self.times, size).sum(axis=0)
        return total

    def support(self, tail: float = 1e-18) -> int:
        return self.times * self.base.support(tail)


def repeated(law: CountLaw, periods: float, what: str) -> CountLaw:
    """Return the sum over a whole number of periods."""
    times = _whole(periods, what)
    return law if times == 1 else Repeated(law, times)


def _whole(periods: float, what: str) -> int:
    times = round(periods)
    if times < 1 or abs(times - periods) > 1e-9:
        raise ValueError(f"{what} needs a whole number of periods in the horizon, not {periods:g}")
    return times


def _product_logs(shares: FloatArray) -> FloatArray:
    """Return the logarithms of the products of 1 + share, of none of them, one, two, ..."""
    logs = np.log1p(shares[:-1]).astype(np.longdouble)
    return as_floats(np.append(0.0, np.cumsum(logs)))


def _horner(coefficients: tuple[float, ...] | list[float], z: ComplexArray) -> ComplexArray:
    result = np.full_like(z, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        result = result * z + coefficient
    return result
