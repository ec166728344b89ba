"""Three lattices of the total loss, each half as fine as the one before, by fast transforms.

pgf of the total: P_N(P_X) on the roots of unity, with exponential tilting against aliasing
(Gruebel and Hermesmeier 1999; Embrechts and Frei 2009). The severity is defective: its mass
beyond the lattice is left out, which does not touch P(S <= x) for x inside.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from governance.risk.arrays import ComplexArray, FloatArray
from governance.risk.compound.law import Estimate
from governance.risk.compound.model import CompoundModel, MixedModel, Model, Term
from governance.risk.compound.rung import Rung
from governance.risk.frequency import Poisson
from governance.risk.severity.law import SeverityLaw, masses_from_limited

RUNGS = 3


@dataclass(frozen=True)
class Grid:
    """Where to compute: the finest step, its number of nodes, the tilt and aliasing left."""

    step: float
    size: int
    tilt: float
    tail: float
    loose: bool = False  # whether atoms lie between nodes, shared by their neighbours

    @property
    def top(self) -> float:
        """Return the length of the lattice."""
        return self.step * self.size

    def roundoff(self, x: float) -> float:
        """Return a bound of the absolute error of probabilities by rounding and aliasing at x."""
        return 2e-15 * math.exp(self.tilt * min(x / self.top, 1.0)) + (
            math.exp(-self.tilt) * self.tail
        )


class Ladder:
    """The total's lattices with steps h, 2h and 4h."""

    def __init__(self, model: Model, grid: Grid, rungs: int = RUNGS) -> None:
        self.grid = grid
        self.mean = model.mean
        self._atomic_events = sum(
            term.count.mean * sum(term.severity.atoms.values()) for term in model.terms
        )
        self._kinked = any(term.severity.kinks for term in model.terms)
        self.rungs = _rungs(model, grid, rungs)

    def estimate(self, function: Callable[[Rung], float]) -> Estimate:
        """Extrapolate a figure over the step (Richardson twice) and bound what is left."""
        return self.combined([function(rung) for rung in self.rungs])

    def combined(self, values: list[float]) -> Estimate:
        """Extrapolate figures of the lattices over the step.

        Near a kink of the density the differences can agree by chance; the bound then keeps a
        share of what one halving of the step changed.
        """
        found = extrapolate(values)
        if not self._kinked:
            return found
        return Estimate(found.value, max(found.bound, abs(values[0] - values[1]) / 8.0))

    def near_atoms(self, x: float) -> tuple[float, float]:
        """Return the mass of atoms so close to x that sharing them matters, and how close that is.

        Where atoms lie on no common lattice, each is shared by two nodes: sums of n of them are
        displaced by about step sqrt(n)/2, with the mean kept. Nothing else is affected.
        """
        if not self.grid.loose:
            return 0.0, 0.0
        coarse = self.rungs[-1]
        width = coarse.step * (2.0 + 3.0 * math.sqrt(self._atomic_events))
        return self.rungs[0].atoms_near(x, width), width

    def estimates(self, function: Callable[[Rung], FloatArray]) -> tuple[FloatArray, FloatArray]:
        """Do the same for many figures at once; returns values and bounds."""
        fine, middle, *rest = (function(rung) for rung in self.rungs)
        first, second = _differences(fine, middle, rest[0] if rest else middle)
        return _richardson(fine, middle, first, second, bool(rest))


def _differences(
    fine: FloatArray, middle: FloatArray, coarse: FloatArray
) -> tuple[FloatArray, FloatArray]:
    return fine - middle, middle - coarse


def _richardson(
    fine: FloatArray, middle: FloatArray, first: FloatArray, second: FloatArray, third: bool
) -> tuple[FloatArray, FloatArray]:
    better = fine + first / 3.0
    if not third:
        return better, np.abs(first)
    worse = middle + second / 3.0
    regular = np.abs(first) <= 0.45 * np.abs(second)
    spread = np.abs(better - worse)
    value = np.where(regular, better + (better - worse) / 15.0, better)
    bound = np.where(regular, spread, np.maximum(np.abs(first), np.abs(second)))
    return value, bound


def extrapolate(values: list[float]) -> Estimate:
    """Combine values at steps h, 2h and 4h of an error expansion in even powers of h.

    Where the differences do not fall as a second-order method's must, the larger difference is
    the bound.
    """
    fine, middle, coarse = values
    if not math.isfinite(fine + middle + coarse):
        return Estimate(fine, math.inf)
    first, second = fine - middle, middle - coarse
    better, worse = fine + first / 3.0, middle + second / 3.0
    if abs(first) > 0.45 * abs(second):
        return Estimate(better, max(abs(first), abs(second)))
    return Estimate(better + (better - worse) / 15.0, abs(better - worse))


