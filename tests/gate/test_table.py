"""The fast gate and the vectorised gate agree with the reasoning one."""

from __future__ import annotations

import numpy as np
import pytest
from gate_factories import changed, vector

from governance.gate.evaluate import evaluate
from governance.gate.policy import Policy, default_policy
from governance.gate.table import TierTable
from governance.gate.vector import RobustnessVector

POLICIES = {"hold": default_policy(), "reaudit": changed(ih={"effect": "reaudit"})}


def random_scores(count: int, policy: Policy) -> np.ndarray:
    generator = np.random.default_rng(29)
    scores = generator.random((count, 4))
    edges = np.array([*policy.thresholds.cc, *policy.thresholds.as_, policy.ih.threshold, 0, 1])
    at_edge = generator.random((count, 4)) < 0.4
    return np.where(at_edge, generator.choice(edges, (count, 4)), scores)


@pytest.mark.parametrize("name", POLICIES)
def test_all_three_gates_agree(name: str) -> None:
    policy = POLICIES[name]
    table = TierTable(policy)
    scores = random_scores(4_000, policy)
    tiers = table.tiers(scores)
    for row, tier in zip(scores.tolist(), tiers.tolist(), strict=True):
        decision = evaluate(vector(*row), policy, basis="point")
        assert decision.tier == tier == table.tier(*row)


@pytest.mark.parametrize("name", POLICIES)
def test_missing_is_t0_in_all_three(name: str) -> None:
    policy = POLICIES[name]
    table = TierTable(policy)
    for column, missing in enumerate(("cc", "er", "as", "ih")):
        row = [1.0, 1.0, 1.0, 1.0]
        row[column] = -1.0
        assert table.tier(*row) == 0
        many = np.ones((1, 4))
        many[0, column] = np.nan
        assert table.tiers(many).tolist() == [0]
        scores = {n: 1.0 for n in ("cc", "er", "as", "ih") if n != missing}
        one = RobustnessVector.model_validate(scores)
        assert evaluate(one, policy, basis="point").tier == 0


def test_an_action_needs_its_tier_and_room_under_the_ceiling() -> None:
    table = TierTable(default_policy())
    assert table.allows(3, "autonomous_contract", 9_000, 1_000)
    assert not table.allows(3, "autonomous_contract", 9_000, 1_001)
    assert not table.allows(2, "autonomous_contract", 0, 1)
    assert not table.allows(5, "unheard_of", 0, 1)
    assert not table.allows(5, "microtask", 0, -1)


def test_ceilings_of_many_tiers() -> None:
    table = TierTable(default_policy())
    tiers = np.array([0, 5, 3], dtype=np.int8)
    assert table.ceilings(tiers).tolist() == [0, 1_000_000, 10_000]
