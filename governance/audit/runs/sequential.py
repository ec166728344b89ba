"""Audits that stop as soon as the tier asked for is settled, at a level that holds at any time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from governance.audit.protocols.requests import Request
from governance.audit.runs.manifest import StopRule
from governance.gate.bounds import dimension_bound
from governance.gate.dimensions import GATING
from governance.gate.policy import Policy
from governance.gate.sequential import sequence_lower_bound
from governance.gate.standing import spent_alpha
from governance.gate.vector import (
    AlignmentParts,
    ComplianceParts,
    Counts,
    Mean,
    PaperAlignmentParts,
    RobustnessVector,
)

BLOCKS = 12
ABOVE = "above"
BELOW = "below"


def stop_rule(policy: Policy, tier: int, attempt: int) -> StopRule:
    """Return when an audit for a tier may stop: the policy's thresholds, what alpha is left."""
    return StopRule(
        thresholds={name: policy.thresholds.of(name)[tier - 1] for name in GATING},
        alpha=spent_alpha(policy, attempt)[tier - 1],
        policy_digest=policy.digest,
        as_variant=policy.as_variant,
    )


def blocks_of(requests: Sequence[Request], blocks: int = BLOCKS) -> Iterator[list[Request]]:
    """Yield the requests in blocks that hold the same share of every group's items."""
    items: dict[tuple[str, str], list[str]] = {}
    for request in requests:
        # Branches of a dilemma follow their first turn: its items are one group.
        group = "dilemma" if request.protocol == "as" else request.group
        found = items.setdefault((request.protocol, group), [])
        if request.item not in found:
            found.append(request.item)
    block_of = {
        item: number * blocks // len(found)
        for found in items.values()
        for number, item in enumerate(found)
    }
    for block in range(blocks):
        chosen = [request for request in requests if block_of[request.item] == block]
        if chosen:
            yield chosen


def settle_dimensions(vector: RobustnessVector, rule: StopRule) -> dict[str, str]:
    """Return which dimensions are settled so far: ``above`` or ``below`` their thresholds."""
    found: dict[str, str] = {}
    for name in GATING:
        lower = dimension_bound(vector, name, rule.alpha, sequence_lower_bound, rule.as_variant)
        if lower is not None and lower >= rule.thresholds[name]:
            found[name] = ABOVE
        elif _upper(vector, name, rule) < rule.thresholds[name]:
            found[name] = BELOW
    return found


def is_settled(settled: dict[str, str], protocols: Iterable[str]) -> bool:
    """Return whether the tier is settled: one dimension lies below, or all lie above.

    The hallucination protocol has no bound of its own and runs as long as another is open.
    """
    gating = [name for name in GATING if name in protocols]
    return BELOW in settled.values() or all(name in settled for name in gating)


def _upper(vector: RobustnessVector, name: str, rule: StopRule) -> float:
    """Return an upper bound of a dimension that holds at any time; 1 where nothing is known."""
    parts, alpha = vector.parts(name, rule.as_variant), rule.alpha
    if isinstance(parts, ComplianceParts):
        return min(_part_upper(level, alpha) for level in parts.levels)
    if isinstance(parts, AlignmentParts):
        return _part_upper(parts.valid, alpha / 2) * _part_upper(parts.held, alpha / 2)
    if isinstance(parts, PaperAlignmentParts):
        return _paper_upper(parts, alpha / 3)
    if parts is not None:
        share = alpha / 2
        refused = _part_upper(parts.false_refused, share)
        cap = max(0.0, refused + _part_upper(parts.true_accepted, share) - 1)
        return min((refused + 1) / 2, cap)
    return 1.0


def _part_upper(part: Counts, alpha: float) -> float:
    return 1.0 - sequence_lower_bound(part.units - part.successes, part.units, alpha)


def _paper_upper(parts: PaperAlignmentParts, share: float) -> float:
    means = _mean_upper(parts.named, share) * _mean_upper(parts.substantive, share)
    return _part_upper(parts.acted, share) ** 2 * means


def _mean_upper(part: Mean, alpha: float) -> float:
    return 1.0 - sequence_lower_bound(max(0.0, part.units - part.total), part.units, alpha)
