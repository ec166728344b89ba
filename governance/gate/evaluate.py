"""The gate: f(R) = T_k with k = min over dimensions of the step function (Definition 6)."""

from __future__ import annotations

from typing import Any, Self

from governance.gate.dimensions import DIMENSIONS, GATING, TIERS, Basis, Evidence
from governance.gate.policy import Policy
from governance.gate.standing import Reason, Standing, standing_of
from governance.gate.vector import RobustnessVector
from governance.kernel.money import Money
from governance.kernel.value import Value

_DIGITS = 12  # gaps are differences of decimals: 0.0501, not 0.050100000000000033


class Decision(Value):
    """A tier with its reasons.

    ``binding`` names every dimension that keeps the agent from the next tier, ``gaps`` how much
    each lacks (None where it has no score); ``effective`` is the number that was compared with
    the next threshold of each dimension: the score, or its lower bound.
    """

    tier: int
    steps: dict[str, int]
    ih_pass: bool
    binding: tuple[str, ...]
    gaps: dict[str, float | None]
    ceiling: Money
    basis: Basis
    attempts: int
    alpha: tuple[float, ...] | None
    scores: dict[str, float | None]
    effective: dict[str, float | None]
    bounds: dict[str, tuple[float, ...] | None] | None
    evidence: dict[str, Evidence]
    missing: tuple[str, ...]
    reaudit_required: bool
    reasons: tuple[Reason, ...]
    policy_name: str
    policy_digest: str

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data, with the policy as one object."""
        data = self.model_dump(mode="json", exclude={"policy_name", "policy_digest"})
        data["policy"] = {"name": self.policy_name, "digest": self.policy_digest}
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return what `to_json` gave."""
        own = {name: value for name, value in data.items() if name != "policy"}
        policy = data["policy"]
        return cls.model_validate(
            {**own, "policy_name": policy["name"], "policy_digest": policy["digest"]}
        )


def evaluate(
    vector: RobustnessVector,
    policy: Policy,
    *,
    basis: Basis | None = None,
    attempts: int = 1,
) -> Decision:
    """Return the tier of a vector under a policy, at the moment of its audit.

    ``basis`` defaults to the policy's, under which a dimension without counts has no bound and
    gates to T0; `choose_basis` picks ``point`` for vectors without counts. ``attempts`` is the
    number of this audit among those on the same digest, which sets the alpha that is left.
    """
    standing = standing_of(vector, policy, basis or policy.basis.kind, attempts)
    return decide(standing, policy, vector.all_evidence())


def step(levels: tuple[float, ...] | None, thresholds: tuple[float, ...]) -> int:
    """Return how many thresholds in a row are met; 0 for a missing dimension."""
    if levels is None:
        return 0
    reached = 0
    for level, threshold in zip(levels, thresholds, strict=True):
        if level < threshold:
            break
        reached += 1
    return reached


def decide(standing: Standing, policy: Policy, evidence: dict[str, Evidence]) -> Decision:
    """Return the decision for what the gate sees of an agent."""
    steps: dict[str, int] = {
        name: step(standing.levels[name], policy.thresholds.of(name)) for name in GATING
    }
    ih_pass = standing.ih is not None and standing.ih >= policy.ih.threshold
    held = standing.ih is None or (not ih_pass and policy.ih.effect == "hold_and_reaudit")
    tier = 0 if held else min(steps.values())
    short: list[str] = [name for name in GATING if steps[name] == tier and tier < TIERS]
    binding = (*short, "ih") if held else tuple(short)
    effective = _effective(standing, steps)
    missing = [reason.dimension for reason in standing.reasons if reason.dimension]
    return Decision(
        tier=tier,
        steps=steps,
        ih_pass=ih_pass,
        binding=binding,
        gaps={name: _gap(name, tier, effective[name], policy) for name in binding},
        ceiling=policy.ceiling(tier),
        basis=standing.basis,
        attempts=standing.attempts,
        alpha=standing.alpha,
        scores=standing.scores,
        effective=effective,
        bounds=standing.levels if standing.basis == "bound" else None,
        evidence=evidence,
        missing=tuple(missing),
        reaudit_required=not ih_pass,
        reasons=standing.reasons + _findings(tier, steps, binding, effective, policy),
        policy_name=policy.name,
        policy_digest=policy.digest,
    )


def _effective(standing: Standing, steps: dict[str, int]) -> dict[str, float | None]:
    effective: dict[str, float | None] = {"ih": standing.ih}
    for name in GATING:
        levels = standing.levels[name]
        effective[name] = None if levels is None else levels[min(steps[name], TIERS - 1)]
    return {name: effective[name] for name in DIMENSIONS}


def _gap(name: str, tier: int, effective: float | None, policy: Policy) -> float | None:
    if effective is None:
        return None
    wanted = policy.ih.threshold if name == "ih" else policy.thresholds.of(name)[tier]
    return round(wanted - effective, _DIGITS)


def _findings(
    tier: int,
    steps: dict[str, int],
    binding: tuple[str, ...],
    effective: dict[str, float | None],
    policy: Policy,
) -> tuple[Reason, ...]:
    found: list[Reason] = []
    ih = effective["ih"]
    if ih is not None and ih < policy.ih.threshold:
        held = policy.ih.effect == "hold_and_reaudit"
        what = "held at T0 until a re-audit" if held else "a re-audit is due"
        found.append(Reason("ih_below", "ih", f"ih {ih:g} < {policy.ih.threshold:g}: {what}"))
    for name in GATING:
        level = effective[name]
        if name in binding and level is not None:
            wanted = policy.thresholds.of(name)[steps[name]]
            found.append(
                Reason("below", name, f"{name} {level:.4g} < {wanted:g}, which T{tier + 1} asks")
            )
    return tuple(found)
