"""Authorisation against the lowest ceiling in force until a deadline.

The paper's Theorem 1 bounds exposure by the ceiling of the moment, but a contract accepted under
a high ceiling is still active when decay has lowered it. Here a contract counts against the lowest
ceiling between now and its deadline. Let j be the contract accepted last among those active at t:
when it was accepted all of them together were within the ceiling at j's deadline, which is not
above the ceiling at t. So the bound holds at every moment between audits.
"""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field

from governance.gate.decay import hold_days, tier_at
from governance.gate.dimensions import TIERS
from governance.gate.policy import Policy
from governance.gate.standing import Reason, Standing
from governance.kernel.money import Money
from governance.kernel.value import Value

Days = Annotated[float, Field(ge=0)]


class ForwardCeiling(Value):
    """The lowest tier and ceiling between two moments, in days since the audit."""

    from_days: Days
    until_days: Days
    tier: int
    ceiling: Money


class Authorisation(Value):
    """Whether an action may put money at risk, with every reason against it."""

    allowed: bool
    forward: ForwardCeiling
    available: Money
    reasons: tuple[Reason, ...]


def public_hold_days(policy: Policy) -> float | None:
    """Return after how many days without any audit the agent falls to T0 for a stale IH*."""
    if policy.ih.fresh_days is None:
        return None
    return policy.ih.fresh_days + policy.reaudit.overdue_days


class Schedule:
    """When decay takes which tier from a standing, worked out once for many questions.

    ``lowest`` answers as ``forward_ceiling`` does; ceilings are in minor units.
    """

    def __init__(self, standing: Standing, policy: Policy) -> None:
        held = ((tier, hold_days(standing, policy, tier)) for tier in range(TIERS, 0, -1))
        self._held = tuple((tier, until) for tier, until in held if until is not None)
        self._ceilings = policy.ceilings.tables()
        stale = public_hold_days(policy)
        self._stale = math.inf if stale is None else stale

    def lowest(self, until_days: float, currency: str) -> tuple[int, int]:
        """Return the lowest (tier, ceiling) until so many days since the audit."""
        tier = 0
        if until_days <= self._stale:
            tier = next((tier for tier, until in self._held if until_days <= until), 0)
        amounts = self._ceilings.get(currency)
        return tier, 0 if amounts is None else amounts[tier]


def forward_ceiling(
    standing: Standing,
    policy: Policy,
    from_days: float,
    until_days: float,
    currency: str | None = None,
) -> ForwardCeiling:
    """Return the lowest ceiling in force from one moment until another, in closed form.

    Without an audit the tier only falls and ceilings rise with the tier, so the lowest ceiling is
    the last one. Raises ValueError where the deadline is in the past.
    """
    if until_days < from_days:
        raise ValueError("the deadline is in the past")
    tier = tier_at(standing, policy, until_days)
    stale = public_hold_days(policy)
    if stale is not None and until_days > stale:
        tier = 0
    return ForwardCeiling(
        from_days=from_days,
        until_days=until_days,
        tier=tier,
        ceiling=policy.ceiling(tier, currency),
    )


def authorise(
    standing: Standing,
    policy: Policy,
    *,
    action: str,
    amount: Money,
    exposure: Money,
    from_days: float,
    until_days: float,
) -> Authorisation:
    """Decide one request; ``exposure`` is all money at risk already, in the amount's currency.

    Where the exposure is above the ceiling nothing at all is allowed, so it never grows.
    """
    forward = forward_ceiling(standing, policy, from_days, until_days, amount.currency)
    available = max(0, (forward.ceiling - exposure).amount)
    reasons: list[Reason] = []
    needed = policy.required_tier(action)
    if needed is None:
        reasons.append(Reason("unknown_action", None, f"the policy allows no {action!r}"))
    elif forward.tier < needed:
        reasons.append(
            Reason("tier", None, f"{action} needs T{needed}; T{forward.tier} until the deadline")
        )
    if amount.currency not in policy.ceilings.tables():
        reasons.append(Reason("currency", None, f"the policy has no {amount.currency} ceiling"))
    if until_days - from_days > policy.contracts.max_days:
        reasons.append(Reason("too_long", None, f"longer than {policy.contracts.max_days:g} days"))
    if amount.amount < 0:
        reasons.append(Reason("negative", None, "a negative amount puts nothing at risk"))
    if amount.amount > available or exposure.amount > forward.ceiling.amount:
        reasons.append(
            Reason("ceiling", None, f"{amount} asked, {exposure} at risk of {forward.ceiling}")
        )
    elif amount.amount > int(policy.contracts.max_share * forward.ceiling.amount):
        reasons.append(
            Reason("share", None, f"one contract takes at most {policy.contracts.max_share:.0%}")
        )
    return Authorisation(
        allowed=not reasons,
        forward=forward,
        available=Money(amount=available, currency=amount.currency),
        reasons=tuple(reasons),
    )
