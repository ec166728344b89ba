"""Total losses that are sums of amounts on no common lattice: rigorous brackets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from governance.risk.arrays import FloatArray
from governance.risk.compound.law import Estimate, Point, Tail, TotalLaw
from governance.risk.compound.model import CompoundModel
from governance.risk.compound.table import TableLaw
from governance.risk.severity import Discrete

LONGEST = 1 << 20


class BracketLaw(TotalLaw):
    """Every amount rounded down and up to a fine lattice: the truth lies between the two totals."""

    method = "bracketed lattice"

    def __init__(self, model: CompoundModel, reach: float, tolerance: float) -> None:
        self.model = model
        events = 2.0 + math.fsum(term.count.mean for term in model.terms)
        size = int(min(events / tolerance, LONGEST))
        step = reach / size
        self.low = TableLaw(_rounded(model, step, up=False), step, size=size, padding=2)
        self.high = TableLaw(_rounded(model, step, up=True), step, size=size, padding=2)

    @property
    def mean(self) -> float:
        """Return E[S] in closed form."""
        return self.model.mean

    @property
    def variance(self) -> float:
        """Return Var[S] in closed form."""
        return self.model.variance

    @property
    def prob_zero(self) -> float:
        """Return P(S = 0) in closed form."""
        return self.model.prob_zero

    def _tails(self, levels: Sequence[float]) -> list[Tail]:
        """Return VaR and TVaR in the middle of their brackets."""
        result = []
        for low, high in zip(self.low.tails(levels), self.high.tails(levels), strict=True):
            tvar = None
            if low.tvar is not None and high.tvar is not None:
                tvar = _middle(low.tvar, high.tvar)
            result.append(Tail(low.level, _middle(low.var, high.var), tvar))
        return result

    def _at(self, losses: Sequence[float]) -> list[Point]:
        """Return probabilities and limited values in the middle of their brackets."""
        pairs = zip(self.low.at(losses), self.high.at(losses), strict=True)
        return [
            Point(
                low.loss,
                _middle(high.cdf, low.cdf),
                _middle(low.sf, high.sf),
                _middle(low.limited, high.limited),
            )
            for low, high in pairs
        ]

    def limited_square(self, x: float) -> float:
        """Return E[min(S, x)^2] in the middle of its bracket."""
        return 0.5 * (self.low.limited_square(x) + self.high.limited_square(x))

    def curve(self, levels: Sequence[float]) -> tuple[FloatArray, FloatArray]:
        """Return the curve of amounts rounded down."""
        return self.low.curve(levels)


def _middle(low: Estimate, high: Estimate) -> Estimate:
    half = 0.5 * (high.value - low.value)
    return Estimate(low.value + half, abs(half) + low.bound + high.bound)


def _rounded(model: CompoundModel, step: float, *, up: bool) -> CompoundModel:
    towards = np.ceil if up else np.floor
    terms = []
    for term in model.terms:
        masses: dict[float, float] = {}
        for x, mass in term.severity.atoms.items():
            node = float(towards(x / step)) * step
            masses[node] = masses.get(node, 0.0) + mass
        terms.append(replace(term, severity=Discrete.of(masses)))
    return replace(model, terms=tuple(terms))
