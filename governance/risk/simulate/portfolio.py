"""Portfolios under a copula: exact laws of the scenarios, simulated dependence between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from governance.risk.arrays import FloatArray
from governance.risk.compound import CompoundModel, Term, total_law
from governance.risk.compound.bracket import BracketLaw
from governance.risk.compound.table import TableLaw
from governance.risk.inputs.dependence import Copula
from governance.risk.result import RiskResult, Table
from governance.risk.scenario import Portfolio
from governance.risk.simulate.blocks import Block, run_blocks, split_blocks
from governance.risk.simulate.copula import (
    copula_uniforms,
    correlation_root,
    rank_correlation,
)
from governance.risk.simulate.statistics import TailError, tail_with_error

DEFAULT_YEARS = 1 << 20
DEFAULT_SEED = 20260101
KNOTS = 4000
DEEPEST = 1e-11  # probability beyond which a lattice ends
_RANKED = 1 << 16


@dataclass(frozen=True)
class QuantileTable:
    """A law's quantile function, tabulated: zero up to ``zero``, then interpolated.

    Interpolation is linear in log loss against the log of the exceedance probability, so that
    heavy tails are followed beyond the last knot with their last slope.
    """

    zero: float
    survival: tuple[float, ...]
    losses: tuple[float, ...]
    top: float = math.inf

    def __call__(self, uniforms: FloatArray) -> FloatArray:
        """Return the losses at uniforms, none of them above the largest there is."""
        depth = -np.log(np.maximum(1.0 - uniforms, 1e-300))
        knots = -np.log(np.asarray(self.survival))
        logs = np.log(np.asarray(self.losses))
        found = np.interp(depth, knots, logs)
        beyond = depth > knots[-1]
        if beyond.any() and knots.size > 1:
            slope = (logs[-1] - logs[-2]) / (knots[-1] - knots[-2])
            found[beyond] = logs[-1] + slope * (depth[beyond] - knots[-1])
        return np.where(uniforms <= self.zero, 0.0, np.minimum(np.exp(found), self.top))


@dataclass(frozen=True)
class StepTable:
    """The exact quantile function of a total that takes values on a lattice."""

    step: float
    below: FloatArray

    def __call__(self, uniforms: FloatArray) -> FloatArray:
        """Return the smallest points whose distribution function reaches the uniforms."""
        found = np.searchsorted(self.below, uniforms)
        return self.step * np.minimum(found, self.below.size - 1).astype(np.float64)


def quantile_table(model: CompoundModel, knots: int = KNOTS) -> QuantileTable | StepTable:
    """Return the quantile function of a total loss, from its exact law.

    Totals on a lattice keep every step, exactly; those of amounts on no common lattice are rounded
    down to a fine one. Others are interpolated between ``knots`` points, so that a step of theirs
    is spread over one of the intervals: a few thousandths of a loss at most.
    """
    law = total_law(model, tolerance=1e-6)
    if isinstance(law, BracketLaw):
        law = law.low
    if isinstance(law, TableLaw):
        last = law.quantile(1.0 - DEEPEST)
        if math.isfinite(last):
            masses = law.masses(int(last / law.step + 1e-9) + 1)
            return StepTable(law.step, np.maximum.accumulate(np.cumsum(masses)))
    zero = law.prob_zero
    if zero > 1.0 - 1e-12:
        return QuantileTable(1.0, (1.0,), (1.0,))
    depths = np.linspace(0.005, 18.0, knots)
    levels = 1.0 - (1.0 - zero) * np.exp(-depths)
    losses, survival = law.curve(levels.tolist())
    kept = np.append(True, np.diff(survival) < 0.0) & (survival > 1e-12) & (losses > 0.0)
    ends = losses[survival <= 1e-12]
    top = float(ends[0]) if ends.size else math.inf
    return QuantileTable(zero, tuple(survival[kept].tolist()), tuple(losses[kept].tolist()), top)


def simulate_copula(
    portfolio: Portfolio,
    years: int = DEFAULT_YEARS,
    *,
    seed: int = DEFAULT_SEED,
    workers: str | int = 1,
    terms: Sequence[Term] | None = None,
) -> tuple[FloatArray, float, bool]:
    """Return (yearly totals, mean achieved rank correlation, whether the matrix was repaired).

    Every scenario's own law is exact; the copula joins them year by year. ``terms`` stand in for
    the scenarios' own losses, for example with another layer on each.
    """
    dependence = portfolio.dependence
    assert isinstance(dependence, Copula)  # noqa: S101 - the caller asked
    own = portfolio.terms() if terms is None else terms
    tables = tuple(quantile_table(CompoundModel((term,))) for term in own)
    root, repaired = correlation_root(dependence.matrix(len(tables)))
    function = partial(_block, tables, root, dependence.degrees)
    parts = run_blocks(function, split_blocks(years, seed), workers)
    totals = np.concatenate([part[0] for part in parts])
    ranks = [part[1] for part in parts[: max(1, _RANKED // parts[0][0].size)]]
    return totals, float(np.mean(ranks)), repaired


def _block(
    tables: tuple[QuantileTable | StepTable, ...],
    root: FloatArray,
    degrees: float | None,
    block: Block,
) -> tuple[FloatArray, float]:
    uniforms = copula_uniforms(root, degrees, block.generator(), block.years)
    rows = np.stack([table(row) for table, row in zip(tables, uniforms, strict=True)])
    if rows.shape[0] == 1 or block.index * block.years >= _RANKED:
        return rows.sum(axis=0), 1.0
    return rows.sum(axis=0), _mean_off_diagonal(rank_correlation(rows))


def _mean_off_diagonal(matrix: FloatArray) -> float:
    size = matrix.shape[0]
    values = matrix[~np.eye(size, dtype=bool)]
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else 0.0


def simulated_result(
    portfolio: Portfolio,
    wanted: list[tuple[str, float]],
    losses: list[tuple[str, float]],
    *,
    years: int = DEFAULT_YEARS,
    seed: int = DEFAULT_SEED,
    workers: str | int = 1,
) -> RiskResult:
    """Return the figures of a simulated portfolio with their standard errors."""
    totals, achieved, repaired = simulate_copula(portfolio, years, seed=seed, workers=workers)
    layer = portfolio.aggregate_layer
    if layer is not None:
        paid = np.clip(totals - layer.deductible, 0.0, layer.ceiling)
        totals = totals - paid if layer.retained else paid
    ordered = np.sort(totals)
    tails = {key: tail_with_error(ordered, level) for key, level in wanted}
    mean = math.fsum(term.mean for term in portfolio.terms())
    exact_mean = math.isfinite(mean) and layer is None
    heavy = not math.isfinite(mean)
    sample_mean = float(ordered.mean())
    errors = _errors(tails, ordered, heavy)
    return RiskResult(
        mean=None if heavy else (mean if exact_mean else sample_mean),
        sd=None if heavy else float(ordered.std(ddof=1)),
        prob_zero=float(np.searchsorted(ordered, 0.0, side="right")) / years,
        var={key: tail.var for key, tail in tails.items()},
        tvar={key: None if heavy else tail.tvar for key, tail in tails.items()},
        sf={key: _above(ordered, loss) for key, loss in losses},
        cdf={key: 1.0 - _above(ordered, loss) for key, loss in losses},
        stop_loss={
            key: None if heavy else float(np.maximum(ordered - loss, 0.0).mean())
            for key, loss in losses
        },
        lec=_curve(ordered),
        error_bound=_relative(tails, heavy),
        method=f"simulation of {years:,} years, {portfolio.dependence.type}",
        currency=portfolio.money,
        horizon_years=portfolio.years,
        standard_error=errors,
        rank_correlation=achieved,
        warnings=tuple(_remarks(repaired, heavy)),
    )


def _errors(tails: dict[str, TailError], ordered: FloatArray, heavy: bool) -> Table:
    errors: Table = {f"var {key}": tail.var_error for key, tail in tails.items()}
    if not heavy:
        errors |= {f"tvar {key}": tail.tvar_error for key, tail in tails.items()}
        errors["mean"] = float(ordered.std(ddof=1) / math.sqrt(ordered.size))
    return errors


def _relative(tails: dict[str, TailError], heavy: bool) -> float:
    """Return three standard errors as a share of the figure, the largest of all."""
    worst = 0.0
    for tail in tails.values():
        if tail.var > 0.0:
            worst = max(worst, 3.0 * tail.var_error / tail.var)
        if tail.tvar > 0.0 and not heavy:
            worst = max(worst, 3.0 * tail.tvar_error / tail.tvar)
    return worst


def _remarks(repaired: bool, heavy: bool) -> list[str]:
    remarks = ["simulated: error_bound is three standard errors, not a bound as transforms give it"]
    if repaired:
        remarks.append("the correlation matrix was not positive definite; the nearest one is used")
    if heavy:
        remarks.append("the mean does not exist, so mean, sd and TVaR are undefined")
    return remarks


def _above(ordered: FloatArray, loss: float) -> float:
    return 1.0 - float(np.searchsorted(ordered, loss, side="right")) / ordered.size


def _curve(ordered: FloatArray, points: int = 60) -> tuple[tuple[float, float], ...]:
    positive = ordered[ordered > 0.0]
    if positive.size < points:
        return ()
    share = positive.size / ordered.size
    chances = np.geomspace(share * 0.98, max(20.0 / ordered.size, 1e-4 * share), points)
    ranks = np.minimum(((1.0 - chances) * ordered.size).astype(int), ordered.size - 1)
    losses = ordered[ranks]
    kept: Sequence[bool] = (np.append(True, np.diff(losses) > 0.0) & (losses > 0.0)).tolist()
    pairs = zip(losses.tolist(), chances.tolist(), kept, strict=True)
    return tuple((loss, chance) for loss, chance, keep in pairs if keep)
