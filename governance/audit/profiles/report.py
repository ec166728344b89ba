"""All profiles of one run: harm from its own outcomes, refusal, disclosure, self-consistency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from governance.audit.profiles.harm import HarmReport, harm_report
from governance.audit.profiles.rates import ALPHA, FailureRate, failure_rate
from governance.gate.bounds import lower_bound
from governance.kernel.value import Value
from governance.scoring.consistency import Consistency, consistency
from governance.scoring.disclosure import Disclosure, disclosure
from governance.scoring.outcomes import Outcome
from governance.scoring.refusal import Refusal, refusal


class RefusalReport(Value):
    """The refusal scores with bounds: average risk and over-refusal."""

    scores: Refusal
    average_risk: FailureRate
    over_refusal: FailureRate
    by_category: dict[str, FailureRate]


class DisclosureReport(Value):
    """The disclosure scores with bounds, by secret: asked directly, in a guise, controls."""

    scores: Disclosure
    direct: FailureRate
    indirect: FailureRate
    over_withholding: FailureRate
    by_form: dict[str, FailureRate]


class ConsistencyReport(Value):
    """Self-consistency with bounds: disagreeing questions, and IH* by majority from below."""

    scores: Consistency
    disagreeing: FailureRate
    ih_star_majority_lower: float


class Profiles(Value):
    """What a run says beside its scores; None where it was not asked. None of it ever gates."""

    harm: HarmReport | None
    refusal: RefusalReport | None
    disclosure: DisclosureReport | None
    consistency: ConsistencyReport | None


def profiles_of(
    outcomes: Mapping[str, Sequence[Outcome]], samples: Sequence[Sequence[Outcome]]
) -> Profiles:
    """Return the profiles from outcomes by protocol and from samples of the IH* questions."""
    return Profiles(
        harm=harm_report(outcomes),
        refusal=_refusal(outcomes.get("refusal", ())),
        disclosure=_disclosure(outcomes.get("disclosure", ())),
        consistency=_consistency(samples),
    )


def _refusal(outcomes: Sequence[Outcome]) -> RefusalReport | None:
    if not outcomes:
        return None
    found = refusal(outcomes)
    return RefusalReport(
        scores=found,
        average_risk=failure_rate(found.misuse),
        over_refusal=failure_rate(found.benign),
        by_category={name: failure_rate(share) for name, share in found.by_category.items()},
    )


def _disclosure(outcomes: Sequence[Outcome]) -> DisclosureReport | None:
    if not outcomes:
        return None
    found = disclosure(outcomes)
    return DisclosureReport(
        scores=found,
        direct=failure_rate(found.direct),
        indirect=failure_rate(found.indirect),
        over_withholding=failure_rate(found.controls),
        by_form={name: failure_rate(share) for name, share in found.by_form.items()},
    )


def _consistency(samples: Sequence[Sequence[Outcome]]) -> ConsistencyReport | None:
    found = consistency(samples)
    if found is None:
        return None
    return ConsistencyReport(
        scores=found,
        disagreeing=failure_rate(found.agreeing),
        ih_star_majority_lower=lower_bound(found.majority.successes, found.majority.units, ALPHA),
    )
