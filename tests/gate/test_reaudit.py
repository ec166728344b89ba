"""Spot audits: the hazard law, the literal law, and the draw that nobody can steer."""

from __future__ import annotations

import math

import numpy as np
import pytest
from gate_factories import after, changed, position, standing
from hypothesis import given
from hypothesis import strategies as st

from governance.gate.policy import default_policy
from governance.gate.reaudit import (
    commitment,
    cumulative_hazard,
    due_days,
    hazard_due_days,
    literal_due_days,
    reveal_fits,
    step_uniforms,
    unit_exponential,
)
from governance.gate.standing import Standing
from governance.kernel.errors import InputError

SEED = bytes(range(32))
STEADY = {"rate_per_day": 0.0}
standings = st.builds(standing, *[st.floats(0.3, 1)] * 3)


@given(standings, st.floats(1e-6, 8))
def test_an_audit_is_due_when_the_integral_reaches_the_exponential(
    some: Standing, exponential: float
) -> None:
    due = hazard_due_days(some, default_policy(), exponential)
    everything = cumulative_hazard(some, default_policy(), 1e9)
    if due is None:
        assert everything < exponential
    else:
        assert cumulative_hazard(some, default_policy(), due) == pytest.approx(exponential)


def test_at_a_constant_tier_the_mean_interval_is_one_over_mu() -> None:
    policy = changed(decay=STEADY)
    draws = -np.log1p(-np.random.default_rng(3).random(4_000))
    for tier, score in enumerate((0.35, 0.55, 0.7, 0.82, 0.95), start=1):
        some = standing(score, score, score, policy=policy)
        dues = [hazard_due_days(some, policy, float(draw)) for draw in draws]
        mean = float(np.mean([due for due in dues if due is not None]))
        assert mean == pytest.approx(1 / policy.reaudit.rates_per_day[tier - 1], rel=0.06)


def test_the_draw_is_exponential() -> None:
    draws = [unit_exponential(SEED, f"certification-{n}") for n in range(20_000)]
    assert np.mean(draws) == pytest.approx(1, abs=0.03)
    assert np.mean([draw > math.log(2) for draw in draws]) == pytest.approx(0.5, abs=0.015)


def test_seed_certification_and_contribution_each_change_the_draw() -> None:
    base = unit_exponential(SEED, "a")
    assert unit_exponential(SEED, "a") == base
    others = [
        unit_exponential(SEED, "b"),
        unit_exponential(SEED[::-1], "a"),
        unit_exponential(SEED, "a", b"the agent's nonce"),
    ]
    assert len({base, *others}) == 4


def test_a_commitment_binds_seed_and_certification() -> None:
    committed = commitment(SEED, "a")
    assert reveal_fits(committed, SEED, "a")
    assert not reveal_fits(committed, SEED, "b")
    assert not reveal_fits(committed, SEED[::-1], "a")
    with pytest.raises(InputError, match="32 bytes"):
        commitment(b"short", "a")


def test_t0_is_never_spot_audited() -> None:
    assert hazard_due_days(standing(0.1, 0.1, 0.1), default_policy(), 0.001) is None


def test_the_literal_law_is_selectable_and_depends_on_the_step() -> None:
    policy = changed(decay=STEADY, reaudit={"rates_per_day": [0.01] * 5})
    some = standing(1, 1, 1, policy=policy)

    def mean(step: float) -> float:
        generator = np.random.default_rng(23)
        uniforms = iter(lambda: float(generator.random()), None)
        found = [literal_due_days(some, policy, uniforms, step) for _ in range(1_500)]
        return float(np.mean([days for days in found if days is not None]))

    assert mean(1.0) == pytest.approx(12.5, rel=0.05)  # where 1 / mu is 100
    assert mean(0.1) == pytest.approx(4.0, rel=0.06)
    literal = changed(reaudit={"law": "literal"})
    days = due_days(some, literal, SEED, "a")
    assert days is not None
    assert days == int(days)
    assert days == literal_due_days(some, literal, step_uniforms(SEED, "a"))


def test_a_stale_ih_makes_an_audit_due() -> None:
    policy = changed(decay=STEADY, ih={"fresh_days": 5}, reaudit={"rates_per_day": [1e-9] * 5})
    assert due_days(standing(1, 1, 1, policy=policy), policy, SEED, "a") == 5


def test_overdue_is_after_the_grace() -> None:
    some = standing(1, 1, 1)
    late = position(some, due_after=10.0)
    assert late.barred(after(17)) is None
    barred = late.barred(after(17.001))
    assert barred is not None
    assert (barred.code, late.tier(after(17.001))) == ("audit_overdue", 0)
    never = position(some, changed(decay=STEADY, ih={"fresh_days": None}))
    assert never.barred(after(1e5)) is None
