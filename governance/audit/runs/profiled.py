"""What a run asks beside its protocols: items of profiles, samples of unanswerable questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from governance.audit.banks.profile_bank import (
    PROFILE_BANK_VERSION,
    make_profile_bank,
    profile_bank_digest,
)
from governance.audit.protocols.profiles import (
    TIER_PROFILE_SIZES,
    ProfileBattery,
    limited_profiles,
    make_profile_battery,
)
from governance.audit.protocols.requests import Profile
from governance.audit.runs.manifest import Plan, ProfilePlan
from governance.audit.subjects.base import Decoding
from governance.kernel.errors import InputError
from governance.scoring.outcomes import Outcome


def profile_plan(
    names: Sequence[Profile], tier: int, limit: int | None, bank_seed: str
) -> ProfilePlan | None:
    """Return what profiles ask in an audit for a tier; None where none is asked for."""
    if not names:
        return None
    return ProfilePlan(
        names=tuple(names),
        bank_version=PROFILE_BANK_VERSION,
        bank_digest=profile_bank_digest(make_profile_bank(bank_seed)),
        sizes=limited_profiles(TIER_PROFILE_SIZES[tier], limit),
    )


def profile_battery(plan: ProfilePlan, bank_seed: str, seed: str) -> ProfileBattery:
    """Return the items of a plan.

    Raises InputError where the profiles' bank of this version gives other items than the plan's.
    """
    bank = make_profile_bank(bank_seed)
    if plan.bank_version != PROFILE_BANK_VERSION or profile_bank_digest(bank) != plan.bank_digest:
        raise InputError(
            f"the run used profiles' bank version {plan.bank_version}, this program has "
            f"{PROFILE_BANK_VERSION}",
            hint="score it with the version of the program that made it",
        )
    return make_profile_battery(bank, plan.names, plan.sizes, seed)


def rounds_of(plan: Plan) -> int:
    """Return how often a request may be answered: the repeats, then the samples."""
    return plan.repeats + (0 if plan.samples is None else plan.samples.count)


def decoding_of_round(plan: Plan, number: int) -> Decoding:
    """Return how answers of a round are chosen: samples have a temperature of their own."""
    if plan.samples is None or number < plan.repeats:
        return plan.decoding
    return plan.decoding.model_copy(update={"temperature": plan.samples.temperature})


def sampled_rounds(
    plan: Plan, rounds: Sequence[Mapping[str, Sequence[Outcome]]]
) -> list[Sequence[Outcome]]:
    """Return the rounds of the hallucination protocol that are samples at a temperature above 0.

    The samples where the plan has some, else the repeats of a run that is not greedy, else none.
    """
    if plan.samples is not None:
        chosen = rounds[plan.repeats :]
    else:
        chosen = rounds if plan.decoding.temperature > 0 else []
    return [found.get("ih", ()) for found in chosen]
