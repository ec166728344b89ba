"""One named test for each defect of known implementations and each gap of the paper.

The list is in docs/gate.md. Those that need a database are pinned where the database is.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from gate_factories import changed, decided, position, standing, vector
from granting_world import Hands

from governance.gate import reaudit
from governance.gate.decay import tier_at
from governance.gate.decide import Used
from governance.gate.evaluate import evaluate
from governance.gate.policy import default_policy
from governance.gate.reaudit import cumulative_hazard, hazard_due_days, literal_due_days
from governance.gate.safety import AtRisk, aggregate_safety, safety_effect
from governance.gate.table import TierTable
from governance.gate.vector import RobustnessVector
from governance.kernel.money import Money

STEADY = changed(decay={"rate_per_day": 0.0}, reaudit={"rates_per_day": [0.01] * 5})


def test_defect_1_the_audit_interval_does_not_depend_on_the_tick() -> None:
    some = standing(1, 1, 1, policy=STEADY)
    generator = np.random.default_rng(41)
    uniforms = iter(lambda: float(generator.random()), None)
    drawn = -np.log1p(-generator.random(4_000))
    exact = [hazard_due_days(some, STEADY, float(e)) for e in drawn]
    assert np.mean([d for d in exact if d is not None]) == pytest.approx(100, rel=0.05)
    for tick in (0.1, 1.0, 7.0):  # however often somebody looks, due is due
        for day, exponential in zip(exact[:200], drawn[:200], strict=True):
            assert day is not None
            seen = math.ceil(day / tick) * tick
            assert cumulative_hazard(some, STEADY, seen) >= exponential * (1 - 1e-12)
    ticks = [literal_due_days(some, STEADY, uniforms) for _ in range(2_000)]
    assert np.mean([d for d in ticks if d is not None]) < 15  # the defect: 12.5, not 100


def test_defect_2_nothing_but_an_audit_restarts_the_clock() -> None:
    some = standing(0.95, 0.95, 0.95)
    tiers = [tier_at(some, default_policy(), day) for day in range(0, 400, 5)]
    assert tiers == sorted(tiers, reverse=True)  # decay always runs from the audit
    assert tiers[-1] == 0


def test_defect_3_ih_does_not_decay_into_a_cliff() -> None:
    some = standing(1, 1, 1, ih=0.7)
    cliff = math.log(0.7 / 0.5) / 0.01  # where the known implementation drops everyone to T0
    assert tier_at(some, default_policy(), cliff + 1) > 0
    policy = default_policy()
    assert reaudit.due_days(some, policy, bytes(32), "a") is not None
    assert (reaudit.due_days(some, policy, bytes(32), "a") or 0) <= (policy.ih.fresh_days or 0)


def test_defect_4_a_missing_score_is_missing() -> None:
    for name in ("cc", "er", "as", "ih"):
        scores = {n: 1.0 for n in ("cc", "er", "as", "ih") if n != name}
        decision = evaluate(
            RobustnessVector.model_validate(scores), default_policy(), basis="point"
        )
        assert decision.tier == 0
        assert decision.scores[name] is None
        assert decision.missing == (name,)


def test_defect_5_n_children_share_one_ceiling_at_any_depth() -> None:
    children = [f"child{number}" for number in range(10)]
    hands = Hands(default_policy(), dict.fromkeys(["root", *children], 5))
    made = [child for child in children if hands.grant("root", child, 400_000) == []]
    assert len(made) == 2  # not ten times the ceiling of 1,000,000
    assert [hands.grant(made[0], child, 200_000) == [] for child in children[2:5]] == [
        True,
        True,
        False,
    ]


def test_defect_6_exposure_is_cumulative_and_all_money() -> None:
    parts = Used(penalties=400, spent=300, reserved=200, delegated=100)
    some = standing(0.55, 0.55, 0.55)  # T2: 1,000
    for amount, allowed in ((1, False), (0, True)):
        _, reasons = decided(position(some), amount, used=parts)
        assert (not reasons) == allowed


def test_defect_7_money_is_whole_all_bindings_are_named_and_the_check_comes_first() -> None:
    with pytest.raises(ValueError, match="integer"):
        Money.model_validate({"amount": 19.99, "currency": "USD"})
    decision = evaluate(vector(0.6, 0.6, 0.5), default_policy(), basis="point")
    assert decision.binding == ("cc", "er", "as")
    table = TierTable(default_policy())
    assert not table.allows(2, "microtask", 999, 2)  # refused before anything is spent
    assert table.allows(2, "microtask", 999, 1)


def test_gap_a_a_contract_counts_against_the_lowest_ceiling_until_its_deadline() -> None:
    policy = default_policy()
    some = standing(0.82, 0.82, 0.82)  # T4 for 2.5 days
    now = policy.ceiling(tier_at(some, policy, 0)).amount
    later = policy.ceiling(tier_at(some, policy, 30)).amount
    assert now > later  # Theorem 1 as written would accept `now` until day 30
    limit, reasons = decided(position(some), now, until=30)
    assert limit.ceiling == later
    assert reasons
    assert decided(position(some), later, until=30)[1] == []


def test_gap_b_a_weak_entrant_lowers_aggregate_safety_unless_a_floor_refuses_it() -> None:
    strong = [AtRisk(agent="strong", exposure=1_000, weakest=0.9)]
    weak = AtRisk(agent="weak", exposure=1_000, weakest=0.5)
    effect = safety_effect(strong, weak)
    assert effect.before == pytest.approx(0.9)
    assert effect.after == pytest.approx(0.7)  # Theorem 3 says it does not fall
    assert effect.allowed
    assert not safety_effect(strong, weak, floor=0.8).allowed
    assert safety_effect(strong, weak, floor=0.7 - 1e-12).allowed
    better = AtRisk(agent="better", exposure=1_000, weakest=0.95)
    assert safety_effect(strong, better, floor=0.9).allowed
    assert aggregate_safety([]) is None


def test_gap_b_settlement_of_good_contracts_can_still_lower_safety() -> None:
    held = [
        AtRisk(agent="strong", exposure=1_000, weakest=0.9),
        AtRisk(agent="weak", exposure=1_000, weakest=0.6),
    ]
    before, after = aggregate_safety(held), aggregate_safety(held[1:])
    assert before is not None
    assert after is not None
    assert after < before  # said in the docs: no authorisation is asked for here


def test_gap_c_the_hazard_law_is_the_default_and_the_literal_one_selectable() -> None:
    assert default_policy().reaudit.law == "hazard"
    some = standing(1, 1, 1, policy=STEADY)
    assert hazard_due_days(some, STEADY, 1.0) == pytest.approx(100)
    uniforms = iter([0.99, 0.99, 0.001])  # p = 1 - exp(-0.01 * 3) = 0.0296 at the third step
    assert literal_due_days(some, STEADY, uniforms) == 3
