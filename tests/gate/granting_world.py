"""Agents that hand money down a tree, decided by the functions that decide for the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gate_factories import after, position, standing

from governance.gate.decide import Ask, Link, Situation, SubBudget, Used, refusals
from governance.gate.delegation.granting import Child, grant_refusals
from governance.gate.policy import Policy
from governance.gate.position import AgentPosition
from governance.gate.standing import Reason

# Scores near the upper end of the default policy's tiers: room for decay until the deadline.
SCORES = {1: 0.49, 2: 0.64, 3: 0.79, 4: 0.89, 5: 0.99}
UNTIL = after(1)


@dataclass
class Handed:
    """A sub-budget, and who granted it."""

    principal: str
    sub_budget: SubBudget


@dataclass
class Hands:
    """What each agent used in US dollars, and under which sub-budget it acts."""

    policy: Policy
    tiers: Mapping[str, int]
    used: dict[str, Used] = field(default_factory=dict)
    handed: dict[str, Handed] = field(default_factory=dict)

    def position(self, name: str) -> AgentPosition:
        score = SCORES[self.tiers[name]]
        seen = standing(score, score, score, policy=self.policy)
        return replace(position(seen, self.policy), id=name, name=name)

    def situation(self, name: str) -> Situation:
        links = []
        here = self.handed.get(name)
        while here is not None:
            above = here.principal
            links.append(Link(here.sub_budget, self.position(above), self._used(above)))
            here = self.handed.get(above)
        return Situation(self.position(name), "USD", after(0), self._used(name), tuple(links))

    def grant(self, principal: str, delegate: str, amount: int) -> list[str]:
        """Hand an amount down where nothing stands against it; return the codes of what does."""
        node, asked = self.situation(principal), Ask(amount, "delegate", UNTIL)
        child = Child(
            self.position(delegate),
            self._used(delegate).exposure,
            delegate in self.handed,
            self._depth_below(delegate),
        )
        limit = node.limit(UNTIL)
        found = refusals(node, asked, limit) + grant_refusals(node, child, asked, limit)
        if not found:
            self._take(principal, "delegated", amount)
            own = SubBudget(f"{principal}-{delegate}", amount, 0, 0, 0, 0, UNTIL)
            self.handed[delegate] = Handed(principal, own)
        return _codes(found)

    def reserve(self, name: str, amount: int) -> list[str]:
        """Put an amount at risk where nothing stands against it; return the codes of what does."""
        node = self.situation(name)
        found = refusals(node, Ask(amount, "microtask", UNTIL), node.limit(UNTIL))
        if not found:
            self._take(name, "reserved", amount)
        return _codes(found)

    def below(self, name: str) -> list[str]:
        """Return the agents that act under a sub-budget of one."""
        return [child for child, handed in self.handed.items() if handed.principal == name]

    def _depth_below(self, name: str) -> int:
        return max((1 + self._depth_below(child) for child in self.below(name)), default=0)

    def _used(self, name: str) -> Used:
        return self.used.get(name, Used())

    def _take(self, name: str, kind: str, amount: int) -> None:
        self.used[name] = self._used(name).with_more(kind, amount)
        handed = self.handed.get(name)
        if handed is not None:
            own = handed.sub_budget
            handed.sub_budget = replace(own, **{kind: getattr(own, kind) + amount})


def _codes(found: list[Reason]) -> list[str]:
    return [one.code for one in found]
