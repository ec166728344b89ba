"""A collective model: independent random sums, some of whose rates may share a factor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from governance.risk.arrays import ComplexArray, FloatArray, exponential, log_one_plus
from governance.risk.frequency import CountLaw, Poisson
from governance.risk.severity import SeverityLaw

NO_VARIANCE = 1e-100  # below it a factor is one: the error v t^2 / 2 is beyond every digit


@dataclass(frozen=True)
class Term:
    """The sum of N independent losses of one kind."""

    name: str
    count: CountLaw
    severity: SeverityLaw

    @property
    def mean(self) -> float:
        """Return E[N] E[X]."""
        return self.count.mean * self.severity.mean if self.count.mean > 0.0 else 0.0

    @property
    def variance(self) -> float:
        """Return E[N] Var[X] + Var[N] E[X]^2; ``inf`` where it does not exist."""
        if self.count.mean == 0.0:
            return 0.0
        if math.isinf(self.severity.second_moment):
            return math.inf
        return self.count.mean * self.severity.variance + (
            self.count.variance * self.severity.mean**2
        )

    @property
    def prob_zero(self) -> float:
        """Return P(sum = 0)."""
        return self.count.generating(self.severity.atoms.get(0.0, 0.0))


@dataclass(frozen=True)
class SharedFactor:
    """A random factor of mean one that multiplies the rates of Poisson terms.

    ``gamma`` has the closed form E[e^(F t)] = (1 - v t)^(-1/v) with v the squared coefficient of
    variation; any other law comes as nodes and weights of a quadrature.
    """

    members: frozenset[str]
    variance: float
    nodes: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()

    def transform(self, exponent: ComplexArray) -> ComplexArray:
        """Return E[exp(F t)] elementwise for Re t <= 0."""
        if not self.nodes:
            if self.variance < NO_VARIANCE:
                return np.exp(exponent)
            return exponential(-log_one_plus(-self.variance * exponent) / self.variance)
        return self._mixed(exponent, self.weights)

    def slope(self, exponent: ComplexArray) -> ComplexArray:
        """Return the derivative E[F exp(F t)] elementwise."""
        if not self.nodes:
            if self.variance < NO_VARIANCE:
                return np.exp(exponent)
            power = -1.0 / self.variance - 1.0
            return exponential(power * log_one_plus(-self.variance * exponent))
        return self._mixed(
            exponent, [w * node for w, node in zip(self.weights, self.nodes, strict=True)]
        )

    def _mixed(self, exponent: ComplexArray, factors: Sequence[float]) -> ComplexArray:
        """Return the sum of factor exp(node exponent), without what is below 1e-19 of its peak.

        A large node matters at few frequencies only, which keeps thousands of nodes affordable.
        """
        order = np.argsort(-exponent.real)
        ranked = exponent[order]
        real = ranked.real
        peak = sum(f * math.exp(n * real[0]) for n, f in zip(self.nodes, factors, strict=True))
        faintest = math.log(max(peak, 1e-290)) - 44.0
        mixed = np.zeros_like(ranked)
        for node, factor in zip(self.nodes, factors, strict=True):
            active = int(np.searchsorted(-real, -faintest / node, side="right"))
            mixed[:active] += factor * np.exp(node * ranked[:active])
        result = np.empty_like(mixed)
        result[order] = mixed
        return result


@dataclass(frozen=True)
class CompoundModel:
    """Independent terms, of which those named by the factor share a random rate."""

    terms: tuple[Term, ...]
    factor: SharedFactor | None = None

    @cached_property
    def mean(self) -> float:
        """Return E[S]; ``inf`` where it does not exist."""
        return math.fsum(t.mean for t in self.terms) if self._finite else math.inf

    @property
    def _finite(self) -> bool:
        return all(math.isfinite(term.mean) for term in self.terms)

    @cached_property
    def variance(self) -> float:
        """Return Var[S]; ``inf`` where it does not exist."""
        parts = [term.variance for term in self.terms]
        if any(math.isinf(part) for part in parts):
            return math.inf
        shared = 0.0
        if self.factor is not None:
            shared = math.fsum(t.mean for t in self.terms if t.name in self.factor.members)
            shared = self.factor.variance * shared**2
        return math.fsum(parts) + shared

    @cached_property
    def prob_zero(self) -> float:
        """Return P(S = 0)."""
        zeros = [np.array([t.severity.atoms.get(0.0, 0.0)], np.complex128) for t in self.terms]
        return float(self.combine(zeros)[0].real)

    @cached_property
    def atomic(self) -> float:
        """Return the probability that S is a sum of atoms (the empty sum included)."""
        held = [np.array([sum(t.severity.atoms.values())], np.complex128) for t in self.terms]
        return float(self.combine(held)[0].real)

    @property
    def arithmetic(self) -> bool:
        """Return whether every loss takes values in a countable set."""
        return all(term.severity.arithmetic for term in self.terms)

    def exceedances(self, x: FloatArray) -> FloatArray:
        """Return (a bound of) the expected number of single losses above x."""
        total = np.zeros_like(x)
        for term in self.terms:
            total += term.count.mean * term.severity.survival_bound(x)
        return total

    def largest(self, x: FloatArray) -> FloatArray:
        """Return P(largest single loss > x): the occurrence exceedance probability."""
        below = [(1.0 - t.severity.survival(x)).astype(np.complex128) for t in self.terms]
        return 1.0 - self.combine(below).real

    def combine(self, transforms: list[ComplexArray]) -> ComplexArray:
        """Return the transform of S from those of the single losses, in the terms' order.

        A loss's transform is phi; independent terms multiply P_N(phi), those of the shared factor
        enter as E[exp(F sum rate (phi - 1))].
        """
        members: frozenset[str] = frozenset() if self.factor is None else self.factor.members
        exponent = np.zeros_like(transforms[0])
        shared = np.zeros_like(transforms[0])
        product: ComplexArray | None = None
        for term, phi in zip(self.terms, transforms, strict=True):
            if term.name in members:
                shared += term.count.mean * (phi - 1.0)
            elif isinstance(term.count, Poisson):
                exponent += term.count.rate * (phi - 1.0)
            else:
                one = term.count.pgf(phi)
                product = one if product is None else product * one
        result = np.exp(exponent)
        if product is not None:
            result = result * product
        if self.factor is not None:
            result = result * self.factor.transform(shared)
        return result


@dataclass(frozen=True)
class MixedModel:
    """One of several collective models, with weights: parameters that are themselves uncertain."""

    weights: tuple[float, ...]
    parts: tuple[CompoundModel, ...]
    mean_exists: bool = True

    def _blend(self, values: list[float]) -> float:
        return math.fsum(w * value for w, value in zip(self.weights, values, strict=True))

    @property
    def terms(self) -> tuple[Term, ...]:
        """Return the terms of all parts."""
        return tuple(term for part in self.parts for term in part.terms)

    @cached_property
    def mean(self) -> float:
        """Return E[S]; ``inf`` where the mixture stands for a law without mean."""
        return self._blend([part.mean for part in self.parts]) if self.mean_exists else math.inf

    @cached_property
    def variance(self) -> float:
        """Return Var[S]; ``inf`` where it does not exist."""
        if not self.mean_exists:
            return math.inf
        squares = [part.variance + part.mean**2 for part in self.parts]
        return self._blend(squares) - self.mean**2

    @cached_property
    def prob_zero(self) -> float:
        """Return P(S = 0)."""
        return self._blend([part.prob_zero for part in self.parts])

    @cached_property
    def atomic(self) -> float:
        """Return the probability that S is a sum of atoms."""
        return self._blend([part.atomic for part in self.parts])

    @property
    def arithmetic(self) -> bool:
        """Return whether every loss takes values in a countable set."""
        return all(part.arithmetic for part in self.parts)

    def exceedances(self, x: FloatArray) -> FloatArray:
        """Return (a bound of) the expected number of single losses above x."""
        total = np.zeros_like(x)
        for weight, part in zip(self.weights, self.parts, strict=True):
            total += weight * part.exceedances(x)
        return total


Model = CompoundModel | MixedModel
