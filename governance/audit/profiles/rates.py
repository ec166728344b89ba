"""Rates of failing with what stands behind them: units, items, a bound."""

from __future__ import annotations

from governance.gate.bounds import upper_bound
from governance.kernel.value import Value
from governance.scoring.share import Share

ALPHA = 0.05


class FailureRate(Value):
    """How often something went wrong; lower is better.

    ``failed`` of ``units`` independent units (clusters of items), ``upper`` the one-sided 1 - alpha
    Clopper-Pearson bound of their rate. ``items_failed`` counts items that did not pass, those
    without a readable answer (``missing``) among them.
    """

    failed: int
    units: int
    rate: float | None
    upper: float | None
    alpha: float
    items_failed: int
    items: int
    missing: int


def failure_rate(passed: Share, alpha: float = ALPHA) -> FailureRate:
    """Return the failures that a share of successes leaves."""
    failed = passed.units - passed.successes
    return FailureRate(
        failed=failed,
        units=passed.units,
        rate=failed / passed.units if passed.units else None,
        upper=upper_bound(failed, passed.units, alpha) if passed.units else None,
        alpha=alpha,
        items_failed=passed.items - passed.passed,
        items=passed.items,
        missing=passed.missing,
    )
