"""How scenarios of a portfolio depend on each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from pydantic import Discriminator, Field, Tag, model_validator

from governance.risk.arrays import FloatArray
from governance.risk.compound.model import SharedFactor, Term
from governance.risk.inputs.fields import NonNegative, Positive, Spec
from governance.risk.inputs.frequency import Frequency
from governance.risk.inputs.severity import Severity

Correlation = Annotated[float, Field(ge=-1.0, le=1.0)]
NORMAL_STEP = 0.4  # of the factor's normal; the trapezoidal rule's error is e^-(2 pi^2 / step^2)
SPREAD_STEP = 0.8  # of a count's standard deviation, between neighbouring nodes
FARTHEST = 7.0  # standard deviations of the factor's logarithm that the nodes reach


class DependenceSpec(Spec):
    """Base of the kinds of dependence."""

    @property
    def exact(self) -> bool:
        """Return whether the total has an exact law; otherwise it is simulated."""
        return True

    def check(self, names: list[str]) -> None:
        """Raise ValueError where the dependence does not fit the scenarios' names."""

    def factor(self, rates: Mapping[str, float]) -> SharedFactor | None:
        """Return the shared factor of the scenarios' rates over the horizon, if there is one."""
        return None

    def extra_terms(self, years: float) -> tuple[Term, ...]:
        """Return further independent sums, such as common shocks."""
        return ()


class Independent(DependenceSpec):
    """No dependence."""

    type: Literal["independent"]


class SharedRateFactor(DependenceSpec):
    """A random factor of mean one that multiplies the Poisson rates of some scenarios.

    ``cv`` is its coefficient of variation; it is drawn once for the horizon. With gamma the
    counts are jointly negative multinomial.
    """

    type: Literal["shared_factor"]
    distribution: Literal["gamma", "lognormal"] = "gamma"
    cv: NonNegative
    scenarios: tuple[str, ...] | None = None

    def check(self, names: list[str]) -> None:
        """Raise ValueError where a named scenario does not exist."""
        unknown = set(self.scenarios or ()) - set(names)
        if unknown:
            raise ValueError(f"dependence.scenarios names unknown {sorted(unknown)}")

    def factor(self, rates: Mapping[str, float]) -> SharedFactor:
        """Return the factor: gamma in closed form, lognormal by nodes as dense as rates ask."""
        members = frozenset(rates if self.scenarios is None else self.scenarios)
        if self.distribution == "gamma" or self.cv == 0.0:
            return SharedFactor(members, self.cv**2)
        nodes, weights = lognormal_nodes(self.cv, math.fsum(rates[name] for name in members))
        return SharedFactor(members, self.cv**2, nodes, weights)


class CommonShock(DependenceSpec):
    """Events that hit several scenarios at once, as one more random sum of their joint loss.

    ``id`` names the shock, so that a control can act on it.
    """

    type: Literal["common_shock"]
    id: Annotated[str, Field(min_length=1, max_length=200)] = "common_shock"
    frequency: Frequency
    severity: Severity

    def check(self, names: list[str]) -> None:
        """Raise ValueError where a scenario has the shock's name."""
        if self.id in names:
            raise ValueError(f"dependence.id: a scenario is named {self.id!r} as the shock is")

    def extra_terms(self, years: float) -> tuple[Term, ...]:
        """Return the random sum of the shocks."""
        return (Term(self.id, self.frequency.law(years), self.severity.law()),)


def _kind_of_correlation(value: object) -> str:
    return "matrix" if isinstance(value, list | tuple) else "number"


class Copula(DependenceSpec):
    """A Gaussian or Student t copula between the yearly losses; the total is simulated."""

    type: Literal["gaussian_copula", "t_copula"]
    correlation: Annotated[
        Annotated[Correlation, Tag("number")]
        | Annotated[tuple[tuple[Correlation, ...], ...], Tag("matrix")],
        Discriminator(_kind_of_correlation),
    ]
    degrees: Positive | None = None

    @property
    def exact(self) -> bool:
        """Return False: no transform gives the total."""
        return False

    @model_validator(mode="after")
    def _degrees(self) -> Copula:
        if self.type == "t_copula" and self.degrees is None:
            raise ValueError("a t_copula needs degrees (of freedom)")
        if self.type == "gaussian_copula" and self.degrees is not None:
            raise ValueError("a gaussian_copula has no degrees of freedom")
        return self

    def check(self, names: list[str]) -> None:
        """Raise ValueError where the matrix is not a symmetric matrix of the right size."""
        if isinstance(self.correlation, float):
            return
        matrix = np.array([list(row) for row in self.correlation], dtype=object)
        if matrix.shape != (len(names), len(names)):
            raise ValueError(f"dependence.correlation must be {len(names)} by {len(names)}")
        numbers = matrix.astype(np.float64)
        if not np.allclose(numbers, numbers.T) or not np.allclose(np.diag(numbers), 1.0):
            raise ValueError("dependence.correlation must be symmetric with ones on the diagonal")

    def matrix(self, size: int) -> FloatArray:
        """Return the correlation matrix."""
        if isinstance(self.correlation, float):
            return np.full((size, size), self.correlation) + np.eye(size) * (1 - self.correlation)
        return np.asarray(self.correlation, dtype=np.float64)


Dependence = Annotated[
    Independent | SharedRateFactor | CommonShock | Copula, Field(discriminator="type")
]


def lognormal_nodes(cv: float, rate: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return nodes and weights of a lognormal factor of mean one on a total rate of events.

    The counts of neighbouring nodes must overlap, or the mixture shows as teeth: Poisson counts
    spread by sqrt(rate F), so that nodes at equal steps of t(z) = z/a + b e^(sigma z/2), with F =
    e^(sigma z - sigma^2/2), keep a fixed share of that spread. The trapezoidal rule in t then
    converges geometrically: 1e-11 with the steps below.
    """
    sigma = math.sqrt(math.log1p(cv * cv))
    dense = 2.0 * math.sqrt(rate) * math.exp(-0.25 * sigma**2) / SPREAD_STEP

    def place(z: FloatArray) -> FloatArray:
        return z / NORMAL_STEP + dense * np.exp(0.5 * sigma * z)

    ends = place(np.array([-FARTHEST, FARTHEST + sigma]))  # the mean needs sigma more
    t = np.arange(math.floor(ends[0]), math.ceil(ends[1]) + 1.0)
    table = np.linspace(-FARTHEST - 1.0, FARTHEST + sigma + 1.0, 4001)
    z = np.interp(t, place(table), table)
    for _ in range(8):
        slope = 1.0 / NORMAL_STEP + 0.5 * sigma * dense * np.exp(0.5 * sigma * z)
        z -= (place(z) - t) / slope
    slope = 1.0 / NORMAL_STEP + 0.5 * sigma * dense * np.exp(0.5 * sigma * z)
    weights = np.exp(-0.5 * z * z) / slope
    values = np.exp(sigma * z - 0.5 * sigma**2)
    return tuple(values.tolist()), tuple((weights / weights.sum()).tolist())
