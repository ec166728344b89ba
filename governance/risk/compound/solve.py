"""Choosing the engine that answers for a model."""

from __future__ import annotations

from governance.risk.compound.bracket import BracketLaw
from governance.risk.compound.central import CentralLaw
from governance.risk.compound.lattice import LatticeLaw, big_jump_range
from governance.risk.compound.law import Tail, TotalLaw, computing
from governance.risk.compound.model import CompoundModel
from governance.risk.compound.series import SeriesLaw, has_series
from governance.risk.compound.table import LARGEST, TableLaw


def total_law(model: CompoundModel, *, tolerance: float = 1e-5) -> TotalLaw:
    """Return the law of the model's total by the most exact engine that can give it.

    Losses on a lattice of their own: an exact table. Exponential, gamma and Levy losses: a series.
    Amounts on no common lattice: brackets by rounding. So many losses that the spread is below
    a hundredth of the mean: a Fourier series around it. Everything else: Fourier transforms,
    refined until every figure's error bound, as a share of the figure, meets the tolerance.
    """
    with computing("choosing an engine"):
        return _chosen(model, tolerance)


def _chosen(model: CompoundModel, tolerance: float) -> TotalLaw:
    if all(term.mean == 0.0 for term in model.terms):
        return TableLaw(model, 1.0)
    reach = big_jump_range(model, 0.99) if model.arithmetic else 0.0
    if model.arithmetic:
        step = TableLaw.step_of(model)
        if step is not None and reach / step <= LARGEST / 4:
            return TableLaw(model, step, deep=_bracketed_tail)
    central = CentralLaw.of(model)
    if central is not None:
        return central
    if model.arithmetic:
        return BracketLaw(model, reach, tolerance)
    if has_series(model):
        return SeriesLaw(model)
    return LatticeLaw(model, tolerance)


def _bracketed_tail(model: CompoundModel, reach: float, level: float) -> Tail:
    """Return a tail from brackets, whose lattice is coarser than the model's own."""
    (tail,) = BracketLaw(model, 1.5 * reach, 1e-5).tails([level])
    return tail
