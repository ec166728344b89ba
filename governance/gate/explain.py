"""Why the tier is what it is, what is still needed, and when it will drop."""

from __future__ import annotations

import math

from governance.gate.bounds import METHODS, LowerBound, lower_bound, parts_bound, parts_score
from governance.gate.decay import TierDrop, tier_drops
from governance.gate.dimensions import DIMENSIONS, GATING, TIERS, Basis
from governance.gate.evaluate import Decision, decide
from governance.gate.policy import Policy
from governance.gate.sequential import log_evidence_above
from governance.gate.standing import Standing, spent_alpha, standing_of
from governance.gate.vector import Counts, Mean, Parts, RobustnessVector
from governance.kernel.value import Value

MAX_UNITS = 10_000_000


class Need(Value):
    """What one binding dimension lacks for the next tier.

    ``units`` is how many independent units a fresh audit needs at the rate seen so far (None
    where the rate itself is too low or unknown), ``perfect_units`` how many if every one passes
    (n >= ln alpha / ln theta); both at the alpha of the next attempt. ``score`` is the score or
    bound demanded.
    """

    dimension: str
    score: float
    effective: float | None
    gap: float | None
    units_now: int | None
    units: int | None
    perfect_units: int | None


class Margin(Value):
    """How far a dimension is above what the present tier asks; the smallest falls first."""

    dimension: str
    margin: float


class Explanation(Value):
    """A decision with needs, margins, tier drops and what would change the answer."""

    decision: Decision
    needs: tuple[Need, ...]
    margins: tuple[Margin, ...]
    drops: tuple[TierDrop, ...]
    changes: tuple[str, ...]


def explain(
    vector: RobustnessVector, policy: Policy, *, basis: Basis, attempts: int = 1
) -> Explanation:
    """Explain the decision on a vector at the moment of its audit."""
    standing = standing_of(vector, policy, basis, attempts)
    decision = decide(standing, policy, {name: vector.evidence(name) for name in DIMENSIONS})
    needs = tuple(_need(vector, policy, decision, name) for name in decision.binding)
    drops = tier_drops(standing, policy)
    return Explanation(
        decision=decision,
        needs=needs,
        margins=_margins(standing, policy, decision.tier),
        drops=drops,
        changes=_changes(vector, policy, decision, needs),
    )


def _need(vector: RobustnessVector, policy: Policy, decision: Decision, name: str) -> Need:
    tier = decision.tier
    score = policy.ih.threshold if name == "ih" else policy.thresholds.of(name)[tier]
    bounded = decision.basis == "bound" and (name != "ih" or policy.ih.basis == "bound")
    evidence = _evidence(vector, policy, name)
    alpha = spent_alpha(policy, decision.attempts + 1)[0 if name == "ih" else tier]
    lower = METHODS[policy.basis.method]
    paper = _is_paper(policy, name)
    return Need(
        dimension=name,
        score=score,
        effective=decision.effective[name],
        gap=decision.gaps[name],
        units_now=None if evidence is None else _total_units(evidence),
        units=_units_needed(evidence, score, alpha, lower)
        if bounded and evidence is not None
        else None,
        perfect_units=_perfect_units(evidence, score, alpha, lower)
        if bounded and not paper
        else None,
    )


def _evidence(vector: RobustnessVector, policy: Policy, name: str) -> Counts | Parts | None:
    parts = vector.parts(name, policy.as_variant)
    if parts is not None:
        return parts
    return None if _is_paper(policy, name) else vector.counts(name)


def _is_paper(policy: Policy, name: str) -> bool:
    return name == "as" and policy.as_variant == "as_paper"


def _total_units(evidence: Counts | Mean | Parts) -> int:
    if isinstance(evidence, Counts | Mean):
        return evidence.units
    return sum(_total_units(part) for part in _leaves(evidence))


def _leaves(parts: Parts) -> list[Counts | Mean]:
    found: list[Counts | Mean] = []
    for value in dict(parts).values():
        found.extend(value if isinstance(value, tuple) else [value])
    return found


