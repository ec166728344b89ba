"""Which scenario carries the tail: exact Euler allocation and gradients per scenario.

co-TVaR_i = E[S_i | S in the worst 1 - p share] sums to TVaR (Tasche 2000; Denuit 2019), and is
the derivative of TVaR to the log of the scenario's loss size. Contributions E[S_i | S = VaR] are
the same for VaR. With Poisson counts dF(x)/d rate_i = (f_i * G)(x) - G(x), which gives the
gradients to each rate. Everything is one more transform per scenario on the lattice of the total.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from governance.kernel.errors import InputError
from governance.kernel.value import Value
from governance.risk.arrays import ComplexArray, FloatArray
from governance.risk.compound.ladder import Grid
from governance.risk.compound.lattice import LatticeLaw
from governance.risk.compound.law import Estimate
from governance.risk.compound.model import CompoundModel, Term
from governance.risk.compound.rung import Rung, interpolate_cubic
from governance.risk.compound.spectrum import Nested, Pool, atom_masses
from governance.risk.frequency import Poisson
from governance.risk.quantify import FINEST_TOLERANCE, check_level, currency_of
from governance.risk.scenario import Portfolio, Scenario

SMALL_PART = 0.1  # share of the total down to which a scenario's parts meet the tolerance
_LEAST_ATOM = 1e-12  # probability from which a point of the total counts as an atom


class Contribution(Value):
    """What one scenario adds to mean, VaR and TVaR of the total, and how they react to it.

    ``var`` and ``tvar`` are Euler contributions: they sum to the totals and are the gradients to
    the relative size of the scenario's losses. ``var_per_event`` and ``tvar_per_event`` are the
    gradients to its yearly rate (None where the count is not Poisson); ``tvar_share`` is the part
    of the total's TVaR.
    """

    id: str
    mean: float
    var: float
    tvar: float
    tvar_share: float
    mean_per_event: float
    var_per_event: float | None
    tvar_per_event: float | None


class Allocation(Value):
    """Contributions of all scenarios at one level; ``gap`` is TVaR less their sum, relatively."""

    level: float
    mean: float
    var: float
    tvar: float
    contributions: tuple[Contribution, ...]
    gap: float
    error_bound: float
    currency: str | None
    horizon_years: float


def allocate(
    subject: Portfolio | Scenario, level: float = 0.99, *, tolerance: float = 1e-5
) -> Allocation:
    """Return the exact Euler allocation of VaR and TVaR to the scenarios.

    ``tolerance`` is the relative error of the parts of scenarios that make up a tenth of the total
    or more. Raises InputError where a scenario has no mean, where an aggregate layer cuts the
    total, or where the dependence has no exact law.
    """
    check_level(level)
    if isinstance(subject, Portfolio) and not subject.dependence.exact:
        raise InputError("a copula has no exact allocation", field="dependence")
    if subject.aggregate_layer is not None:
        raise InputError("an aggregate layer is not allocated", field="aggregate_layer")
    model = subject.model()
    for term in model.terms:
        if math.isinf(term.mean):
            raise InputError("has no mean, so that TVaR cannot be allocated", field=term.name)
    return _allocate(model, level, tolerance, currency_of(subject), subject.years)


def _allocate(
    model: CompoundModel, level: float, tolerance: float, currency: str | None, years: float
) -> Allocation:
    law = LatticeLaw(model, max(tolerance * SMALL_PART, FINEST_TOLERANCE))
    (tail,) = law.tails([level])
    assert tail.tvar is not None  # noqa: S101 - every mean exists
    if tail.var.value == 0.0:
        rows = [_rare(term, level, years) for term in model.terms]
    else:
        ladder = law.ladder_at(tail.var.value)
        transforms = _Transforms(model, ladder.grid)
        rungs = [
            (_RungShares(transforms, index, rung), rung.quantile(level))
            for index, rung in enumerate(ladder.rungs)
        ]
        rows = [
            _contribution(term, index, rungs, ladder.combined, level, years)
            for index, term in enumerate(model.terms)
        ]
    total = math.fsum(row[0].tvar for row in rows)
    gap = (tail.tvar.value - total) / tail.tvar.value if tail.tvar.value else 0.0
    parts = [
        row.model_copy(update={"tvar_share": row.tvar / tail.tvar.value if tail.tvar.value else 0})
        for row, _ in rows
    ]
    bound = max([tail.tvar.relative(), *(b / max(tail.tvar.value, 1e-300) for _, b in rows)])
    return Allocation(
        level=level,
        mean=model.mean,
        var=tail.var.value,
        tvar=tail.tvar.value,
        contributions=tuple(parts),
        gap=gap,
        error_bound=max(bound, abs(gap), 1e-12),
        currency=currency,
        horizon_years=years,
    )


def _rare(term: Term, level: float, years: float) -> tuple[Contribution, float]:
    """Return the contribution where VaR is zero: all of the mean lies in the worst share."""
    poisson = isinstance(term.count, Poisson)
    tvar = term.mean / (1.0 - level)
    return (
        Contribution(
            id=term.name,
            mean=term.mean,
            var=0.0,
            tvar=tvar,
            tvar_share=0.0,
            mean_per_event=term.severity.mean * years,
            var_per_event=0.0 if poisson else None,
            tvar_per_event=term.severity.mean * years / (1.0 - level) if poisson else None,
        ),
        1e-12 * tvar,
    )


@dataclass(frozen=True)
class _Figures:
    """Contributions and gradients of one scenario on one lattice."""

    var: float
    tvar: float
    var_slope: float
    tvar_slope: float


def _contribution(
    term: Term,
    index: int,
    rungs: Sequence[tuple[_RungShares, float]],
    extrapolate: Callable[[list[float]], Estimate],
    level: float,
    years: float,
) -> tuple[Contribution, float]:
    figures = [rung.figures(index, quantile, level) for rung, quantile in rungs]

    def combined(name: str) -> Estimate:
        return extrapolate([getattr(figure, name) for figure in figures])

    tvar = combined("tvar")
    free = isinstance(term.count, Poisson) and rungs[0][0].independent
    return (
        Contribution(
            id=term.name,
            mean=term.mean,
            var=combined("var").value,
            tvar=tvar.value,
            tvar_share=0.0,
            mean_per_event=term.severity.mean * years,
            var_per_event=combined("var_slope").value * years if free else None,
            tvar_per_event=combined("tvar_slope").value * years if free else None,
        ),
        tvar.bound,
    )


class _Transforms:
    """Tilted transforms of each term's severity on the lattices of a ladder."""

    def __init__(self, model: CompoundModel, grid: Grid) -> None:
        self.model = model
        self.grid = grid
        self._pools = [Pool([(1.0, term.severity)], grid.top) for term in model.terms]
        self._fall = Nested(lambda x: np.exp(-grid.tilt / grid.top * x), grid.top)

    def fall(self, size: int) -> FloatArray:
        """Return the factors of the tilt at ``size`` nodes."""
        return self._fall.at(size)[:-1]

    def tilted(self, size: int, *, weighted: bool = False) -> list[ComplexArray]:
        """Return each term's transform; ``weighted`` multiplies the masses by their losses."""
        return self._tilted([pool.masses(size) for pool in self._pools], weighted)

    def atoms(self, size: int, *, weighted: bool = False) -> list[ComplexArray]:
        """Return the transforms of the atoms of each term's severity."""
        step = self.grid.top / size
        return self._tilted([atom_masses(t, step, size) for t in self.model.terms], weighted)

    def _tilted(self, masses: list[FloatArray], weighted: bool) -> list[ComplexArray]:
        size = masses[0].size
        fall = self.fall(size)
        if weighted:
            fall = fall * (self.grid.top / size * np.arange(size))
        return [np.fft.rfft(one * fall) for one in masses]


