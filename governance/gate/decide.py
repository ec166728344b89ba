"""Every reason against one request for money at risk: the function that decides, and is proved.

Pure: it is given where the agent and those above it stand, and what counts already. The database
path calls it for every reservation, contract and sub-budget, and has one conditional statement
repeat its comparison of money, so that nothing comes in between; the proofs of policies and the
Cedar export are tested against it.

Money counts against the lowest ceiling between now and the deadline. The paper's Theorem 1 bounds
exposure by the ceiling of the moment, but a contract accepted under a high ceiling is still active
when decay has lowered it. Let j be the contract accepted last among those active at t: when it was
accepted all of them together were within the ceiling at j's deadline, which is not above the
ceiling at t. So the bound holds at every moment between audits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from governance.gate.policy import Policy
from governance.gate.position import EACH, AgentPosition
from governance.gate.standing import Reason
from governance.kernel.clock import days_between
from governance.kernel.money import shown

# `contract` is the paper's second level of action, whatever the policy calls it.
PAPER_LEVELS = {"contract": 1}


@dataclass(frozen=True)
class Ask:
    """Put ``amount`` (minor units) at risk for an action until a moment.

    ``minimum_tier`` is what the other side of a contract asks besides the policy.
    """

    amount: int
    action: str
    until: datetime
    minimum_tier: int = 0


@dataclass(frozen=True)
class Limit:
    """The lowest tier and ceiling (minor units) of an agent and of all above it."""

    tier: int
    ceiling: int


@dataclass(frozen=True)
class Used:
    """Money that counts against a ceiling, in minor units, with the window of the spend."""

    penalties: int = 0
    spent: int = 0
    reserved: int = 0
    delegated: int = 0
    window: str = ""

    @property
    def exposure(self) -> int:
        """Return all of it."""
        return self.penalties + self.spent + self.reserved + self.delegated

    @property
    def at_risk(self) -> int:
        """Return what may still be lost: all but the spend."""
        return self.penalties + self.reserved + self.delegated

    def with_more(self, kind: str, amount: int) -> Used:
        """Return the same with one more amount of a kind."""
        return replace(self, **{kind: getattr(self, kind) + amount})

    def in_window(self, window: str) -> Used:
        """Return the same with the spend that counts in a window."""
        if self.window == window and window != EACH:
            return self
        return replace(self, spent=0, window=window)


@dataclass(frozen=True)
class SubBudget:
    """What a principal handed down, in minor units, and what was done with it until now."""

    id: str
    amount: int
    penalties: int
    spent: int
    reserved: int
    delegated: int
    expires_at: datetime

    @property
    def free(self) -> int:
        """Return allocated - penalties - spent - reserved - delegated."""
        return self.amount - self.penalties - self.spent - self.reserved - self.delegated


@dataclass(frozen=True)
class Link:
    """One sub-budget on the way up, and the agent that granted it."""

    sub_budget: SubBudget
    parent: AgentPosition
    parent_used: Used


@dataclass(frozen=True)
class Situation:
    """An agent in one currency, at one moment; ``links`` go upwards, the own principal first.

    ``used`` is what counts in the spending window of the moment.
    """

    position: AgentPosition
    currency: str
    at: datetime
    used: Used
    links: tuple[Link, ...]

    @property
    def sub_budget(self) -> SubBudget | None:
        """Return the sub-budget under which the agent acts; None where it acts on its own."""
        return self.links[0].sub_budget if self.links else None

    def limit(self, until: datetime) -> Limit:
        """Return the lowest tier and ceiling until a moment, over the agent and all above it.

        A delegate's ceiling is at most the attenuation times its principal's.
        """
        tier, ceiling = self.position.forward(self.at, until, self.currency)
        above: int | None = None
        for link in reversed(self.links):
            its_tier, its_ceiling = link.parent.forward(self.at, until, self.currency)
            tier = min(tier, its_tier)
            its_ceiling = its_ceiling if above is None else min(its_ceiling, above)
            above = int(link.parent.policy.delegation.attenuation * its_ceiling)
        return Limit(tier, ceiling if above is None else min(ceiling, above))

    def available(self, limit: Limit) -> int:
        """Return what may still be put at risk, 0 where nothing at all may; never negative."""
        if self.standing_refusals():
            return 0
        free = limit.ceiling - self.used.exposure
        sub_budget = self.sub_budget
        if sub_budget is not None:
            free = min(free, sub_budget.free)
        return max(0, free)

    def standing_refusals(self) -> list[Reason]:
        """Return every reason against any request at the moment, however small."""
        barred = self.position.barred(self.at)
        found = [] if barred is None else [barred]
        found += self._refusals_above()
        sub_budget = self.sub_budget
        if sub_budget is not None and sub_budget.expires_at <= self.at:
            # `tick` ends it; until then nothing is done under it.
            found.append(Reason("sub_budget_over", None, "the deadline of the sub-budget passed"))
        return found

    def _refusals_above(self) -> list[Reason]:
        """Return why those above the agent may not stand for it now."""
        found: list[Reason] = []
        for link in self.links:
            barred = link.parent.barred(self.at)
            if barred is not None:
                found.append(Reason(f"principal_{barred.code}", None, barred.message))
                continue
            _, ceiling = link.parent.forward(self.at, self.at, self.currency)
            if link.parent_used.at_risk > ceiling:
                message = f"the principal {link.parent.name} is over its ceiling"
                found.append(Reason("principal_over_ceiling", None, message))
        return found


def required_tier(policy: Policy, action: str) -> int | None:
    """Return the tier that an action needs; ``contract`` is the second action of the policy."""
    named = policy.required_tier(action)
    level = PAPER_LEVELS.get(action)
    if named is None and level is not None and level < len(policy.actions):
        return policy.actions[level].tier
    return named


def refusals(node: Situation, asked: Ask, limit: Limit) -> list[Reason]:
    """Return every reason against a request; none where it may be granted.

    ``limit`` is that of the situation until the deadline. Above the ceiling nothing at all is
    allowed, so that what stands above it never grows.
    """
    found = node.standing_refusals()
    found += _tier_refusals(node, asked, limit)
    found += _term_refusals(node, asked)
    found += _money_refusals(node, asked, limit)
    if limit.tier < asked.minimum_tier:
        message = f"the contract needs T{asked.minimum_tier}; T{limit.tier} until it may be settled"
        found.append(Reason("minimum_tier", None, message))
    return found


def _tier_refusals(node: Situation, asked: Ask, limit: Limit) -> list[Reason]:
    policies = [node.position.policy, *(link.parent.policy for link in node.links)]
    needed = [required_tier(policy, asked.action) for policy in policies]
    if None in needed:
        return [Reason("unknown_action", None, f"the policy allows no {asked.action!r}")]
    highest = max(tier for tier in needed if tier is not None)
    if limit.tier >= highest:
        return []
    message = f"{asked.action} needs T{highest}; T{limit.tier} until the deadline"
    return [Reason("tier", None, message)]


def _term_refusals(node: Situation, asked: Ask) -> list[Reason]:
    found: list[Reason] = []
    longest = node.position.policy.contracts.max_days
    if days_between(node.at, asked.until) > longest:
        found.append(Reason("too_long", None, f"longer than {longest:g} days"))
    sub_budget = node.sub_budget
    if sub_budget is not None and node.at < sub_budget.expires_at < asked.until:
        found.append(Reason("outlives_sub_budget", None, "ends after the sub-budget does"))
    return found


def _money_refusals(node: Situation, asked: Ask, limit: Limit) -> list[Reason]:
    found: list[Reason] = []
    policy, currency = node.position.policy, node.currency
    if asked.amount < 0:
        found.append(Reason("negative", None, "a negative amount puts nothing at risk"))
    if currency not in policy.ceilings.tables():
        found.append(Reason("currency", None, f"the policy names no ceiling in {currency}"))
    exposure = node.used.exposure
    # Exposure alone is compared too: no amount, however it is signed, helps above the ceiling.
    if exposure + max(0, asked.amount) > limit.ceiling:
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
    sub_budget = node.sub_budget
    if sub_budget is not None and asked.amount > sub_budget.free:
        amount, left = shown(asked.amount, currency), shown(sub_budget.free, currency)
        found.append(Reason("sub_budget", None, f"{amount} asked, {left} left of the sub-budget"))
    return found
