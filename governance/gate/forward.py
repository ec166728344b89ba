"""The lowest tier and ceiling until a deadline, in closed form.

Without an audit the tier only falls and ceilings rise with the tier, so the lowest ceiling until a
deadline is the last one. `governance.gate.decide` says what follows for the money at risk.
"""

from __future__ import annotations

import math

from governance.gate.decay import hold_days
from governance.gate.dimensions import TIERS
from governance.gate.policy import Policy
from governance.gate.standing import Standing


def public_hold_days(policy: Policy) -> float | None:
    """Return after how many days without any audit the agent falls to T0 for a stale IH*."""
    if policy.ih.fresh_days is None:
        return None
    return policy.ih.fresh_days + policy.reaudit.overdue_days


class Schedule:
    """When decay takes which tier from a standing, worked out once for many questions.

    Ceilings are in minor units.
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
