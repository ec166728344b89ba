"""Severities from observed amounts, with the uncertainty of their parameters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from governance.kernel.errors import InputError
from governance.risk.arrays import FloatArray


@dataclass(frozen=True)
class LognormalPosterior:
    """Normal-inverse-gamma law of (mu, sigma^2) of the logarithms of amounts.

    sigma^2 ~ InverseGamma(shape, scale), mu | sigma^2 ~ Normal(location, sigma^2 / weight). With
    the reference prior 1/sigma^2: location the mean log, weight n, shape (n - 1)/2, scale the
    half sum of squares (Gelman et al., BDA3, section 3.2).
    """

    location: float
    weight: float
    shape: float
    scale: float

    @classmethod
    def of(cls, amounts: Sequence[float]) -> LognormalPosterior:
        """Return the posterior of observed amounts under the reference prior."""
        if len(amounts) < 3 or min(amounts) <= 0.0:
            raise InputError("at least three amounts above 0 are needed", field="amounts")
        logs = np.log(np.asarray(amounts, dtype=np.float64))
        squares = float(((logs - logs.mean()) ** 2).sum())
        if squares == 0.0:
            raise InputError("all amounts are equal: they show no spread", field="amounts")
        return cls(float(logs.mean()), float(logs.size), 0.5 * (logs.size - 1), 0.5 * squares)

    def updated(self, amounts: Sequence[float]) -> LognormalPosterior:
        """Return the posterior after further amounts."""
        logs = np.log(np.asarray(amounts, dtype=np.float64))
        n, mean = float(logs.size), float(logs.mean())
        weight = self.weight + n
        location = (self.weight * self.location + n * mean) / weight
        spread = float(((logs - mean) ** 2).sum())
        spread += self.weight * n / weight * (mean - self.location) ** 2
        return LognormalPosterior(location, weight, self.shape + 0.5 * n, self.scale + 0.5 * spread)

    @property
    def mu(self) -> float:
        """Return the plug-in mean of the logarithms."""
        return self.location

    @property
    def sigma(self) -> float:
        """Return the plug-in (unbiased) standard deviation of the logarithms."""
        return math.sqrt(self.scale / self.shape)

    def predictive_quantile(self, level: float) -> float:
        """Return the quantile of the next amount: a log-Student law with 2 shape degrees."""
        from scipy.special import stdtrit

        spread = self.sigma * math.sqrt(1.0 + 1.0 / self.weight)
        return math.exp(self.location + spread * float(stdtrit(2.0 * self.shape, level)))

    def nodes(self, spreads: int = 24, centres: int = 4) -> tuple[FloatArray, FloatArray]:
        """Return ((mu, sigma) rows, weights) of a quadrature over the posterior.

        The trapezoidal rule over the logarithm of sigma, whose density falls off on both sides,
        reaches all but 1e-8 of it, so that deep quantiles see the rare large sigma; mu given sigma
        at Gauss-Hermite points. The mean of the predictive law does not exist; nodes are for
        quantiles.
        """
        from scipy.special import gammainccinv, gammaincinv

        ends = np.log([gammaincinv(self.shape, 1e-8), gammainccinv(self.shape, 1e-8)])
        logs = np.linspace(float(ends[0]), float(ends[1]), spreads)
        densities = np.exp(self.shape * (logs - logs[-1]) - np.exp(logs) + np.exp(logs[-1]))
        sigmas = np.sqrt(self.scale * np.exp(-logs))
        steps, weights = np.polynomial.hermite_e.hermegauss(centres)
        mus = self.location + np.outer(sigmas, steps) / math.sqrt(self.weight)
        rows = np.stack([mus, np.repeat(sigmas[:, None], centres, axis=1)], axis=-1)
        joint = np.outer(densities / densities.sum(), weights / weights.sum())
        return rows.reshape(-1, 2), joint.ravel()
