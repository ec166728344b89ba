"""What an agent may do at a moment: the one law, which enforcement and every display follow.

An agent never has more than each policy allows, each at its own tier. Two policies look at it: the
one in force for its group, and the one under which it was certified. A stricter policy therefore
counts at once, a more generous one from the next certification on:

    tier              = the lowest of the tiers that the policies give it
    ceiling(currency) = the lowest of each policy's ceiling at that policy's own tier, which is 0
                        where the policy does not name the currency

An agent that is not active, was never certified, whose certification is void, or whose audit is
overdue stands at T0. A ceiling that is shown without a currency is in the main currency of the
policy in force. Money is in minor units, time in days since the certification or aware UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from governance.gate import decay
from governance.gate.forward import Schedule, public_hold_days
from governance.gate.policy import Policy
from governance.gate.standing import Reason, Standing
from governance.kernel.clock import days_between
from governance.kernel.money import Money

EACH = "transaction"  # the spending window in which nothing adds up


@dataclass(frozen=True)
class View:
    """A certification as one policy sees it."""

    policy: Policy
    standing: Standing
    schedule: Schedule

    def tier(self, days: float) -> int:
        """Return the tier that this policy alone leaves so many days after the certification."""
        return self.schedule.lowest(days, self.policy.ceilings.currency)[0]


def view_of(standing: Standing, policy: Policy) -> View:
    """Return what the gate sees of an agent under a policy, with all moments worked out."""
    return View(policy, standing, Schedule(standing, policy))


@dataclass(frozen=True)
class Drop:
    """After a moment time alone leaves the agent at a lower tier, because of ``dimensions``.

    These are the scores that decayed, ``ih`` where it is stale, and none where an audit that is
    due was not done.
    """

    at: datetime
    tier: int
    dimensions: tuple[str, ...]


@dataclass(frozen=True)
class Certified:
    """The last certification, seen under the policy in force and under its own, which is last.

    ``due_after`` is the time in days after which an audit falls due; None where none does.
    """

    id: str
    at: datetime
    tier: int
    void_reason: str | None
    views: tuple[View, ...]
    due_after: float | None

    @property
    def lapses_after(self) -> float | None:
        """Return the days after which an audit that was not done in time leaves T0, if ever."""
        due = self.due_after
        return None if due is None else due + self.own.policy.reaudit.overdue_days

    @property
    def own(self) -> View:
        """Return the certification as the policy saw it under which it was decided."""
        return self.views[-1]

    def days(self, at: datetime) -> float:
        """Return the days from the certification until a moment; 0 where it is not yet made."""
        return max(0.0, days_between(self.at, at))

    def lapses_between(self, start: float, end: float) -> bool:
        """Return whether an audit that is due at ``start``, so that all know it, lapses by ``end``.

        A spot audit that is yet to fall due stays secret, and moves no ceiling.
        """
        due, lapses = self.due_after, self.lapses_after
        return due is not None and lapses is not None and due <= start and end > lapses


@dataclass(frozen=True)
class AgentPosition:
    """An agent with its policy in force and its last certification (None: never certified)."""

    id: str
    name: str
    status: str
    policy: Policy
    certified: Certified | None

    def tier(self, at: datetime) -> int:
        """Return the tier at a moment."""
        return self.forward(at, at, self.policy.ceilings.currency)[0]

    def ceiling(self, at: datetime, currency: str | None = None) -> Money:
        """Return the ceiling at a moment, by default in the currency of the policy in force."""
        code = currency or self.policy.ceilings.currency
        return Money(amount=self.forward(at, at, code)[1], currency=code)

    def ceiling_up_to(self, at: datetime, tier: int) -> Money:
        """Return the ceiling at a moment for who asks for no more than a tier.

        In the main currency of the policy in force; `ceiling` where the tier is not below its own.
        """
        certified = self.certified
        if certified is None or tier >= self.tier(at):
            return self.ceiling(at)
        currency, days = self.policy.ceilings.currency, certified.days(at)
        amounts = [
            view.policy.ceiling(min(tier, view.tier(days)), currency).amount
            for view in certified.views
        ]
        return Money(amount=min(amounts), currency=currency)

    def forward(self, at: datetime, until: datetime, currency: str) -> tuple[int, int]:
        """Return (lowest tier, lowest ceiling in minor units) from a moment until another.

        Under the policy in force and under that of the certification, whichever is lower.
        """
        certified = self.certified
        if certified is None or self.barred(at):
            return 0, self.policy.ceiling(0, currency).amount
        start = max(0.0, days_between(certified.at, at))
        end = max(start, days_between(certified.at, until))
        if certified.lapses_between(start, end):
            return 0, self.policy.ceiling(0, currency).amount
        found = [view.schedule.lowest(end, currency) for view in certified.views]
        return min(tier for tier, _ in found), min(ceiling for _, ceiling in found)

    def barred(self, at: datetime) -> Reason | None:
        """Return why the agent has no authority at all at a moment, apart from its scores."""
        certified = self.certified
        if self.status != "active":
            return Reason("status", None, f"{self.name} is {self.status}")
        if certified is None:
            return Reason("never_certified", None, f"{self.name} was never certified")
        if certified.void_reason is not None:
            return Reason("void", None, f"the certification is void: {certified.void_reason}")
        lapses = certified.lapses_after
        if lapses is not None and days_between(certified.at, at) > lapses:
            return Reason("audit_overdue", None, "an audit is overdue")
        return None

    def weakest(self, at: datetime) -> float:
        """Return the smallest effective score in [0, 1]; 0 where one is missing or all are void."""
        certified = self.certified
        if certified is None or self.barred(at):
            return 0.0
        days = certified.days(at)
        scores = decay.effective_robustness(
            certified.views[0].standing.scores, days, self.policy.decay.rate_per_day
        )
        gating = [scores[name] for name in ("cc", "er", "as")]
        return min((0.0 if score is None else score) for score in gating)

    def drops(self, at: datetime) -> tuple[Drop, ...]:
        """Return the falls that time alone will bring from a moment on; none at T0.

        A spot audit that is yet to fall due stays secret, and is in none of them.
        """
        if self.certified is None or self.tier(at) == 0:
            return ()
        return tuple(drop for drop in _drops(self.certified, at) if drop.at >= at)

    def spending_window(self, at: datetime) -> str:
        """Return the name of the window over which spend adds up at a moment, as rows keep it."""
        kind = self.policy.window
        if kind == "day":
            return f"day:{at:%Y-%m-%d}"
        if kind == "certification":
            certified = self.certified
            return f"certification:{'none' if certified is None else certified.id}"
        return EACH


def _drops(certified: Certified, at: datetime) -> Iterator[Drop]:
    """Yield the moments after which the lowest tier of all views falls, as is known at a moment."""
    tiers = [decay.tier_at(view.standing, view.policy, 0.0) for view in certified.views]
    lowest = min(tiers)
    for days, number, tier, dimensions in sorted(_falls(certified, at)):
        tiers[number] = min(tiers[number], tier)
        moment = decay.moment_after(certified.at, days)
        if min(tiers) < lowest and moment is not None:
            lowest = min(tiers)
            yield Drop(moment, lowest, dimensions)


def _falls(certified: Certified, at: datetime) -> Iterator[tuple[float, int, int, tuple[str, ...]]]:
    """Yield (days, number of the view, tier, dimensions) of every fall of each view."""
    for number, view in enumerate(certified.views):
        for drop in decay.tier_drops(view.standing, view.policy):
            yield drop.days, number, drop.tier, drop.dimensions
        stale = public_hold_days(view.policy)
        if stale is not None:
            yield stale, number, 0, ("ih",)
    due, lapses = certified.due_after, certified.lapses_after
    if due is not None and lapses is not None and due <= certified.days(at):
        yield lapses, 0, 0, ()
