"""What the gate sees of an agent: one number per dimension and tier, before any decay."""

from __future__ import annotations

from dataclasses import dataclass

from governance.gate.bounds import METHODS, LowerBound, dimension_bound, dimension_score
from governance.gate.dimensions import DIMENSIONS, GATING, TIERS, AsVariant, Basis
from governance.gate.policy import Policy
from governance.gate.spending import attempt_share
from governance.gate.vector import RobustnessVector


@dataclass(frozen=True)
class Reason:
    """Why a decision is what it is: a stable code, the dimension concerned, a sentence."""

    code: str
    dimension: str | None
    message: str


@dataclass(frozen=True)
class Standing:
    """Numbers that the gate compares with T1..T5 at the moment of the audit.

    ``levels[d]`` has five numbers because the confidence demanded may differ by tier: under
    ``point`` five times the score, under ``bound`` the lower bounds at alpha_1..alpha_5. A
    dimension that is missing, or has no bound, or whose evidence carries no authority is None.
    """

    basis: Basis
    levels: dict[str, tuple[float, ...] | None]
    ih: float | None
    scores: dict[str, float | None]
    alpha: tuple[float, ...] | None
    attempts: int
    reasons: tuple[Reason, ...]


def choose_basis(vector: RobustnessVector, policy: Policy, asked: Basis | None = None) -> Basis:
    """Return the basis asked for; else the policy's where there are counts, else ``point``."""
    if asked is not None:
        return asked
    return policy.basis.kind if vector.has_counts() else "point"


def spent_alpha(policy: Policy, attempts: int) -> tuple[float, ...]:
    """Return alpha per tier T1..T5 for the given attempt on one digest (1 is the first)."""
    share = attempt_share(attempts, policy.basis.spending)
    return tuple(alpha * share for alpha in policy.basis.alpha)


def standing_of(
    vector: RobustnessVector, policy: Policy, basis: Basis, attempts: int = 1
) -> Standing:
    """Return what the gate sees of a vector; missing stays missing."""
    alpha = spent_alpha(policy, attempts) if basis == "bound" else None
    reasons: list[Reason] = []
    variant, lower = policy.as_variant, METHODS[policy.basis.method]
    scores: dict[str, float | None] = {
        name: dimension_score(vector, name, variant) for name in DIMENSIONS
    }
    levels: dict[str, tuple[float, ...] | None] = {}
    for name in GATING:
        levels[name] = _levels(vector, name, scores[name], alpha, lower, variant)
        reason = _absence(vector, policy, name, scores[name], levels[name])
        if reason is not None:
            levels[name] = None
            reasons.append(reason)
    ih, reason = _hallucination(vector, policy, scores["ih"], attempts)
    if reason is not None:
        reasons.append(reason)
    return Standing(basis, levels, ih, scores, alpha, attempts, tuple(reasons))


def _levels(
    vector: RobustnessVector,
    name: str,
    score: float | None,
    alpha: tuple[float, ...] | None,
    lower: LowerBound,
    variant: AsVariant,
) -> tuple[float, ...] | None:
    if score is None:
        return None
    if alpha is None:
        return (score,) * TIERS
    bounds = [dimension_bound(vector, name, value, lower, variant) for value in alpha]
    return None if bounds[0] is None else tuple(bound or 0.0 for bound in bounds)


def _hallucination(
    vector: RobustnessVector, policy: Policy, score: float | None, attempts: int
) -> tuple[float | None, Reason | None]:
    level = score
    if score is not None and policy.ih.basis == "bound":
        level = dimension_bound(
            vector, "ih", spent_alpha(policy, attempts)[0], METHODS[policy.basis.method]
        )
    found = None if level is None else (level,)
    reason = _absence(vector, policy, "ih", score, found)
    return (None if reason is not None else level), reason


def _absence(
    vector: RobustnessVector,
    policy: Policy,
    name: str,
    score: float | None,
    levels: tuple[float, ...] | None,
) -> Reason | None:
    if score is None and vector.measures_other(name, policy.as_variant):
        message = f"{name} was measured otherwise than {policy.as_variant}, which this policy asks"
        return Reason("missing", name, f"{message}: missing counts as T0")
    if score is None:
        return Reason("missing", name, f"{name} has no score: missing counts as T0")
    if levels is None and name == "as" and policy.as_variant == "as_paper":
        message = "as_paper is no share of units: without as_paper_parts it has no lower bound: T0"
        return Reason("no_counts", name, message)
    if levels is None:
        return Reason("no_counts", name, f"{name} has no counts, so it has no lower bound: T0")
    if vector.evidence(name) == "declared" and not policy.evidence.declared_carries_authority:
        return Reason(
            "declared", name, f"{name} is declared, which carries no authority under this policy"
        )
    return None
