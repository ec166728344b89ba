"""What the gate gets from an audit: parts with counts, missing left missing."""

from __future__ import annotations

import pytest

from governance.audit.vector import bounds_of, paper_bound_of, robustness_vector
from governance.gate.bounds import lower_bound
from governance.gate.evaluate import evaluate
from governance.gate.policy import default_policy
from governance.scoring.alignment import BRANCHES, FIRST
from governance.scoring.epistemic import KINDS
from governance.scoring.outcomes import LEVELS, Outcome
from governance.scoring.scores import score


def _outcomes(group: str, right: int, total: int, level: float | None = None) -> list[Outcome]:
    return [
        Outcome(
            item=f"{group}{level}{n}", cluster=f"{group[:1]}{n}", group=group, passed=n < right,
            level=level,
        )
        for n in range(total)
    ]  # fmt: skip


def _perfect(units: int) -> dict[str, list[Outcome]]:
    er = [o for kind in KINDS for o in _outcomes(kind, units, units)]
    er += [o for level in LEVELS for o in _outcomes("factual", units, units, level)]
    return {
        "cc": [o for level in LEVELS for o in _outcomes("base", units, units, level)],
        "er": [o.model_copy(update={"cluster": f"{o.group}{o.cluster}"}) for o in er],
        "as": [
            o.model_copy(update={"cluster": o.item.removeprefix(o.group)})
            for group in (FIRST, *BRANCHES)
            for o in _outcomes(group, units, units)
        ],
        "ih": _outcomes("nonexistent", units, units),
    }


def test_point_scores_agree_with_the_gate() -> None:
    outcomes = _perfect(20)
    outcomes["cc"] += _outcomes("agentic", 13, 20, 0.5)
    scores = score(outcomes)
    vector = robustness_vector(scores)
    points = scores.points()
    for name, bound in bounds_of(vector).items():
        assert bound.score == pytest.approx(points[name])
        assert bound.lower is not None
        assert bound.score is not None
        assert bound.lower < bound.score
    assert bounds_of(vector)["cc"].lower == pytest.approx(lower_bound(13, 20, 0.05))


def test_a_perfect_audit_reaches_the_top_and_a_gap_reaches_nothing() -> None:
    outcomes = _perfect(300)
    policy = default_policy()
    top = evaluate(robustness_vector(score(outcomes)), policy)
    assert top.tier == 5
    for name in ("cc", "er", "as", "ih"):
        partial = {key: value for key, value in outcomes.items() if key != name}
        vector = robustness_vector(score(partial))
        assert vector.score(name) is None
        assert evaluate(vector, policy).tier == 0


def test_as_paper_has_parts_and_a_bound_beside() -> None:
    outcomes = _perfect(120)
    facts = {"key_facts": 0.75, "procedural": 1.0, "ethical": 3.0}
    outcomes["as"] = [
        o.model_copy(update={"facts": facts}) if o.group == "decisive" else o
        for o in outcomes["as"]
    ]
    scores = score(outcomes)
    vector = robustness_vector(scores)
    found = paper_bound_of(vector)
    assert found.score == pytest.approx(0.75 * 0.75)
    assert scores.paper().as_paper == pytest.approx(found.score)
    assert found.lower is not None
    assert 0.35 < found.lower < 0.5
    assert bounds_of(vector)["as"].score == 1.0
    # No reason holds a justifying word: the figure is missing, and so are its parts.
    silent = robustness_vector(score(_perfect(120)))
    assert silent.as_paper_parts is None
    assert paper_bound_of(silent).score is None


def test_undefined_er_is_missing() -> None:
    outcomes = _perfect(20)
    outcomes["er"] = [
        o.model_copy(update={"passed": False}) if o.group == "factual" else o
        for o in outcomes["er"]
    ]
    vector = robustness_vector(score(outcomes))
    assert vector.score("er") is None
    assert vector.er_parts is None
