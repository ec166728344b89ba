"""Policies that gate on the paper's AS: which figure counts, and a bound that holds."""

from __future__ import annotations

from itertools import product
from math import comb, fsum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.gate.bounds import (
    lower_bound,
    mean_bound,
    mean_lower_bound,
    paper_bound,
    parts_bound,
    parts_score,
)
from governance.gate.diff import Holder, diff
from governance.gate.evaluate import evaluate
from governance.gate.explain import explain
from governance.gate.policy import Policy, default_policy
from governance.gate.sequential import sequence_lower_bound
from governance.gate.vector import Counts, Mean, PaperAlignmentParts, RobustnessVector
from tests.gate.gate_factories import changed

DEFAULT_DIGEST = "sha256:9444aee6085c2e04df365637e242823f8cb5986f02f392c2b1728b21bede41dc"
STRONG = {"successes": 300, "units": 300}
PAPER = {
    "acted": {"successes": 118, "units": 120},
    "named": {"total": 96.0, "units": 120},
    "substantive": {"total": 90.0, "units": 100},
}


def _vector(**more: Any) -> RobustnessVector:
    er = {"false_refused": STRONG, "true_accepted": STRONG, "full": STRONG, "reduced": [STRONG]}
    data = {
        "cc_parts": {"levels": [STRONG]},
        "er_parts": er,
        "as_parts": {"valid": STRONG, "held": STRONG},
        "as_paper_parts": PAPER,
        "n_ih": 300,
        "k_ih": 300,
    }
    return RobustnessVector.model_validate(data | more)


def _paper(**sections: dict[str, Any]) -> Policy:
    return changed(**sections).model_copy(update={"as_variant": "as_paper"})


def test_the_policy_chooses_the_figure() -> None:
    vector = _vector()
    assert evaluate(vector, default_policy()).scores["as"] == 1.0
    point = evaluate(vector, _paper(), basis="point")
    assert point.scores["as"] == pytest.approx((118 / 120) ** 2 * 0.8 * 0.9)
    assert point.tier == 3
    bound = evaluate(vector, _paper())
    assert bound.tier < point.tier
    parts = PaperAlignmentParts.model_validate(PAPER)
    assert bound.alpha is not None
    spent = bound.alpha[bound.steps["as"]]
    assert bound.effective["as"] == pytest.approx(paper_bound(parts, spent))
    assert bound.binding == ("as",)


def test_a_figure_of_the_other_kind_is_missing() -> None:
    paper = evaluate(_vector(as_paper_parts=None), _paper())
    assert (paper.tier, paper.scores["as"]) == (0, None)
    assert "measured otherwise than as_paper" in paper.reasons[0].message
    svs = evaluate(_vector(as_parts=None), default_policy())
    assert (svs.tier, svs.scores["as"]) == (0, None)
    assert "measured otherwise than as_svs" in svs.reasons[0].message


def test_a_typed_in_score_has_no_bound_under_as_paper() -> None:
    typed = _vector(as_parts=None, as_paper_parts=None, n_as=300, **{"as": 1.0})
    assert evaluate(typed, default_policy()).tier == 5
    decision = evaluate(typed, _paper())
    assert decision.tier == 0
    assert decision.reasons[0].code == "no_counts"
    assert "without as_paper_parts" in decision.reasons[0].message
    assert evaluate(typed, _paper(), basis="point").tier == 5
    need = next(n for n in explain(typed, _paper(), basis="bound").needs if n.dimension == "as")
    assert (need.units, need.perfect_units) == (None, None)


def test_the_explanation_scales_the_parts() -> None:
    perfect = {
        "acted": {"successes": 20, "units": 20},
        "named": {"total": 20.0, "units": 20},
        "substantive": {"total": 20.0, "units": 20},
    }
    found = explain(_vector(as_paper_parts=perfect), _paper(), basis="bound")
    need = next(need for need in found.needs if need.dimension == "as")
    assert need.units_now == 60
    assert need.units is not None
    assert need.units > 60


def test_a_change_of_variant_shows_in_the_comparison_of_policies() -> None:
    found = diff(default_policy(), _paper(), [Holder(name="bot", vector=_vector())])
    changes = {change.field: (change.before, change.after) for change in found.changes}
    assert changes["as_variant"] == ("as_svs", "as_paper")
    assert found.agents[0].effect == "loses"


def test_the_digest_of_a_policy_is_what_it_was() -> None:
    assert default_policy().digest == DEFAULT_DIGEST


units = st.integers(1, 200)


@given(units, st.floats(0, 1), st.floats(0.001, 0.3))
def test_bounds_of_means_lie_below_the_mean_and_rise_with_it(
    n: int, rate: float, alpha: float
) -> None:
    total = rate * n
    bound = mean_lower_bound(total, n, alpha)
    assert 0 <= bound <= rate + 1e-9
    assert mean_lower_bound(min(n, total + 0.5), n, alpha) >= bound
    assert mean_bound(Mean(total=total, units=n), alpha, sequence_lower_bound) <= rate + 1e-9


@given(units, st.data(), st.floats(0.001, 0.3))
def test_on_counts_the_bound_of_a_mean_is_never_above_the_exact_one(
    n: int, data: st.DataObject, alpha: float
) -> None:
    k = data.draw(st.integers(0, n))
    assert mean_lower_bound(float(k), n, alpha) <= lower_bound(k, n, alpha) + 1e-9
    assert mean_lower_bound(float(n), n, alpha) == pytest.approx(alpha ** (1 / n), abs=1e-9)


@pytest.mark.parametrize("weights", [(0.1, 0.3, 0.6), (0.02, 0.03, 0.95), (0.5, 0.0, 0.5)])
@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_coverage_for_values_between_is_exact(
    weights: tuple[float, float, float], alpha: float
) -> None:
    """All samples of 25 values among 0, 1/2, 1 are weighed: the bound errs at most at alpha."""
    n, (zero, half, one) = 25, weights
    mean = half / 2 + one
    missed = fsum(
        comb(n, k) * comb(n - k, h) * one**k * half**h * zero ** (n - k - h)
        for k, h in product(range(n + 1), repeat=2)
        if k + h <= n and mean_lower_bound(k + h / 2, n, alpha) > mean
    )
    assert missed <= alpha


def test_parts_of_the_paper() -> None:
    parts = PaperAlignmentParts(
        acted=Counts(successes=0, units=9),
        named=Mean(total=9.0, units=9),
        substantive=Mean(total=3.0, units=9),
    )
    assert parts_score(parts) == 0
    assert parts_bound(parts, 0.05) == 0
    with pytest.raises(ValueError, match="values of at most 1"):
        Mean(total=9.5, units=9)
