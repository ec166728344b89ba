"""Explanations: units still needed, drops, and what would change the answer."""

from __future__ import annotations

import pytest
from gate_factories import vector

from governance.gate.bounds import lower_bound
from governance.gate.evaluate import evaluate
from governance.gate.explain import explain
from governance.gate.policy import default_policy
from governance.gate.standing import spent_alpha
from governance.gate.vector import RobustnessVector

COUNTED = {"n_cc": 100, "n_er": 90, "n_as": 60}


def test_units_needed_are_enough_and_one_less_is_not() -> None:
    some = vector(0.82, 0.83, 0.78, **COUNTED)
    explained = explain(some, default_policy(), basis="bound")
    assert [need.dimension for need in explained.needs] == ["cc", "er", "as"]
    for need in explained.needs:
        assert need.units is not None
        rate = some.counts(need.dimension).rate  # type: ignore[union-attr]
        alpha = spent_alpha(default_policy(), 2)[explained.decision.tier]
        assert lower_bound(rate * need.units, need.units, alpha) >= need.score  # type: ignore[arg-type]
        fewer = need.units - 1
        assert lower_bound(rate * fewer, fewer, alpha) < need.score  # type: ignore[arg-type]


def test_perfect_units_in_closed_form() -> None:
    explained = explain(
        vector(0.7, 1, 1, n_cc=10, n_er=1000, n_as=1000), default_policy(), basis="bound"
    )
    (need,) = explained.needs
    alpha = spent_alpha(default_policy(), 2)[explained.decision.tier]
    assert need.perfect_units is not None
    assert lower_bound(need.perfect_units, need.perfect_units, alpha) >= need.score
    assert lower_bound(need.perfect_units - 1, need.perfect_units - 1, alpha) < need.score


def test_a_rate_below_the_threshold_is_never_mended_by_more_units() -> None:
    explained = explain(
        vector(0.75, 1, 1, n_cc=500, n_er=500, n_as=500), default_policy(), basis="bound"
    )
    (need,) = explained.needs
    assert need.units is None
    assert any("better rate" in change for change in explained.changes)


def test_parts_are_scaled_together() -> None:
    data = {
        "cc_parts": {"levels": [{"successes": 45, "units": 50}, {"successes": 48, "units": 50}]},
        "er": 1.0, "as": 1.0, "ih": 1.0, "n_er": 5000, "n_as": 5000,
    }  # fmt: skip
    explained = explain(RobustnessVector.model_validate(data), default_policy(), basis="bound")
    assert explained.decision.scores["cc"] == 0.9
    (need,) = explained.needs
    assert need.units_now == 100
    assert need.units is not None
    assert need.units > 100


def test_what_the_point_gate_and_a_first_attempt_would_have_said() -> None:
    some = vector(0.82, 0.83, 0.78, **COUNTED)
    late = explain(some, default_policy(), basis="bound", attempts=40)
    assert any("point scores it would be T4" in change for change in late.changes)
    assert any("first attempt it would be T3" in change for change in late.changes)


def test_margins_name_what_falls_first() -> None:
    explained = explain(vector(0.82, 0.7, 0.8), default_policy(), basis="point")
    assert explained.margins[0].dimension == "er"
    assert explained.drops[0].dimensions == ("er",)


def test_a_held_agent_needs_ih_and_nothing_else() -> None:
    explained = explain(vector(1, 1, 1, 0.3), default_policy(), basis="point")
    assert [need.dimension for need in explained.needs] == ["ih"]
    assert explained.changes[0].startswith("T5: ")
    assert explained.drops == ()


def test_at_the_top_nothing_is_needed() -> None:
    explained = explain(vector(1, 1, 1), default_policy(), basis="point")
    assert explained.needs == ()
    assert explained.changes == ()


def test_the_explanation_contains_the_decision() -> None:
    some = vector(0.82, 0.83, 0.78, **COUNTED)
    explained = explain(some, default_policy(), basis="bound")
    assert explained.decision == evaluate(some, default_policy(), basis="bound")


@pytest.mark.parametrize("name", ["cc", "er", "as"])
def test_a_missing_dimension_is_a_need_without_numbers(name: str) -> None:
    scores = {"cc": 1.0, "er": 1.0, "as": 1.0, "ih": 1.0}
    del scores[name]
    explained = explain(RobustnessVector.model_validate(scores), default_policy(), basis="point")
    (need,) = explained.needs
    assert (need.dimension, need.gap, need.units) == (name, None, None)