def _units_needed(
    evidence: Counts | Parts, threshold: float, alpha: float, lower: LowerBound
) -> int | None:
    """Return the smallest number of units that passes at the rates seen, by bisection."""
    now = _total_units(evidence)
    rate = evidence.rate if isinstance(evidence, Counts) else parts_score(evidence)
    if rate is None or rate <= threshold:
        return None
    low, high = 0, now
    while not _passes(evidence, high, threshold, alpha, lower):
        low, high = high, high * 4
        if low > MAX_UNITS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        if _passes(evidence, middle, threshold, alpha, lower):
            high = middle
        else:
            low = middle
    return high


def _passes(
    evidence: Counts | Parts, units: int, threshold: float, alpha: float, lower: LowerBound
) -> bool:
    if not isinstance(evidence, Counts):
        factor = units / _total_units(evidence)
        return parts_bound(_scaled(evidence, factor), alpha, lower) >= threshold
    successes = evidence.rate * units
    if lower is lower_bound:
        from scipy.special import betainc

        # L(k, n) >= theta exactly where P(X >= k | theta) <= alpha; cheaper than the inverse.
        return successes > 0 and betainc(successes, units - successes + 1, threshold) <= alpha
    return log_evidence_above(successes, units, threshold) >= -math.log(alpha)


def _scaled(parts: Parts, factor: float) -> Parts:
    def scale(counts: Counts | Mean) -> Counts | Mean:
        units = max(1, round(counts.units * factor))
        if isinstance(counts, Mean):
            return Mean(total=counts.rate * units, units=units)
        return Counts(successes=min(units, int(counts.rate * units + 1e-9)), units=units)

    return parts.model_copy(
        update={
            name: tuple(scale(part) for part in value) if isinstance(value, tuple) else scale(value)
            for name, value in dict(parts).items()
        }
    )


def _perfect_units(
    evidence: Counts | Parts | None, threshold: float, alpha: float, lower: LowerBound
) -> int | None:
    if threshold >= 1 or not (evidence is None or isinstance(evidence, Counts)):
        return None
    units = max(1, math.ceil(math.log(alpha) / math.log(threshold)))
    while lower(units, units, alpha) < threshold:
        units += 1
    return units


def _margins(standing: Standing, policy: Policy, tier: int) -> tuple[Margin, ...]:
    if tier == 0:
        return ()
    found: list[Margin] = []
    for name in GATING:
        levels = standing.levels[name]
        if levels is not None:
            margin = round(levels[tier - 1] - policy.thresholds.of(name)[tier - 1], 12)
            found.append(Margin(dimension=name, margin=margin))
    return tuple(sorted(found, key=lambda item: item.margin))


def _changes(
    vector: RobustnessVector, policy: Policy, decision: Decision, needs: tuple[Need, ...]
) -> tuple[str, ...]:
    changes: list[str] = []
    if needs:
        wanted = " and ".join(f"{need.dimension} >= {need.score:g}" for need in needs)
        kind = "a lower bound of" if decision.basis == "bound" else ""
        changes.append(f"{_next_tier(decision, needs)}: " + " ".join(f"{kind} {wanted}".split()))
    for need in needs:
        if need.units is not None and need.units_now is not None:
            changes.append(
                f"{need.dimension}: a fresh audit with {need.units:,} units at the rate seen "
                f"(now {need.units_now:,})"
            )
        elif need.perfect_units is not None:
            perfect = f"{need.perfect_units:,} units would do if all pass"
            changes.append(f"{need.dimension}: a better rate; {perfect}")
    changes.extend(_counterfactuals(vector, policy, decision))
    return tuple(changes)


def _next_tier(decision: Decision, needs: tuple[Need, ...]) -> str:
    if all(need.dimension == "ih" for need in needs):
        return f"T{min(decision.steps.values())}"
    return f"T{min(decision.tier + 1, TIERS)}"


def _counterfactuals(vector: RobustnessVector, policy: Policy, decision: Decision) -> list[str]:
    found: list[str] = []
    evidence = decision.evidence
    if decision.basis == "bound":
        point = decide(standing_of(vector, policy, "point"), policy, evidence)
        if point.tier != decision.tier:
            found.append(f"on point scores it would be T{point.tier}: the evidence is too thin")
        first = decide(standing_of(vector, policy, "bound", 1), policy, evidence)
        if first.tier != decision.tier:
            found.append(f"as a first attempt it would be T{first.tier}: alpha is spent")
    return found
