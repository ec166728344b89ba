"""Tail figures of simulated losses with their standard errors."""

from __future__ import annotations

import math
from dataclasses import dataclass

from governance.risk.arrays import FloatArray


@dataclass(frozen=True)
class TailError:
    """Empirical VaR and TVaR with standard errors."""

    var: float
    tvar: float
    var_error: float
    tvar_error: float


def tail_with_error(ordered: FloatArray, level: float) -> TailError:
    """Return VaR and TVaR of an ascending sample.

    The error of VaR comes from the order statistics one binomial standard deviation to each side,
    that of TVaR from its influence function.
    """
    size = ordered.size
    rank = min(max(math.ceil(level * size - 1e-9), 1), size)
    var = float(ordered[rank - 1])
    above = ordered[rank:]
    excess = float((above - var).sum()) / size
    tvar = var + excess / (1.0 - level)
    spread = math.sqrt(size * level * (1.0 - level))
    low = ordered[max(math.floor(rank - 1 - spread), 0)]
    high = ordered[min(math.ceil(rank - 1 + spread), size - 1)]
    square = float(((above - var) ** 2).sum()) / size
    variance = max(square - excess**2, 0.0)
    return TailError(
        var=var,
        tvar=tvar,
        var_error=0.5 * float(high - low),
        tvar_error=math.sqrt(variance / size) / (1.0 - level),
    )


def significant(value: float, error: float) -> str:
    """Return a figure with no more digits than its standard error allows."""
    if error <= 0.0 or not math.isfinite(error) or value == 0.0:
        return f"{value:,.6g}"
    digits = math.floor(math.log10(error))
    rounded = round(value, -digits)
    return f"{rounded:,.{max(-digits, 0)}f}"
