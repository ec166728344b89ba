"""Tilted transforms of severities and totals on nested lattices of one length.

Every lattice of a ladder has the same length and half the step of the next: what was evaluated at
the nodes of one serves the others, and halving the step evaluates the new nodes only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from governance.risk.arrays import ComplexArray, FloatArray
from governance.risk.compound.model import CompoundModel, MixedModel, Model, Term
from governance.risk.frequency import CountLaw, Poisson
from governance.risk.severity.law import SeverityLaw, masses_from_limited


class Nested:
    """Values of a function at the nodes of lattices on [0, top], each node evaluated once."""

    def __init__(self, function: Callable[[FloatArray], FloatArray], top: float) -> None:
        self._function = function
        self._top = top
        self._values: FloatArray = np.zeros(0)

    def at(self, size: int) -> FloatArray:
        """Return the values at k top / size, k = 0 .. size; sizes differ by powers of two."""
        if not self._values.size:
            self._values = self._function((self._top / size) * np.arange(size + 1.0))
        while self._values.size <= size:
            self._halve()
        return self._values[:: (self._values.size - 1) // size]

    def _halve(self) -> None:
        size = 2 * (self._values.size - 1)
        finer = np.empty(size + 1)
        finer[::2] = self._values
        finer[1::2] = self._function((self._top / size) * np.arange(1.0, size, 2.0))
        self._values = finer


class Pool:
    """Severities whose weighted masses are added up before one transform: sum of weight f."""

    def __init__(self, parts: Sequence[tuple[float, SeverityLaw]], top: float) -> None:
        self.weight = math.fsum(weight for weight, _ in parts)
        self._top = top
        closed = [part for part in parts if type(part[1]).masses is SeverityLaw.masses]
        self._tabled = [part for part in parts if type(part[1]).masses is not SeverityLaw.masses]
        self._whole = math.fsum(weight for weight, _ in closed)
        self._limited = Nested(partial(_limited, closed), top) if closed else None

    def masses(self, size: int) -> FloatArray:
        """Return the weighted mean-preserving masses at k top / size, k = 0 .. size - 1."""
        step = self._top / size
        if self._limited is not None:
            total = masses_from_limited(self._limited.at(size), step, self._whole)
        else:
            total = np.zeros(size)
        for weight, severity in self._tabled:
            total += weight * severity.masses(step, size)
        return total


def _limited(parts: Sequence[tuple[float, SeverityLaw]], x: FloatArray) -> FloatArray:
    """Return the weighted sum of limited expected values."""
    weight, severity = parts[0]
    total = weight * severity.limited(x)
    for weight, severity in parts[1:]:
        total += weight * severity.limited(x)
    return total


class _Part:
    """The transform of one collective model: Poisson terms superpose, and so share a pool."""

    def __init__(self, model: CompoundModel, top: float) -> None:
        members: frozenset[str] = frozenset() if model.factor is None else model.factor.members
        poisson: list[tuple[float, SeverityLaw]] = []
        shared: list[tuple[float, SeverityLaw]] = []
        self._others: list[tuple[CountLaw, Pool]] = []
        for term in model.terms:
            if term.name in members:
                shared.append((term.count.mean, term.severity))
            elif isinstance(term.count, Poisson):
                poisson.append((term.count.rate, term.severity))
            else:
                self._others.append((term.count, Pool([(1.0, term.severity)], top)))
        self.model = model
        self._top = top
        self._poisson = Pool(poisson, top) if poisson else None
        self._shared = Pool(shared, top) if shared else None

    def total(self, size: int, fall: FloatArray) -> ComplexArray:
        factors: list[ComplexArray] = []
        if self._poisson is not None:
            factors.append(np.exp(_exponent(self._poisson, size, fall)))
        if self._shared is not None and self.model.factor is not None:
            factors.append(self.model.factor.transform(_exponent(self._shared, size, fall)))
        for count, pool in self._others:
            factors.append(count.pgf(np.fft.rfft(pool.masses(size) * fall)))
        return math.prod(factors[1:], start=factors[0])

    def atoms(self, size: int, fall: FloatArray) -> ComplexArray:
        step = self._top / size
        return self.model.combine(
            [np.fft.rfft(atom_masses(term, step, size) * fall) for term in self.model.terms]
        )


def _exponent(pool: Pool, size: int, fall: FloatArray) -> ComplexArray:
    """Return the transform of sum rate (f - 1)."""
    exponent: ComplexArray = np.fft.rfft(pool.masses(size) * fall)
    exponent -= pool.weight
    return exponent


class Spectrum:
    """The tilted transform of a model's total, and of its atoms, on lattices of one length.

    ``size`` is the number of nodes, ``fall`` the factors of the tilt at them.
    """

    def __init__(self, model: Model, top: float) -> None:
        if isinstance(model, MixedModel):
            pairs = zip(model.weights, model.parts, strict=True)
            self._parts = [(weight, _Part(part, top)) for weight, part in pairs]
        else:
            self._parts = [(1.0, _Part(model, top))]

    def total(self, size: int, fall: FloatArray) -> ComplexArray:
        """Return the transform of the total's masses."""
        return _blend([(weight, part.total(size, fall)) for weight, part in self._parts])

    def atoms(self, size: int, fall: FloatArray) -> ComplexArray:
        """Return the transform of the total's atoms."""
        return _blend([(weight, part.atoms(size, fall)) for weight, part in self._parts])


def _blend(transforms: list[tuple[float, ComplexArray]]) -> ComplexArray:
    if len(transforms) == 1:
        return transforms[0][1]
    result = np.zeros_like(transforms[0][1])
    for weight, transform in transforms:
        result += weight * transform
    return result


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
