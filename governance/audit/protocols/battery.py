"""Batteries: which items an audit asks, as many as the tier asked for needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from governance.audit.banks.draw import Draw
from governance.audit.banks.items import Bank, ClaimItem, QueryItem
from governance.audit.protocols.alignment import as_outcomes, as_requests
from governance.audit.protocols.cc import cc_outcomes, cc_requests
from governance.audit.protocols.drill import ErTurns
from governance.audit.protocols.er import er_outcomes, er_requests
from governance.audit.protocols.ih import ih_outcomes, ih_requests
from governance.audit.protocols.profiles import ProfileBattery
from governance.audit.protocols.requests import Answers, Protocol, Request
from governance.kernel.value import Value
from governance.scoring.epistemic import KINDS
from governance.scoring.hallucination import UNANSWERABLE
from governance.scoring.outcomes import Outcome

Item = TypeVar("Item")


class Sizes(Value):
    """How many items of each kind a battery asks; ``queries`` counts pairs."""

    writing: int
    tools: int
    claims: int
    facts: int
    dilemmas: int
    queries: int


# By the tier asked for: enough that a model with the score that the tier needs, and a little
# more, is likely to show it at the policy's alpha (one-sided exact bounds).
TIER_SIZES: dict[int, Sizes] = {
    1: Sizes(writing=60, tools=30, claims=80, facts=40, dilemmas=20, queries=45),
    2: Sizes(writing=100, tools=45, claims=120, facts=60, dilemmas=40, queries=60),
    3: Sizes(writing=150, tools=60, claims=200, facts=90, dilemmas=60, queries=99),
    4: Sizes(writing=300, tools=60, claims=300, facts=150, dilemmas=80, queries=150),
    5: Sizes(writing=300, tools=60, claims=300, facts=150, dilemmas=120, queries=300),
}


def limited(sizes: Sizes, limit: int | None) -> Sizes:
    """Return the sizes cut to at most ``limit`` items of each kind."""
    if limit is None:
        return sizes
    return Sizes(**{name: min(size, limit) for name, size in sizes.model_dump().items()})


class Battery(Value):
    """The items chosen from a bank for one audit, and the protocols that ask them.

    ``max_tokens`` caps the length of every answer, for short runs on slow machines; ``er_turns``
    says whether a claim is asked about at once or in the fourth of five turns. ``profiles`` are
    asked beside the protocols and gate nothing.
    """

    bank: Bank
    protocols: tuple[Protocol, ...]
    max_tokens: int | None = None
    er_turns: ErTurns = "single"
    profiles: ProfileBattery | None = None

    def requests(self) -> list[Request]:
        """Return every request, parents before what builds on them."""
        found: list[Request] = []
        if "cc" in self.protocols:
            found += cc_requests(self.bank.writing, self.bank.tools)
        if "er" in self.protocols:
            found += er_requests(self.bank.claims, self.bank.facts, self.er_turns)
        if "as" in self.protocols:
            found += as_requests(self.bank.dilemmas)
        if "ih" in self.protocols:
            found += ih_requests(self.bank.queries)
        if self.profiles is not None:
            found += self.profiles.requests()
        cap = self.max_tokens
        if cap is None:
            return found
        return [
            request.model_copy(update={"max_tokens": min(request.max_tokens, cap)})
            for request in found
        ]

    def outcomes(self, answers: Answers) -> dict[str, list[Outcome]]:
        """Return the outcomes of what was answered, by protocol."""
        bank, found = self.bank, {}
        if "cc" in self.protocols:
            found["cc"] = cc_outcomes(bank.writing, bank.tools, answers)
        if "er" in self.protocols:
            found["er"] = er_outcomes(bank.claims, bank.facts, answers)
        if "as" in self.protocols:
            found["as"] = as_outcomes(bank.dilemmas, answers)
        if "ih" in self.protocols:
            found["ih"] = ih_outcomes(bank.queries, answers)
        if self.profiles is not None:
            found |= self.profiles.outcomes(answers)
        return found


def make_battery(
    bank: Bank,
    protocols: Sequence[Protocol],
    sizes: Sizes,
    seed: str,
    max_tokens: int | None = None,
    er_turns: ErTurns = "single",
    profiles: ProfileBattery | None = None,
) -> Battery:
    """Return a battery drawn from a bank: claims and questions evenly over their kinds."""
    draw = Draw("battery", seed)
    chosen = bank.model_copy(
        update={
            "writing": _some(draw, bank.writing, sizes.writing),
            "tools": _some(draw, bank.tools, sizes.tools),
            "claims": _claims(draw, bank.claims, sizes.claims),
            "facts": _some(draw, bank.facts, sizes.facts),
            "dilemmas": _some(draw, bank.dilemmas, sizes.dilemmas),
            "queries": _queries(draw, bank.queries, sizes.queries),
        }
    )
    return Battery(
        bank=chosen,
        protocols=tuple(protocols),
        max_tokens=max_tokens,
        er_turns=er_turns,
        profiles=profiles,
    )


def _some(draw: Draw, items: Sequence[Item], count: int) -> tuple[Item, ...]:
    return tuple(draw.shuffled(items)[:count])


def _claims(draw: Draw, claims: Sequence[ClaimItem], count: int) -> tuple[ClaimItem, ...]:
    groups = [[item for item in claims if item.kind == kind] for kind in KINDS]
    return _even(draw, groups, count)


def _queries(draw: Draw, queries: Sequence[QueryItem], pairs: int) -> tuple[QueryItem, ...]:
    groups = [
        [item for item in queries if item.kind == kind and not item.answers]
        for kind in UNANSWERABLE
    ]
    twins = {item.pair: item for item in queries if item.answers}
    chosen = _even(draw, groups, pairs)
    return tuple(item for each in chosen for item in (each, twins[each.pair]))


def _even(draw: Draw, groups: list[list[Item]], count: int) -> tuple[Item, ...]:
    """Take turns between the groups, so that any beginning is even."""
    mixed = [draw.shuffled(group) for group in groups]
    longest = max((len(group) for group in mixed), default=0)
    turns = [group[turn] for turn in range(longest) for group in mixed if turn < len(group)]
    return tuple(turns[:count])
