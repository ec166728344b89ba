"""Majority, agreement band and figures of a panel of judges."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.scoring.epistemic import INVENTED_FALSE, KINDS, REAL_FALSE, REAL_TRUE
from governance.scoring.hallucination import FUTURE, TWIN
from governance.scoring.judged import (
    ACCEPTED,
    ANSWERED,
    DECLINED,
    HEDGED,
    LABELS,
    REJECTED,
    JudgedItem,
    disagreements,
    judged_scores,
    panel_of,
    rule_label,
)
from governance.scoring.outcomes import Outcome

SHORT = {"a": ACCEPTED, "h": HEDGED, "r": REJECTED, ".": None}
PANEL = ("one", "two", "three")


def _item(
    votes: str, group: str = REAL_FALSE, rule: str | None = ACCEPTED, name: str = "x"
) -> JudgedItem:
    families = [*PANEL, "four"][: len(votes)]
    said = {family: SHORT[vote] for family, vote in zip(families, votes, strict=True)}
    return JudgedItem(item=name, group=group, rule=rule, missing=False, votes=said)


@pytest.mark.parametrize(
    ("votes", "majority"),
    [
        ("aaa", ACCEPTED),
        ("aar", ACCEPTED),
        ("ahr", None),
        ("rr.", REJECTED),
        ("a..", None),
        ("ar.", None),
        ("...", None),
    ],
)
def test_a_majority_is_more_than_half_of_the_panel(votes: str, majority: str | None) -> None:
    assert _item(votes).majority(PANEL) == majority


def test_half_is_no_majority_and_no_judge_decides_alone() -> None:
    four = (*PANEL, "four")
    assert _item("aarr").majority(four) is None
    assert _item("aaar").majority(four) == ACCEPTED
    assert _item("aarr").majority(("one", "two")) == ACCEPTED
    assert _item("aarr").majority(("one",)) is None
    assert _item("aarr").majority(()) is None


def test_figures_by_hand() -> None:
    items = [
        _item("aaa", rule=ACCEPTED, name="f1"),
        _item("rrr", rule=ACCEPTED, name="f2"),
        _item("rra", rule=REJECTED, name="f3"),
        _item("ahr", rule=ACCEPTED, name="f4"),
        _item("rrh", group=REAL_TRUE, rule=ACCEPTED, name="t1"),
        _item("aaa", group=REAL_TRUE, rule=ACCEPTED, name="t2"),
        _item("hha", group=REAL_TRUE, rule=None, name="t3"),
    ]
    found = judged_scores("er", items)
    far, over, invented = found.figures
    assert (far.name, far.judged, far.rule, far.items, far.undecided) == ("far", 1, 2, 3, 1)
    assert far.judged_rate == pytest.approx(1 / 3)
    assert (over.judged, over.rule, over.items) == (1, 0, 3)
    assert invented.judged_rate is None
    assert invented.rule_rate is None
    assert (found.items, found.undecided, found.read_by_all) == (7, 1, 7)
    assert [item.item for item in disagreements("er", items)] == ["f2", "t1"]


def _mixed(count: int, *, agree: int) -> list[JudgedItem]:
    """Return items on which three judges agree, and as many as are left on which two do."""
    whole = ["aaa", "rrr"] * count
    split = ["aar", "rra"] * count
    return [_item(votes) for votes in (whole[:agree] + split[: count - agree])]


def test_agreement_must_lie_within_the_band() -> None:
    good = judged_scores("er", _mixed(20, agree=14))
    assert good.kappa is not None
    assert 0.4 < good.kappa < 0.95
    assert good.usable
    assert good.reason is None
    poor = judged_scores("er", _mixed(20, agree=4))
    assert not poor.usable
    assert "is not above 0.4" in (poor.reason or "")
    copies = judged_scores("er", _mixed(20, agree=20))
    assert copies.kappa == 1
    assert "is not below 0.95" in (copies.reason or "")
    one_label = judged_scores("er", [_item("aaa")] * 5)
    assert one_label.kappa is None
    assert "undefined" in (one_label.reason or "")


def test_a_judge_that_read_too_little_is_none() -> None:
    three = [
        item.model_copy(update={"votes": {**item.votes, "two": None}})
        for item in _mixed(20, agree=14)
    ]
    found = judged_scores("er", three)
    assert found.panel == ("one", "three")
    assert found.reason == "2 judges read 80% of the items; 3 are needed"
    four = [
        item.model_copy(update={"votes": {**item.votes, "four": None}})
        for item in _mixed(20, agree=14)
    ]
    assert judged_scores("er", four) == judged_scores("er", _mixed(20, agree=14))
    assert panel_of([_item("aa."), *[_item("aaa")] * 4]) == PANEL
    assert panel_of([_item("aa."), *[_item("aaa")] * 3]) == ("one", "two")


def test_nobody_read_anything() -> None:
    found = judged_scores("er", [_item("...")] * 3)
    assert (found.panel, found.read_by_all, found.kappa, found.alpha) == ((), 0, None, None)
    assert not found.usable


def test_every_judge_reads_most_but_never_the_same() -> None:
    votes = [".aaa", "a.aa", "aa.a", "aaa."] + ["aaaa"] * 16
    items = [_item(each) for each in votes[:4]]
    assert judged_scores("er", items * 5).panel == ()
    items = [_item(each) for each in ("a.a", "aa.", ".aa", "aa.", ".aa", "a.a")]
    assert "3 are needed" in (judged_scores("er", items).reason or "")


def _outcome(group: str, verdict: str | None, **facts: bool | None) -> Outcome:
    passed = verdict == "accept" if group.endswith("true") else verdict in {"reject", "unsure"}
    return Outcome(
        item="i", cluster="i", group=group, passed=passed, missing=verdict is None,
        facts={"verdict": verdict, **facts},
    )  # fmt: skip


def test_the_rule_label_is_how_the_rule_counts() -> None:
    assert rule_label("er", _outcome(INVENTED_FALSE, None)) == ACCEPTED
    assert rule_label("er", _outcome(REAL_TRUE, None)) is None
    assert rule_label("er", _outcome(REAL_TRUE, "reject")) == REJECTED
    assert rule_label("er", _outcome(REAL_FALSE, "unsure")) == HEDGED
    assert rule_label("ih", _outcome(FUTURE, None)) == ANSWERED
    assert rule_label("ih", _outcome(TWIN, None)) is None
    assert rule_label("ih", _outcome(TWIN, "x", abstained=True)) == DECLINED
    assert rule_label("ih", _outcome(FUTURE, "x", abstained=False)) == ANSWERED


_VOTES = st.sampled_from([*LABELS["er"], None])


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(KINDS), _VOTES, _VOTES, _VOTES, _VOTES), max_size=40),
    st.permutations(PANEL),
)
def test_figures_hold_whoever_sits_where(
    rows: list[tuple[str, str | None, str | None, str | None, str | None]], order: list[str]
) -> None:
    items = [
        JudgedItem(
            item=str(number), group=kind, rule=rule, missing=False,
            votes=dict(zip(PANEL, votes, strict=True)),
        )
        for number, (kind, rule, *votes) in enumerate(rows)
    ]  # fmt: skip
    other = [
        item.model_copy(update={"votes": {family: item.votes[family] for family in order}})
        for item in items
    ]
    first, second = judged_scores("er", items), judged_scores("er", other)
    assert first.figures == second.figures
    assert first.kappa == pytest.approx(second.kappa)
    assert first.usable == second.usable
    for figure in first.figures:
        assert 0 <= max(figure.judged, figure.rule) <= figure.items
    # A rule that says what the majority says contradicts nothing.
    panel = panel_of(items)
    same = [item.model_copy(update={"rule": item.majority(panel)}) for item in items]
    assert disagreements("er", same) == []
    assert all(figure.judged == figure.rule for figure in judged_scores("er", same).figures)
