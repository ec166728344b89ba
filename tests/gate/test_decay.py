"""Decay, and tier drops in closed form."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from gate_factories import changed, standing
from hypothesis import given
from hypothesis import strategies as st

from governance.gate.decay import (
    effective_robustness,
    hold_days,
    moment_after,
    tier_at,
    tier_drops,
)
from governance.gate.evaluate import evaluate
from governance.gate.policy import default_policy
from governance.gate.standing import Standing
from governance.kernel.clock import days_between

AUDIT = datetime(2026, 3, 1, 12, tzinfo=UTC)
scores = st.floats(0, 1)
standings = st.builds(standing, scores, scores, scores, st.just(1.0))


def test_scores_decay_exponentially_and_ih_does_not() -> None:
    after = effective_robustness({"cc": 0.8, "er": None, "as": 0.5, "ih": 0.7}, 100, 0.01)
    assert after == {
        "cc": pytest.approx(0.8 / math.e),
        "er": None,
        "as": pytest.approx(0.5 / math.e),
        "ih": 0.7,
    }


def test_the_next_drop_is_where_the_first_dimension_meets_its_threshold() -> None:
    drops = tier_drops(standing(0.82, 0.70, 0.80), default_policy())
    assert [drop.tier for drop in drops] == [2, 1, 0]
    assert drops[0].days == pytest.approx(math.log(0.70 / 0.65) / 0.01)
    assert drops[0].dimensions == ("er",)


def test_dimensions_that_fall_together_are_all_named() -> None:
    drops = tier_drops(standing(0.7, 0.7, 1.0), default_policy())
    assert drops[0].dimensions == ("cc", "er")


@given(standings, st.floats(0, 1000))
def test_the_tier_at_any_time_is_the_gate_on_decayed_scores(some: Standing, days: float) -> None:
    policy = default_policy()
    held_until = [hold_days(some, policy, tier) for tier in range(1, 6)]
    if any(h is not None and abs(h - days) < 1e-9 for h in held_until):
        return  # rounding decides at the very moment of a drop
    scores = effective_robustness(some.scores, days, policy.decay.rate_per_day)
    expected = standing(scores["cc"] or 0, scores["er"] or 0, scores["as"] or 0)
    assert tier_at(some, policy, days) == tier_at(expected, policy, 0)


@given(standings)
def test_at_the_audit_it_is_the_tier_of_the_decision(some: Standing) -> None:
    from gate_factories import vector

    scores = [some.scores[name] or 0.0 for name in ("cc", "er", "as")]
    decision = evaluate(vector(*scores), default_policy(), basis="point")
    assert tier_at(some, default_policy(), 0) == decision.tier


@given(standings, st.floats(0, 500), st.floats(0, 500))
def test_time_alone_never_raises_the_tier(some: Standing, one: float, two: float) -> None:
    early, late = sorted((one, two))
    assert tier_at(some, default_policy(), late) <= tier_at(some, default_policy(), early)


@given(standings)
def test_each_drop_is_exact_to_the_microsecond(some: Standing) -> None:
    policy = default_policy()
    for drop in tier_drops(some, policy):
        last = moment_after(AUDIT, drop.days)
        assert last is not None
        before = days_between(AUDIT, last)
        after = days_between(AUDIT, last + timedelta(microseconds=2))
        assert tier_at(some, policy, before) > drop.tier
        assert tier_at(some, policy, after) == drop.tier


def test_without_decay_nothing_drops() -> None:
    policy = changed(decay={"rate_per_day": 0})
    assert tier_drops(standing(0.9, 0.9, 0.9), policy) == ()
    assert tier_at(standing(0.9, 0.9, 0.9), policy, 1e9) == 5
    assert moment_after(AUDIT, math.inf) is None


def test_beyond_the_calendar_there_is_no_date() -> None:
    assert moment_after(AUDIT, 1e8) is None