class _RungShares:
    """E[S_i; S = s] and dF/d rate_i on one lattice of the total, atoms apart from the rest."""

    def __init__(self, transforms: _Transforms, index: int, rung: Rung) -> None:
        model, grid = transforms.model, transforms.grid
        self.model = model
        self.step = grid.step * 2**index
        self.size = grid.size >> index
        self.independent = model.factor is None
        self._rung = rung
        self._fall = transforms.fall(self.size)
        self._all = _Part.of(
            model, transforms.tilted(self.size), transforms.tilted(self.size, weighted=True)
        )
        lone = not any(x > 0.0 for term in model.terms for x in term.severity.atoms)
        self._held = None if lone else self._atoms(transforms)
        self._masses = self._back(self._all.total, None if lone else self._held_total())
        self._points = np.zeros(self.size) if lone else self._back(self._held_total())

    def _atoms(self, transforms: _Transforms) -> _Part:
        weighted = transforms.atoms(self.size, weighted=True)
        return _Part.of(self.model, transforms.atoms(self.size), weighted)

    def _held_total(self) -> ComplexArray:
        assert self._held is not None  # noqa: S101 - asked for only where there are atoms
        return self._held.total

    def _back(self, transform: ComplexArray, less: ComplexArray | None = None) -> FloatArray:
        rest = transform if less is None else transform - less
        back: FloatArray = np.fft.irfft(rest, self.size) / self._fall
        return back

    def _split(self, index: int, name: str) -> tuple[FloatArray, FloatArray]:
        """Return a term's masses without atoms, and those of its atoms."""
        whole: ComplexArray = getattr(self._all, name)(index)
        if self._held is None:
            return self._back(whole), np.zeros(self.size)
        atoms: ComplexArray = getattr(self._held, name)(index)
        return self._back(whole, atoms), self._back(atoms)

    def figures(self, index: int, var: float, level: float) -> _Figures:
        """Return contributions to VaR and TVaR and their gradients to the rate.

        An atom at VaR is split, as Acerbi and Tasche split it for the total; VaR then does not
        move with a rate.
        """
        term = self.model.terms[index]
        smooth, atoms = self._split(index, "contribution")
        node = math.floor(var / self.step + 1e-6)
        below = self._below(smooth, var) + float(atoms[: node + 1].sum())
        beyond = term.mean - below
        pinned = self._pinned(node, var, level)
        density = self._density(self._masses, var)
        if pinned:
            contribution = float(atoms[node] / self._points[node])
            beyond += contribution * (float(self._rung.cdf(np.array([var]))[0]) - level)
        else:
            contribution = self._density(smooth, var) / density
        tvar = beyond / (1.0 - level)
        if not (self.independent and isinstance(term.count, Poisson)):
            return _Figures(contribution, tvar, 0.0, 0.0)
        moved, steps = self._split(index, "change")
        shift = self._below(moved, var) + float(steps[: node + 1].sum())
        return _Figures(
            var=contribution,
            tvar=tvar,
            var_slope=0.0 if pinned else -shift / density,
            tvar_slope=(term.severity.mean + self._area(moved + steps, var)) / (1.0 - level),
        )

    def _pinned(self, node: int, var: float, level: float) -> bool:
        """Return whether VaR is an atom that the level falls into."""
        if abs(var - node * self.step) > 1e-6 * self.step or self._points[node] < _LEAST_ATOM:
            return False
        before = float(self._rung.cdf(np.array([var]))[0]) - float(self._points[node])
        return before <= level + _LEAST_ATOM

    def _below(self, masses: FloatArray, x: float) -> float:
        position = np.array([x / self.step - 0.5])
        return float(interpolate_cubic(np.cumsum(masses), position)[0])

    def _area(self, masses: FloatArray, x: float) -> float:
        areas = np.append(0.0, self.step * np.cumsum(np.cumsum(masses)))
        return float(interpolate_cubic(areas, np.array([x / self.step]))[0])

    def _density(self, masses: FloatArray, x: float) -> float:
        """Return the slope of the cumulative masses at x: their density there."""
        position = np.array([x / self.step])
        mass = float(interpolate_cubic(masses, position)[0])
        return mass / float(self.step)