def _rungs(model: Model, grid: Grid, rungs: int) -> list[Rung]:
    spectra = _spectra(model, grid, rungs, atoms=False)
    positive = any(x > 0.0 for term in model.terms for x in term.severity.atoms)
    held = _spectra(model, grid, rungs, atoms=True) if positive else []
    zero = model.prob_zero
    atomic = model.atomic if positive else zero
    bends = sorted({x for t in model.terms for x in t.severity.atoms if x >= 8.0 * grid.step})[:64]
    result = []
    for index in range(rungs):
        step, size = grid.step * 2**index, grid.size >> index
        rise = np.exp(np.arange(size) * (grid.tilt / size))
        masses = np.fft.irfft(spectra[index], size) * rise
        if positive:
            atoms = np.maximum(np.fft.irfft(held[index], size) * rise, 0.0)
            atoms[atoms < 1e-16] = 0.0
        else:
            atoms = np.array([zero])
        result.append(Rung(step, masses, atoms, atomic, bends))
    return result


def _spectra(model: Model, grid: Grid, rungs: int, *, atoms: bool) -> list[ComplexArray]:
    """Return the tilted transform of the total's masses (or of its atoms) on every rung."""
    if isinstance(model, MixedModel):
        parts = [_spectra(part, grid, rungs, atoms=atoms) for part in model.parts]
        pairs = list(zip(model.weights, parts, strict=True))
        return [np.sum([weight * part[i] for weight, part in pairs], axis=0) for i in range(rungs)]
    transforms = Transforms(model, grid, rungs)
    if atoms:
        return [model.combine(transforms.atoms(index)) for index in range(rungs)]
    return [transforms.total(index) for index in range(rungs)]


class Transforms:
    """Tilted transforms of each term's severity, and of the total, on every rung."""

    def __init__(self, model: CompoundModel, grid: Grid, rungs: int) -> None:
        self.model = model
        self.grid = grid
        self._falls = [
            np.exp(np.arange(grid.size >> i) * (-grid.tilt / (grid.size >> i)))
            for i in range(rungs)
        ]
        self._masses = [mass_ladder(t.severity, grid, rungs) for t in model.terms]

    def tilted(self, rung: int, *, weighted: bool = False) -> list[ComplexArray]:
        """Return each term's transform; ``weighted`` multiplies the masses by their losses."""
        fall = self._falls[rung]
        if weighted:
            fall = fall * (self.grid.step * 2**rung * np.arange(fall.size))
        return [np.fft.rfft(masses[rung] * fall) for masses in self._masses]

    def total(self, rung: int) -> ComplexArray:
        """Return the total's transform: Poisson terms superpose, so that one transform serves them.

        Terms under a shared factor are pooled in the same way before the factor is applied.
        """
        model, fall = self.model, self._falls[rung]
        members: frozenset[str] = frozenset() if model.factor is None else model.factor.members
        plain, shared = np.zeros(fall.size), np.zeros(fall.size)
        rates = [0.0, 0.0]
        product: ComplexArray | None = None
        for term, masses in zip(model.terms, self._masses, strict=True):
            if term.name in members:
                shared += term.count.mean * masses[rung]
                rates[1] += term.count.mean
            elif isinstance(term.count, Poisson):
                plain += term.count.rate * masses[rung]
                rates[0] += term.count.rate
            else:
                one = term.count.pgf(np.fft.rfft(masses[rung] * fall))
                product = one if product is None else product * one
        result = np.exp(np.fft.rfft(plain * fall) - rates[0]) if rates[0] else None
        if model.factor is not None:
            joint = model.factor.transform(np.fft.rfft(shared * fall) - rates[1])
            result = joint if result is None else result * joint
        if product is not None:
            result = product if result is None else result * product
        return np.ones(fall.size // 2 + 1, np.complex128) if result is None else result

    def atoms(self, rung: int) -> list[ComplexArray]:
        """Return the transforms of the severities' atoms."""
        fall = self._falls[rung]
        step = self.grid.step * 2**rung
        return [np.fft.rfft(atom_masses(t, step, fall.size) * fall) for t in self.model.terms]


def mass_ladder(severity: SeverityLaw, grid: Grid, rungs: int) -> list[FloatArray]:
    """Return the severity's masses on every rung; closed forms are evaluated once."""
    if type(severity).masses is not SeverityLaw.masses:
        return [severity.masses(grid.step * 2**i, grid.size >> i) for i in range(rungs)]
    limited = severity.limited(grid.step * np.arange(grid.size + 1.0))
    return [masses_from_limited(limited[:: 2**i], grid.step * 2**i) for i in range(rungs)]


def atom_masses(term: Term, step: float, size: int) -> FloatArray:
    """Return the masses of a severity's atoms on a lattice, each shared between two nodes."""
    masses = np.zeros(size)
    for x, mass in term.severity.atoms.items():
        position = x / step
        index = math.floor(position + 1e-9)
        share = max(position - index, 0.0)
        share = 0.0 if share < 1e-6 else share
        if index < size:
            masses[index] += mass * (1.0 - share)
        if share and index + 1 < size:
            masses[index + 1] += mass * share
    return masses
