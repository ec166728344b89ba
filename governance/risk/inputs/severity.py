"""Severities in the file format; ``law()`` gives the arithmetic behind each."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from governance.risk.inputs.fields import (
    Masses,
    NonNegative,
    OpenProbability,
    Positive,
    Probability,
    Spec,
    above,
    check_mass,
)
from governance.risk.normal import normal_quantile
from governance.risk.severity import (
    Capped,
    Discrete,
    Exponential,
    Gamma,
    GeneralizedPareto,
    Levy,
    Lognormal,
    Mixture,
    PrimarySecondary,
    ScaledBeta,
    SeverityLaw,
    Spliced,
    Uniform,
)

LARGEST_LOG = 690.0  # logarithm of the largest mean, 1e300 or so


class SeveritySpec(Spec):
    """The size of one loss in money, limited where the law or a contract sets a ``cap``."""

    cap: Positive | None = None

    def law(self) -> SeverityLaw:
        """Return the law of one loss, the cap applied."""
        bare = self._bare()
        return bare if self.cap is None else Capped(bare, self.cap)

    def _bare(self) -> SeverityLaw:
        raise NotImplementedError


class LognormalSeverity(SeveritySpec):
    """exp(mu + sigma Z)."""

    type: Literal["lognormal"]
    mu: float
    sigma: Positive

    @field_validator("sigma")
    @classmethod
    def _bounded(cls, value: float, info: ValidationInfo) -> float:
        return check_spread(info.data.get("mu", 0.0), value)

    def _bare(self) -> SeverityLaw:
        return Lognormal(self.mu, self.sigma)


class LognormalRange(SeveritySpec):
    """A lognormal from its central interval of 90 %: 5 % below ``low``, 5 % above ``high``."""

    type: Literal["lognormal_90ci"]
    low: Positive
    high: Positive

    @field_validator("high")
    @classmethod
    def _ordered(cls, value: float, info: ValidationInfo) -> float:
        return above(value, info, "low")

    @model_validator(mode="after")
    def _bounded(self) -> LognormalRange:
        lognormal_from_range(self.low, self.high, self.coverage)
        return self

    @property
    def coverage(self) -> float:
        """Return the probability of the interval."""
        return 0.9

    def _bare(self) -> SeverityLaw:
        return lognormal_from_range(self.low, self.high, self.coverage)


class LognormalInterval(SeveritySpec):
    """A lognormal from a central interval of any coverage."""

    type: Literal["lognormal_ci"]
    low: Positive
    high: Positive
    coverage: OpenProbability

    @field_validator("high")
    @classmethod
    def _ordered(cls, value: float, info: ValidationInfo) -> float:
        return above(value, info, "low")

    @model_validator(mode="after")
    def _bounded(self) -> LognormalInterval:
        lognormal_from_range(self.low, self.high, self.coverage)
        return self

    def _bare(self) -> SeverityLaw:
        return lognormal_from_range(self.low, self.high, self.coverage)


class ExponentialSeverity(SeveritySpec):
    """Exponential with a mean."""

    type: Literal["exponential"]
    mean: Positive

    def _bare(self) -> SeverityLaw:
        return Exponential(self.mean)


class GammaSeverity(SeveritySpec):
    """Gamma with mean shape * scale."""

    type: Literal["gamma"]
    shape: Positive
    scale: Positive

    def _bare(self) -> SeverityLaw:
        return Gamma(self.shape, self.scale)


class ParetoSeverity(SeveritySpec):
    """Generalised Pareto above a threshold; ``shape`` and ``scale`` name the same law as Lomax.

    xi = 1/shape and beta = scale/shape: P(X > threshold + y) = (1 + y/scale)^-shape.
    """

    type: Literal["pareto", "gpd"]
    xi: float | None = None
    beta: Positive | None = None
    shape: Positive | None = None
    scale: Positive | None = None
    threshold: NonNegative = 0.0

    @model_validator(mode="after")
    def _complete(self) -> ParetoSeverity:
        tail = self.xi is not None and self.beta is not None
        lomax = self.shape is not None and self.scale is not None
        given = sum(v is not None for v in (self.xi, self.beta, self.shape, self.scale))
        if given != 2 or not (tail or lomax):
            raise ValueError("give either xi and beta, or shape and scale")
        return self

    def _bare(self) -> SeverityLaw:
        return self.tail()

    def tail(self) -> GeneralizedPareto:
        """Return the law without the cap."""
        if self.xi is not None and self.beta is not None:
            return GeneralizedPareto(self.xi, self.beta, self.threshold)
        assert self.shape is not None and self.scale is not None  # noqa: S101, PT018
        return GeneralizedPareto(1.0 / self.shape, self.scale / self.shape, self.threshold)


class LevySeverity(SeveritySpec):
    """Levy with a scale; it has no mean."""

    type: Literal["levy"]
    scale: Positive

    def _bare(self) -> SeverityLaw:
        return Levy(self.scale)


class PertSeverity(SeveritySpec):
    """Modified PERT between ``low`` and ``high`` (Vose): a scaled beta, not range/6 moments."""

    type: Literal["pert"]
    low: NonNegative
    mode: NonNegative
    high: Positive
    gamma: Positive = 4.0

    @field_validator("mode")
    @classmethod
    def _above_low(cls, value: float, info: ValidationInfo) -> float:
        low = info.data.get("low")
        if low is not None and value < low:
            raise ValueError(f"must not be below low = {low:g}")
        return value

    @field_validator("high")
    @classmethod
    def _above_mode(cls, value: float, info: ValidationInfo) -> float:
        mode = info.data.get("mode")
        if mode is not None and value < mode:
            raise ValueError(f"must not be below mode = {mode:g}")
        return above(value, info, "low")

    def _bare(self) -> SeverityLaw:
        return ScaledBeta.pert(self.low, self.mode, self.high, self.gamma)


class UniformSeverity(SeveritySpec):
    """Uniform between two amounts."""

    type: Literal["uniform"]
    low: NonNegative
    high: Positive

    @field_validator("high")
    @classmethod
    def _ordered(cls, value: float, info: ValidationInfo) -> float:
        return above(value, info, "low")

    def _bare(self) -> SeverityLaw:
        return Uniform(self.low, self.high)


class ConstantSeverity(SeveritySpec):
    """The same amount every time."""

    type: Literal["constant"]
    value: NonNegative

    def _bare(self) -> SeverityLaw:
        return Discrete.of({self.value: 1.0})


class DiscreteSeverity(SeveritySpec):
    """A table of amounts and their probabilities."""

    type: Literal["discrete"]
    pmf: Masses

    @field_validator("pmf")
    @classmethod
    def _whole(cls, value: dict[float, float]) -> dict[float, float]:
        check_mass(list(value.values()))
        return value

    def _bare(self) -> SeverityLaw:
        return Discrete.of(self.pmf)


class EmpiricalSeverity(SeveritySpec):
    """Observed amounts, each equally likely; nothing beyond the largest can happen."""

    type: Literal["empirical"]
    losses: Annotated[tuple[NonNegative, ...], Field(min_length=1)]

    def _bare(self) -> SeverityLaw:
        return Discrete.empirical(self.losses)


class MixtureSeverity(SeveritySpec):
    """One of several severities, with weights."""

    type: Literal["mixture"]
    weights: tuple[Probability, ...]
    components: tuple[Severity, ...]

    @model_validator(mode="after")
    def _matching(self) -> MixtureSeverity:
        check_mass(list(self.weights))
        if len(self.weights) != len(self.components):
            raise ValueError("give one weight for each component")
        return self

    def _bare(self) -> SeverityLaw:
        parts = [(w, c) for w, c in zip(self.weights, self.components, strict=True) if w > 0.0]
        return Mixture(tuple(w for w, _ in parts), tuple(c.law() for _, c in parts))


class SplicedSeverity(SeveritySpec):
    """A body up to the tail's threshold and a generalised Pareto tail above it.

    ``tail_weight`` is the probability of exceeding the threshold; left out, it is the body's own.
    """

    type: Literal["spliced"]
    body: Severity
    tail: ParetoSeverity
    tail_weight: OpenProbability | None = None

    @field_validator("tail")
    @classmethod
    def _placed(cls, value: ParetoSeverity, info: ValidationInfo) -> ParetoSeverity:
        if value.threshold <= 0.0:
            raise ValueError("needs a threshold above 0, where the body ends")
        if value.cap is not None:
            raise ValueError("put the cap on the spliced severity, not on its tail")
        body = info.data.get("body")
        if body is not None and body.law().quantile(1e-12) >= value.threshold:
            raise ValueError("the body has no mass below the threshold")
        return value

    def _bare(self) -> SeverityLaw:
        import numpy as np

        body, tail = self.body.law(), self.tail.tail()
        weight = self.tail_weight
        if weight is None:
            weight = float(body.survival(np.array([tail.threshold]))[0])
        return Spliced(body, tail, weight)


class PrimarySecondarySeverity(SeveritySpec):
    """Primary loss and, with a probability for each event, a secondary loss on top of it."""

    type: Literal["primary_secondary"]
    primary: Severity
    probability: Probability
    secondary: Severity

    def _bare(self) -> SeverityLaw:
        if self.probability == 0.0:
            return self.primary.law()
        return PrimarySecondary.of(self.primary.law(), self.probability, self.secondary.law())


Severity = Annotated[
    LognormalSeverity
    | LognormalRange
    | LognormalInterval
    | ExponentialSeverity
    | GammaSeverity
    | ParetoSeverity
    | LevySeverity
    | PertSeverity
    | UniformSeverity
    | ConstantSeverity
    | DiscreteSeverity
    | EmpiricalSeverity
    | MixtureSeverity
    | SplicedSeverity
    | PrimarySecondarySeverity,
    Field(discriminator="type"),
]


def check_spread(mu: float, sigma: float) -> float:
    """Return sigma, or raise ValueError where a lognormal's mean is too large for a number."""
    if mu + 0.5 * sigma**2 > LARGEST_LOG:
        raise ValueError(f"mu = {mu:g} and sigma = {sigma:g} put the mean beyond 1e300")
    return sigma


def lognormal_from_range(low: float, high: float, coverage: float) -> Lognormal:
    """Return the lognormal whose central interval of a given coverage is [low, high].

    mu = (ln low + ln high)/2, sigma = (ln high - ln low)/(2 z), z the normal quantile of
    (1 + coverage)/2.
    """
    mu, width = 0.5 * (math.log(low) + math.log(high)), math.log(high) - math.log(low)
    return Lognormal(mu, check_spread(mu, width / (2.0 * normal_quantile(0.5 + 0.5 * coverage))))
