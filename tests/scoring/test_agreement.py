"""Agreement against the worked examples of the literature, and laws that must hold."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.scoring.agreement import fleiss_kappa, krippendorff_alpha

# Ten units, fourteen raters, five labels: P = .378, P_e = .213, kappa = .210 (the worked example
# of the article "Fleiss' kappa" in Wikipedia).
FOURTEEN_RATERS = (
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
)  # fmt: skip

# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability": a row an observer, a column a
# unit. A: binary, two observers, .095. B: nominal, two observers, .692. C: four observers with
# missing data ("."), .743.
EXAMPLE_A = ("0100000010", "1110010000")
EXAMPLE_B = ("aabbdcccedda", "babbbccceddd")
EXAMPLE_C = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")


def _columns(rows: tuple[str, ...]) -> list[list[str | None]]:
    return [[None if c == "." else c for c in column] for column in zip(*rows, strict=True)]


_LABELS = st.sampled_from("abc")
_TRIPLES = st.lists(st.tuples(_LABELS, _LABELS, _LABELS), min_size=1, max_size=40)


def test_fleiss_worked_example() -> None:
    units = [
        list(chain.from_iterable(label * count for label, count in zip("abcde", row, strict=True)))
        for row in FOURTEEN_RATERS
    ]
    assert fleiss_kappa(units) == pytest.approx(0.210, abs=5e-4)


@pytest.mark.parametrize(
    ("rows", "alpha"), [(EXAMPLE_A, 0.095), (EXAMPLE_B, 0.692), (EXAMPLE_C, 0.743)]
)
def test_krippendorff_worked_examples(rows: tuple[str, ...], alpha: float) -> None:
    assert krippendorff_alpha(_columns(rows)) == pytest.approx(alpha, abs=5e-4)


def test_ends_of_the_scale() -> None:
    assert fleiss_kappa(["aaa", "bbb"]) == 1
    assert krippendorff_alpha(["aaa", "bbb"]) == 1
    assert fleiss_kappa(["ab", "ab"]) == -1
    assert fleiss_kappa(["aaa", "aaa"]) is None
    assert krippendorff_alpha(["aaa", "aaa"]) is None
    assert fleiss_kappa([]) is None
    assert krippendorff_alpha([["a", None], [None, "b"]]) is None
    for units in (["aa", "aaa"], ["a", "b"]):
        with pytest.raises(ValueError, match="same number of ratings"):
            fleiss_kappa(units)


@settings(deadline=None)
@given(_TRIPLES)
def test_alpha_is_kappa_corrected_for_small_samples(units: list[tuple[str, str, str]]) -> None:
    """With complete data alpha = kappa + (1 - kappa) / (units * raters)."""
    kappa, alpha = fleiss_kappa(units), krippendorff_alpha(units)
    if kappa is None:
        assert alpha is None
        return
    assert alpha == pytest.approx(kappa + (1 - kappa) / (3 * len(units)))


@settings(deadline=None)
@given(_TRIPLES, st.permutations(range(3)), st.permutations("abc"))
def test_neither_order_nor_names_matter(
    units: list[tuple[str, str, str]], order: list[int], names: list[str]
) -> None:
    renamed = dict(zip("abc", names, strict=True))
    other = [[renamed[unit[place]] for place in order] for unit in reversed(units)]
    assert fleiss_kappa(other) == pytest.approx(fleiss_kappa(units))
    assert krippendorff_alpha(other) == pytest.approx(krippendorff_alpha(units))


@settings(deadline=None)
@given(_TRIPLES, _LABELS)
def test_a_lone_rating_changes_nothing(units: list[tuple[str, str, str]], label: str) -> None:
    more = [*units, (label, None, None)]
    assert krippendorff_alpha(more) == krippendorff_alpha(units)