@dataclass(frozen=True)
class _Part:
    """Transforms of the losses (or of their atoms), of the total and its derivatives."""

    phi: list[ComplexArray]
    weighted: list[ComplexArray]
    total: ComplexArray
    slopes: list[ComplexArray]

    @classmethod
    def of(
        cls, model: CompoundModel, phi: list[ComplexArray], weighted: list[ComplexArray]
    ) -> _Part:
        total = model.combine(phi)
        return cls(phi, weighted, total, _slopes(model, phi, total))

    def contribution(self, index: int) -> ComplexArray:
        """Return the transform of E[S_i; S = s]."""
        return self.slopes[index] * self.weighted[index]

    def change(self, index: int) -> ComplexArray:
        """Return the transform of d P(S = s) / d rate_i."""
        return (self.phi[index] - 1.0) * self.total


def _slopes(
    model: CompoundModel, phi: list[ComplexArray], total: ComplexArray
) -> list[ComplexArray]:
    """Return for each term the derivative of the total's transform to the term's own."""
    members: frozenset[str] = frozenset() if model.factor is None else model.factor.members
    shared = np.zeros_like(total)
    for term, transform in zip(model.terms, phi, strict=True):
        if term.name in members:
            shared += term.count.mean * (transform - 1.0)
    result = []
    for term, transform in zip(model.terms, phi, strict=True):
        if term.name in members and model.factor is not None:
            ratio = model.factor.slope(shared) / model.factor.transform(shared)
            result.append(total * ratio * term.count.mean)
        elif isinstance(term.count, Poisson):
            result.append(total * term.count.mean)
        else:
            result.append(total / term.count.pgf(transform) * term.count.pgf_slope(transform))
    return result
