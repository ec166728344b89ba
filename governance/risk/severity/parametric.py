"""Lognormal, gamma and exponential losses."""

# ruff: noqa: D102 - the contracts stand on SeverityLaw

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from governance.risk.arrays import FloatArray
from governance.risk.normal import ndtr, normal_cdf, normal_quantile
from governance.risk.severity.draws import lognormal_draws
from governance.risk.severity.law import SeverityLaw

_LARGEST = 700.0  # logarithm of the largest moment that is a number
_SMALLEST = 5e-324  # stands for a loss of zero under a logarithm


@dataclass(frozen=True)
class Lognormal(SeverityLaw):
    """exp(mu + sigma Z) with Z standard normal."""

    mu: float
    sigma: float

    @property
    def mean(self) -> float:
        exponent = self.mu + 0.5 * self.sigma**2
        return math.exp(exponent) if exponent < _LARGEST else math.inf

    @property
    def second_moment(self) -> float:
        exponent = 2.0 * (self.mu + self.sigma**2)
        return math.exp(exponent) if exponent < _LARGEST else math.inf

    def survival(self, x: FloatArray) -> FloatArray:
        return ndtr((self.mu - np.log(np.maximum(x, _SMALLEST))) / self.sigma)

    def limited(self, x: FloatArray) -> FloatArray:
        z = np.log(np.maximum(x, _SMALLEST))
        z -= self.mu
        z /= self.sigma
        if math.isinf(self.mean):
            return self._limited_wide(x, z)
        return self.mean * ndtr(z - self.sigma) + x * ndtr(-z)

    def _limited_wide(self, x: FloatArray, z: FloatArray) -> FloatArray:
        """Do without the mean, which is no number: mean phi(z - sigma) = x phi(z)."""
        from scipy.special import erfcx

        with np.errstate(invalid="ignore"):
            ratio = math.sqrt(0.5 * math.pi) * erfcx((self.sigma - z) * math.sqrt(0.5))
            held = x * np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) * ratio
        result: FloatArray = np.where(x > 0.0, held, 0.0) + x * ndtr(-z)
        return result

    def limited_square(self, x: float) -> float:
        if x <= 0.0:
            return 0.0
        z = (math.log(x) - self.mu) / self.sigma
        return self.second_moment * normal_cdf(z - 2.0 * self.sigma) + x * x * normal_cdf(-z)

    def quantile(self, level: float) -> float:
        exponent = self.mu + self.sigma * normal_quantile(level)
        return math.exp(exponent) if exponent < _LARGEST else math.inf

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        return lognormal_draws(generator, self.mu, self.sigma, size)


@dataclass(frozen=True)
class Gamma(SeverityLaw):
    """Gamma law with mean shape * scale."""

    shape: float
    scale: float

    @property
    def mean(self) -> float:
        return self.shape * self.scale

    @property
    def second_moment(self) -> float:
        return self.shape * (self.shape + 1.0) * self.scale**2

    def survival(self, x: FloatArray) -> FloatArray:
        from scipy.special import gammaincc

        result: FloatArray = gammaincc(self.shape, x / self.scale)
        return result

    def limited(self, x: FloatArray) -> FloatArray:
        from scipy.special import gammainc, gammaincc

        t = x / self.scale
        body: FloatArray = self.mean * gammainc(self.shape + 1.0, t)
        above: FloatArray = x * gammaincc(self.shape, t)
        return body + above

    def limited_square(self, x: float) -> float:
        from scipy.special import gammainc, gammaincc

        t = x / self.scale
        body = self.second_moment * gammainc(self.shape + 2.0, t)
        return float(body + x * x * gammaincc(self.shape, t))

    def quantile(self, level: float) -> float:
        from scipy.special import gammaincinv

        return float(self.scale * gammaincinv(self.shape, level))

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        return generator.gamma(self.shape, self.scale, size)


@dataclass(frozen=True)
class Exponential(SeverityLaw):
    """Exponential law with a given mean."""

    average: float

    @property
    def mean(self) -> float:
        return self.average

    @property
    def second_moment(self) -> float:
        return 2.0 * self.average**2

    def survival(self, x: FloatArray) -> FloatArray:
        return np.exp(-x / self.average)

    def limited(self, x: FloatArray) -> FloatArray:
        return -self.average * np.expm1(-x / self.average)

    def limited_square(self, x: float) -> float:
        t = x / self.average
        return float(2.0 * self.average**2 * (-math.expm1(-t) - t * math.exp(-t)))

    def quantile(self, level: float) -> float:
        return -self.average * math.log1p(-level)

    def sample(self, generator: np.random.Generator, size: int) -> FloatArray:
        return generator.exponential(self.average, size)
