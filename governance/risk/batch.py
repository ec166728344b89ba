"""Many portfolios at once: independent Poisson scenarios with lognormal losses, in arrays.

For sweeps over thousands of portfolios, where building one object for each scenario would cost
more than the mathematics. The method is that of the single calculation: one lattice for each
portfolio, mean-preserving masses, tilted transforms, extrapolation over four steps. A coarse
lattice places it, and portfolios that it does not serve well are computed one by one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from governance.kernel.errors import InputError
from governance.risk.arrays import FloatArray, as_floats
from governance.risk.compound.ladder import RUNGS, extrapolate_all
from governance.risk.compound.lattice import LatticeLaw
from governance.risk.compound.model import CompoundModel, Term
from governance.risk.frequency import Poisson
from governance.risk.severity import Lognormal

_SIZE = 512
_ROUGH = 128
_USED = 0.85  # part of a lattice that ends at the largest VaR
_TILT = 16.0
_BLOCK = 64
_COARSE = 64
_LOOSE = 1e-3  # a bound from which a portfolio is computed by itself


@dataclass(frozen=True)
class BatchFigures:
    """Figures of each portfolio: shapes (portfolios,) and (portfolios, levels).

    ``bound`` is the largest relative error bound of a portfolio's VaR and TVaR.
    """

    mean: FloatArray
    var: FloatArray
    tvar: FloatArray
    bound: FloatArray


def quantify_batch(
    rates: FloatArray, mus: FloatArray, sigmas: FloatArray, levels: Sequence[float] = (0.95, 0.99)
) -> BatchFigures:
    """Return VaR and TVaR of many portfolios; inputs have shape (portfolios, scenarios).

    Portfolios whose figures one lattice does not reach are computed one by one. Raises
    InputError on shapes that differ, negative rates or spreads that are not positive.
    """
    rates, mus, sigmas = as_floats(rates), as_floats(mus), as_floats(sigmas)
    if rates.ndim != 2 or not rates.shape == mus.shape == sigmas.shape:
        raise InputError("rates, mus and sigmas must be tables of the same shape")
    if rates.min() < 0.0 or sigmas.min() <= 0.0:
        raise InputError("rates must not be negative, and sigmas must be positive")
    parts = [
        _block(rates[i : i + _BLOCK], mus[i : i + _BLOCK], sigmas[i : i + _BLOCK], levels)
        for i in range(0, rates.shape[0], _BLOCK)
    ]
    return BatchFigures(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("mean", "var", "tvar", "bound")
        )
    )


def _block(
    rates: FloatArray, mus: FloatArray, sigmas: FloatArray, levels: Sequence[float]
) -> BatchFigures:
    means = (rates * np.exp(mus + 0.5 * sigmas**2)).sum(axis=1)
    zero = np.exp(-rates.sum(axis=1))
    tops = _placed(rates, mus, sigmas, means, zero, max(levels))
    limited = _limited(rates, mus, sigmas, tops, _SIZE)
    rungs = [
        _Figures(limited[:, :: 2**i], rates, tops / (_SIZE >> i), zero, means) for i in range(RUNGS)
    ]
    var = np.empty((rates.shape[0], len(levels)))
    tvar, bound = np.empty_like(var), np.zeros(rates.shape[0])
    for column, level in enumerate(levels):
        tails = [rung.tail(level) for rung in rungs]
        for index, target in enumerate((var, tvar)):
            target[:, column], error = extrapolate_all([tail[index] for tail in tails])
            with np.errstate(invalid="ignore", divide="ignore"):
                share = np.where(target[:, column] > 0.0, error / target[:, column], 0.0)
            bound = np.maximum(bound, share + _floor(var[:, column] / tops, level))
    figures = BatchFigures(means, var, tvar, bound)
    _redo(figures, rates, mus, sigmas, tops, levels)
    return figures


def _floor(position: FloatArray, level: float) -> FloatArray:
    """Return what rounding and aliasing may change, as a share of a figure at a position."""
    share: FloatArray = 2e-15 * np.exp(_TILT * position) / (1.0 - level) + math.exp(-_TILT)
    return share


def _placed(
    rates: FloatArray,
    mus: FloatArray,
    sigmas: FloatArray,
    means: FloatArray,
    zero: FloatArray,
    level: float,
) -> FloatArray:
    """Return the length of each lattice, so that VaR lies where the used part ends."""
    tops = _tops(rates, mus, sigmas, means, level)
    limited = _limited(rates, mus, sigmas, tops, _ROUGH)
    var, _ = _Figures(limited, rates, tops / _ROUGH, zero, means).tail(level)
    found = (var > 4.0 * tops / _ROUGH) & (var < 0.95 * tops)
    placed: FloatArray = np.where(found, var / _USED, tops)
    return placed


def _tops(
    rates: FloatArray, mus: FloatArray, sigmas: FloatArray, means: FloatArray, level: float
) -> FloatArray:
    """Return the length of each lattice: the single big jump beyond the mean, twice."""
    from scipy.special import ndtr

    low, high = mus.min(axis=1), (mus + 6.0 * sigmas).max(axis=1)
    shares = np.linspace(0.0, 1.0, _COARSE)
    logs = low[:, None] + (high - low)[:, None] * shares
    z = (mus[:, :, None] - logs[:, None, :]) / sigmas[:, :, None]
    beyond = (rates[:, :, None] * ndtr(z)).sum(axis=1)
    first = np.argmax(beyond <= 0.7 * (1.0 - level), axis=1)
    jump = np.exp(logs[np.arange(logs.shape[0]), first])
    squares = (rates * np.exp(2.0 * mus + 2.0 * sigmas**2)).sum(axis=1)
    result: FloatArray = 1.9 * (means + np.minimum(jump, 6.0 * np.sqrt(squares)))
    return result


def _limited(
    rates: FloatArray, mus: FloatArray, sigmas: FloatArray, tops: FloatArray, size: int
) -> FloatArray:
    """Return sum of rate times E[min(X, node)] on each portfolio's nodes."""
    from scipy.special import ndtr

    nodes = (tops / size)[:, None] * np.arange(size + 1.0)
    with np.errstate(divide="ignore"):
        logs = np.log(nodes)
    total = np.zeros_like(nodes)
    for column in range(rates.shape[1]):
        mu, sigma = mus[:, column, None], sigmas[:, column, None]
        z = (logs - mu) / sigma
        part = np.exp(mu + 0.5 * sigma**2) * ndtr(z - sigma) + nodes * ndtr(-z)
        total += rates[:, column, None] * part
    return total


