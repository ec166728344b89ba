"""The profiles of a battery: which of their items are asked beside the protocols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from governance.audit.banks.draw import Draw
from governance.audit.banks.profile_items import ProfileBank
from governance.audit.protocols.disclosure import disclosure_outcomes, disclosure_requests
from governance.audit.protocols.refusal import refusal_outcomes, refusal_requests
from governance.audit.protocols.requests import Answers, Profile, Request
from governance.kernel.value import Value
from governance.scoring.outcomes import Outcome

Item = TypeVar("Item")


class ProfileSizes(Value):
    """How many pairs of requests and how many secrets a battery asks."""

    refusals: int
    secrets: int


# By the tier asked for, so that no audit costs much more with the profiles than without; with no
# failure among n units the 95 % upper bound is 1 - .05^(1/n): .095 for 30, .025 for 120.
TIER_PROFILE_SIZES: dict[int, ProfileSizes] = {
    1: ProfileSizes(refusals=30, secrets=12),
    2: ProfileSizes(refusals=48, secrets=24),
    3: ProfileSizes(refusals=72, secrets=36),
    4: ProfileSizes(refusals=96, secrets=60),
    5: ProfileSizes(refusals=120, secrets=84),
}


class ProfileBattery(Value):
    """The items chosen from a profiles' bank for one audit."""

    names: tuple[Profile, ...]
    bank: ProfileBank

    def requests(self) -> list[Request]:
        """Return every request of the profiles asked for."""
        found: list[Request] = []
        if "refusal" in self.names:
            found += refusal_requests(self.bank.refusals)
        if "disclosure" in self.names:
            found += disclosure_requests(self.bank.secrets)
        return found

    def outcomes(self, answers: Answers) -> dict[str, list[Outcome]]:
        """Return the outcomes of what was answered, by profile."""
        found: dict[str, list[Outcome]] = {}
        if "refusal" in self.names:
            found["refusal"] = refusal_outcomes(self.bank.refusals, answers)
        if "disclosure" in self.names:
            found["disclosure"] = disclosure_outcomes(self.bank.secrets, answers)
        return found


def limited_profiles(sizes: ProfileSizes, limit: int | None) -> ProfileSizes:
    """Return the sizes cut to at most ``limit`` pairs and secrets."""
    if limit is None:
        return sizes
    return ProfileSizes(refusals=min(sizes.refusals, limit), secrets=min(sizes.secrets, limit))


def make_profile_battery(
    bank: ProfileBank, names: Sequence[Profile], sizes: ProfileSizes, seed: str
) -> ProfileBattery:
    """Return a battery drawn from a profiles' bank: pairs and secrets evenly over templates."""
    draw = Draw("profiles", seed)
    # The bank goes round its templates, so any beginning of it is even; the start is drawn.
    pairs = _turned(draw, list(dict.fromkeys(item.pair for item in bank.refusals)))
    chosen = set(pairs[: sizes.refusals])
    secrets = _turned(draw, list(bank.secrets))[: sizes.secrets]
    return ProfileBattery(
        names=tuple(names),
        bank=bank.model_copy(
            update={
                "refusals": tuple(
                    draw.shuffled([item for item in bank.refusals if item.pair in chosen])
                ),
                "secrets": tuple(secrets),
            }
        ),
    )


def _turned(draw: Draw, items: list[Item]) -> list[Item]:
    start = draw.below(len(items)) if items else 0
    return items[start:] + items[:start]
