"""Threat capability against resistance strength: the vulnerability of Open FAIR (O-RT 3.0.1)."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from governance.risk.arrays import FloatArray, integrate
from governance.risk.inputs.fields import Positive, Spec, above


class BetaStrength(Spec):
    """Beta(a, b) on [0, 1]."""

    type: Literal["beta"]
    a: Positive
    b: Positive

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the support."""
        return 0.0, 1.0

    def cdf(self, t: FloatArray) -> FloatArray:
        """Return P(T <= t)."""
        from scipy.special import betainc

        result: FloatArray = betainc(self.a, self.b, np.clip(t, 0.0, 1.0))
        return result

    def quantile(self, level: FloatArray) -> FloatArray:
        """Return the quantiles."""
        from scipy.special import betaincinv

        result: FloatArray = betaincinv(self.a, self.b, level)
        return result


class PertStrength(Spec):
    """Modified PERT between low and high, on any scale that both strengths share."""

    type: Literal["pert"]
    low: float
    mode: float
    high: float
    gamma: Positive = 4.0

    @field_validator("high")
    @classmethod
    def _ordered(cls, value: float, info: ValidationInfo) -> float:
        mode, low = info.data.get("mode"), info.data.get("low")
        if mode is not None and low is not None and not low <= mode <= value:
            raise ValueError("low, mode and high must be in order")
        return above(value, info, "low")

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the support."""
        return self.low, self.high

    def _beta(self) -> BetaStrength:
        width = self.high - self.low
        return BetaStrength(
            type="beta",
            a=1.0 + self.gamma * (self.mode - self.low) / width,
            b=1.0 + self.gamma * (self.high - self.mode) / width,
        )

    def cdf(self, t: FloatArray) -> FloatArray:
        """Return P(T <= t)."""
        return self._beta().cdf((t - self.low) / (self.high - self.low))

    def quantile(self, level: FloatArray) -> FloatArray:
        """Return the quantiles."""
        return self.low + (self.high - self.low) * self._beta().quantile(level)


class UniformStrength(Spec):
    """Uniform between low and high."""

    type: Literal["uniform"]
    low: float
    high: float

    @field_validator("high")
    @classmethod
    def _ordered(cls, value: float, info: ValidationInfo) -> float:
        return above(value, info, "low")

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the support."""
        return self.low, self.high

    def cdf(self, t: FloatArray) -> FloatArray:
        """Return P(T <= t)."""
        return np.clip((t - self.low) / (self.high - self.low), 0.0, 1.0)

    def quantile(self, level: FloatArray) -> FloatArray:
        """Return the quantiles."""
        return self.low + (self.high - self.low) * level


class NormalStrength(Spec):
    """Normal with mean and standard deviation."""

    type: Literal["normal"]
    mean: float
    sd: Positive

    @property
    def bounds(self) -> tuple[float, float]:
        """Return a range that holds all but 1e-33 of the mass."""
        return self.mean - 12.0 * self.sd, self.mean + 12.0 * self.sd

    def cdf(self, t: FloatArray) -> FloatArray:
        """Return P(T <= t)."""
        from scipy.special import ndtr

        result: FloatArray = ndtr((t - self.mean) / self.sd)
        return result

    def quantile(self, level: FloatArray) -> FloatArray:
        """Return the quantiles."""
        from scipy.special import ndtri

        result: FloatArray = self.mean + self.sd * ndtri(level)
        return result


Strength = Annotated[
    BetaStrength | PertStrength | UniformStrength | NormalStrength, Field(discriminator="type")
]


def vulnerability(tcap: Strength, resistance: Strength) -> float:
    """Return P(TCap > RS) for independent strengths, by quadrature over TCap's quantiles.

    The probability that a single threat event succeeds; panels shrink towards both ends and end
    at resistance's bounds and quantiles, so that the error stays near 1e-13 however narrow it is.
    """
    ends = np.concatenate([10.0 ** -np.arange(16.0, 0.0, -0.5), np.linspace(0.1, 0.5, 9)[1:]])
    edges = np.concatenate([[0.0], ends, 1.0 - ends[:-1][::-1], [1.0]])
    steps = np.array([1e-12, 1e-6, 1e-3, 0.1, 0.5, 0.9, 0.999, 1.0 - 1e-6, 1.0 - 1e-12])
    kinks = tcap.cdf(np.append(resistance.quantile(steps), resistance.bounds))
    edges = np.unique(np.concatenate([edges, kinks]))
    value = integrate(lambda u: resistance.cdf(tcap.quantile(u)), edges, order=24)
    return min(max(value, 0.0), 1.0)