class _Figures:
    """The totals of a block of portfolios on one step each."""

    def __init__(
        self,
        limited: FloatArray,
        rates: FloatArray,
        steps: FloatArray,
        zero: FloatArray,
        means: FloatArray,
    ) -> None:
        rate = rates.sum(axis=1)
        slopes = np.diff(limited, axis=1) / steps[:, None]
        masses = np.empty_like(slopes)
        masses[:, 0] = rate - slopes[:, 0]
        masses[:, 1:] = slopes[:, :-1] - slopes[:, 1:]
        size = slopes.shape[1]
        fall = np.exp(np.arange(size) * (-_TILT / size))
        transform = np.exp(np.fft.rfft(masses * fall, axis=1) - rate[:, None])
        totals = np.fft.irfft(transform, size, axis=1) / fall
        self.below = np.cumsum(totals, axis=1)
        missing = np.cumsum(1.0 - self.below, axis=1)
        self.limited = steps[:, None] * np.hstack([np.zeros((len(steps), 1)), missing])
        self.steps, self.zero, self.means = steps, zero, means

    def tail(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Return VaR and TVaR of every portfolio."""
        rows = np.arange(self.steps.size)
        right = np.argmax(self.below >= level, axis=1)
        first = np.clip(right - 2, 0, self.below.shape[1] - 4)
        window = np.stack([self.below[rows, first + k] for k in range(4)])
        t = _solve(window, level, (right - first).astype(np.float64))
        var = np.where(level <= self.zero, 0.0, (first + 0.5 + t) * self.steps)
        limited = _cubic(self.limited, var / self.steps)
        return var, var + (self.means - limited) / (1.0 - level)


def _solve(window: FloatArray, level: float, right: FloatArray) -> FloatArray:
    a, b, c, d = window
    first, second, third = b - a, c - 2.0 * b + a, d - 3.0 * c + 3.0 * b - a
    t = right - 0.5
    for _ in range(6):
        value = a + t * first + t * (t - 1.0) / 2.0 * second
        value = value + t * (t - 1.0) * (t - 2.0) / 6.0 * third - level
        slope = first + (2.0 * t - 1.0) / 2.0 * second
        slope = slope + (3.0 * t * t - 6.0 * t + 2.0) / 6.0 * third
        safe = np.where(slope > 0.0, slope, 1.0)
        t = np.clip(t - np.where(slope > 0.0, value / safe, 0.0), right - 1.0, right)
    return t


def _cubic(values: FloatArray, position: FloatArray) -> FloatArray:
    rows = np.arange(values.shape[0])
    first = np.clip(np.floor(position).astype(np.int64) - 1, 0, values.shape[1] - 4)
    t = position - first
    a, b, c, d = (values[rows, first + k] for k in range(4))
    result: FloatArray = (
        -a * (t - 1.0) * (t - 2.0) * (t - 3.0) / 6.0
        + b * t * (t - 2.0) * (t - 3.0) / 2.0
        - c * t * (t - 1.0) * (t - 3.0) / 2.0
        + d * t * (t - 1.0) * (t - 2.0) / 6.0
    )
    return result


def _redo(
    figures: BatchFigures,
    rates: FloatArray,
    mus: FloatArray,
    sigmas: FloatArray,
    tops: FloatArray,
    levels: Sequence[float],
) -> None:
    """Compute portfolios one by one whose figures lie outside the good part of their lattice."""
    reached = figures.var.max(axis=1) < 0.95 * tops
    fine = ((figures.var == 0.0) | (figures.var > 12.0 * (tops / _SIZE)[:, None])).all(axis=1)
    for row in np.flatnonzero(~(reached & fine & (figures.bound < _LOOSE))).tolist():
        columns = range(rates.shape[1])
        terms = tuple(
            Term(str(i), Poisson(rates[row, i]), Lognormal(mus[row, i], sigmas[row, i]))
            for i in columns
        )
        tails = LatticeLaw(CompoundModel(terms), 1e-5).tails(levels)
        for column, tail in enumerate(tails):
            figures.var[row, column] = tail.var.value
            figures.tvar[row, column] = 0.0 if tail.tvar is None else tail.tvar.value
        errors = [figure.relative() for tail in tails for figure in (tail.var, tail.tvar) if figure]
        figures.bound[row] = max(errors)
