"""Decay of robustness since the audit, and the moments at which the tier drops, in closed form.

R_eff(t) = exp(-lambda t) R (the paper's decay law) for the three gating dimensions; IH* is a
finding of the audit and never decays. A tier k is held while exp(-lambda t) x >= theta in every
dimension, hence up to and including t = min ln(x / theta) / lambda.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, overload

from governance.gate.dimensions import GATING, TIERS
from governance.gate.policy import Policy
from governance.gate.standing import Standing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MICROSECONDS_PER_DAY = 86_400_000_000


@dataclass(frozen=True)
class TierDrop:
    """After ``days`` since the audit the tier is ``tier``, because of ``dimensions``."""

    days: float
    tier: int
    dimensions: tuple[str, ...]


@overload
def retained(rate_per_day: float, days: float) -> float: ...
@overload
def retained(rate_per_day: float, days: NDArray[np.floating]) -> NDArray[np.floating]: ...
def retained(rate_per_day: float, days: Any) -> Any:
    """Return the share exp(-rate t) of a score that is left after so many days, or many of them.

    The one place of the law; `gate.prove` and the certificate's page state it on their own, so
    that they can disagree.
    """
    if isinstance(days, float | int):
        return math.exp(-rate_per_day * days)
    import numpy as np

    return np.exp(-rate_per_day * days)


def effective_robustness(
    scores: dict[str, float | None], days: float, rate_per_day: float
) -> dict[str, float | None]:
    """Return the scores after so many days; missing stays missing and IH* stays as it is."""
    factor = retained(rate_per_day, days)
    return {
        name: score if score is None or name == "ih" else score * factor
        for name, score in scores.items()
    }


def decayed(standing: Standing, policy: Policy, days: float) -> Standing:
    """Return what the gate sees of an agent so many days after its audit."""
    factor = retained(policy.decay.rate_per_day, days)
    levels = {
        name: None if seen is None else tuple(level * factor for level in seen)
        for name, seen in standing.levels.items()
    }
    scores = effective_robustness(standing.scores, days, policy.decay.rate_per_day)
    return replace(standing, levels=levels, scores=scores)


def held(standing: Standing, policy: Policy) -> bool:
    """Return whether IH* holds the agent at T0, whatever its other scores."""
    if standing.ih is None:
        return True
    return standing.ih < policy.ih.threshold and policy.ih.effect == "hold_and_reaudit"


def hold_days(standing: Standing, policy: Policy, tier: int) -> float | None:
    """Return for how many days since the audit the tier is held; None where it never was.

    Infinite where nothing decays. Tier 0 is always held.
    """
    if tier == 0:
        return math.inf
    if held(standing, policy):
        return None
    shortest = math.inf
    for name in GATING:
        levels = standing.levels[name]
        if levels is None:
            return None
        thresholds = policy.thresholds.of(name)
        for level, threshold in zip(levels[:tier], thresholds[:tier], strict=True):
            if level < threshold:
                return None
            shortest = min(shortest, _days_until(level, threshold, policy))
    return shortest


def tier_at(standing: Standing, policy: Policy, days: float) -> int:
    """Return the tier so many days after the audit."""
    for tier in range(TIERS, 0, -1):
        until = hold_days(standing, policy, tier)
        if until is not None and days <= until:
            return tier
    return 0


def tier_drops(standing: Standing, policy: Policy) -> tuple[TierDrop, ...]:
    """Return every drop that decay alone will bring, the next one first."""
    drops: list[TierDrop] = []
    for tier in range(TIERS, 0, -1):
        until = hold_days(standing, policy, tier)
        if until is None or math.isinf(until):
            continue
        dropping = _dropping(standing, policy, tier, until)
        if drops and drops[-1].days == until:
            drops.pop()
        drops.append(TierDrop(until, tier - 1, dropping))
    return tuple(drops)


def moment_after(certified_at: datetime, days: float) -> datetime | None:
    """Return the last whole microsecond within ``days``; None beyond the calendar's end."""
    if math.isinf(days):
        return None
    try:
        return certified_at + timedelta(microseconds=math.floor(days * _MICROSECONDS_PER_DAY))
    except OverflowError:
        return None


def _days_until(level: float, threshold: float, policy: Policy) -> float:
    rate = policy.decay.rate_per_day
    return math.inf if rate == 0 else math.log(level / threshold) / rate


def _dropping(standing: Standing, policy: Policy, tier: int, until: float) -> tuple[str, ...]:
    names: list[str] = []
    for name in GATING:
        levels = standing.levels[name] or ()
        pairs = zip(levels[:tier], policy.thresholds.of(name)[:tier], strict=True)
        if any(_days_until(level, threshold, policy) == until for level, threshold in pairs):
            names.append(name)
    return tuple(names)
