from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.incidents.agreement import Reviewer, agreement

A, B = Reviewer("a"), Reviewer("b", "01")
codes = st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("ABC")), min_size=1, max_size=40)


def _decided(pairs: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    return [(str(number), left, right) for number, (left, right) in enumerate(pairs)]


def test_the_example_of_the_literature() -> None:
    # 50 cases: both yes 20, both no 15, first only 5, second only 10; kappa = 0.4
    pairs = [("y", "y")] * 20 + [("n", "n")] * 15 + [("y", "n")] * 5 + [("n", "y")] * 10
    assert agreement(A, B, _decided(pairs)).kappa == pytest.approx(0.4)


@given(codes)
def test_kappa_is_symmetric_and_at_most_one(pairs: list[tuple[str, str]]) -> None:
    there = agreement(A, B, _decided(pairs)).kappa
    back = agreement(B, A, _decided([(right, left) for left, right in pairs])).kappa
    assert there == (None if back is None else pytest.approx(back))
    assert there is None or there <= 1 + 1e-12


@given(st.lists(st.sampled_from("ABC"), min_size=2, max_size=30))
def test_full_agreement_is_one_or_has_no_meaning(codes: list[str]) -> None:
    found = agreement(A, B, _decided([(code, code) for code in codes]))
    assert found.agreed == len(codes)
    assert found.kappa == (None if len(set(codes)) == 1 else pytest.approx(1))


def test_nothing_in_common_has_no_kappa() -> None:
    assert agreement(A, B, []).kappa is None
