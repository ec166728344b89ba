"""What an agent asks to put at risk, and every reason against it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from governance.economy.node import Limit, Node, delegation_free
from governance.gate.policy import Policy
from governance.gate.standing import Reason
from governance.kernel.clock import days_between
from governance.kernel.money import Money

# `contract` is the paper's second level of action, whatever the policy calls it.
PAPER_LEVELS = {"contract": 1}


@dataclass(frozen=True)
class Request:
    """Put ``amount`` (minor units, positive) at risk for an action until a moment."""

    amount: int
    action: str
    until: datetime


def required_tier(policy: Policy, action: str) -> int | None:
    """Return the tier that an action needs; ``contract`` is the second action of the policy."""
    named = policy.required_tier(action)
    level = PAPER_LEVELS.get(action)
    if named is None and level is not None and level < len(policy.actions):
        return policy.actions[level].tier
    return named


def refusals(node: Node, asked: Request, limit: Limit) -> list[Reason]:
    """Return every reason against a request; none where it may be granted.

    What the deciding statement compares is compared here too, so that the reasons are complete;
    the statement alone decides.
    """
    found: list[Reason] = []
    barred = node.position.barred(node.at)
    if barred is not None:
        found.append(barred)
    found += node.refusals_above()
    found += _tier_refusals(node, asked, limit)
    found += _term_refusals(node, asked)
    found += _money_refusals(node, asked, limit)
    return found


def _tier_refusals(node: Node, asked: Request, limit: Limit) -> list[Reason]:
    policies = [node.position.policy, *(link.parent.policy for link in node.links)]
    needed = [required_tier(policy, asked.action) for policy in policies]
    if None in needed:
        return [Reason("unknown_action", None, f"the policy allows no {asked.action!r}")]
    highest = max(tier for tier in needed if tier is not None)
    if limit.tier >= highest:
        return []
    message = f"{asked.action} needs T{highest}; T{limit.tier} until the deadline"
    return [Reason("tier", None, message)]


def _term_refusals(node: Node, asked: Request) -> list[Reason]:
    found: list[Reason] = []
    longest = node.position.policy.contracts.max_days
    if days_between(node.at, asked.until) > longest:
        found.append(Reason("too_long", None, f"longer than {longest:g} days"))
    delegation = node.delegation
    if delegation is not None and delegation.expires_at <= node.at:
        # `tick` ends it; until then nothing is done under it.
        found.append(Reason("sub_budget_over", None, "the deadline of the sub-budget passed"))
    elif delegation is not None and asked.until > delegation.expires_at:
        found.append(Reason("outlives_sub_budget", None, "ends after the sub-budget does"))
    return found


def _money_refusals(node: Node, asked: Request, limit: Limit) -> list[Reason]:
    found: list[Reason] = []
    policy, currency = node.position.policy, node.currency
    if currency not in policy.ceilings.tables():
        found.append(Reason("currency", None, f"the policy names no ceiling in {currency}"))
    exposure = node.used.exposure
    if exposure + asked.amount > limit.ceiling:
        amount, at_risk, ceiling = (
            shown(one, currency) for one in (asked.amount, exposure, limit.ceiling)
        )
        found.append(
            Reason("ceiling", None, f"{amount} asked, {at_risk} counts already, of {ceiling}")
        )
    share_limit = policy.contracts.max_share
    if share_limit < 1 and asked.amount > int(share_limit * limit.ceiling):
        share = f"{share_limit:.0%}"
        found.append(Reason("share", None, f"one request takes at most {share} of the ceiling"))
    delegation = node.delegation
    if delegation is not None and asked.amount > delegation_free(delegation):
        amount, left = shown(asked.amount, currency), shown(delegation_free(delegation), currency)
        found.append(Reason("sub_budget", None, f"{amount} asked, {left} left of the sub-budget"))
    return found


def shown(amount: int, currency: str) -> str:
    """Return minor units as people read them, for example ``12.50 USD``."""
    return str(Money.model_construct(amount=amount, currency=currency))
