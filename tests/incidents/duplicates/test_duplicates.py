from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.incidents.duplicates import Told, find_duplicates
from governance.incidents.duplicates.minhash import candidate_pairs, signatures
from governance.incidents.duplicates.shingles import jaccard, shingle_hashes
from governance.kernel.errors import InputError

WORDS = [f"word{number}" for number in range(400)]


def _text(seed: int, length: int = 45) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def test_case_and_punctuation_do_not_count() -> None:
    left, right = (
        shingle_hashes("The robot, at last, STOPPED."),
        shingle_hashes("the robot at last stopped"),
    )
    assert left.tolist() == right.tolist()
    assert len(left) == 3


def test_short_and_empty_texts() -> None:
    assert len(shingle_hashes("two words")) == 1
    assert len(shingle_hashes(" -- !")) == 0
    assert jaccard(shingle_hashes(""), shingle_hashes("")) == 0
    assert find_duplicates([Told("1", "a", ""), Told("2", "a", "")]) == []


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(WORDS[:30]), min_size=3, max_size=30), st.integers(0, 10))
def test_equal_texts_are_always_found(words: list[str], others: int) -> None:
    text = " ".join(words)
    told = [Told("x", "a", text), Told("y", "b", text.upper())]
    told += [Told(f"o{n}", "a", _text(n)) for n in range(others)]
    found = find_duplicates(told)
    assert ("x", "y", 1.0) in [(pair.left, pair.right, pair.similarity) for pair in found]


def test_similar_pairs_are_found_as_often_as_the_bands_promise() -> None:
    """At similarity 0.7 a pair is missed once in a thousand; of 300 pairs at most 2 may be."""
    rows = []
    for seed in range(300):
        words = _text(seed, 60).split()
        changed = list(words)
        for place in random.Random(seed).sample(range(3, 57, 6), 3):
            changed[place] = f"other{seed}"
        rows += [shingle_hashes(" ".join(words)), shingle_hashes(" ".join(changed))]
    similarities = [jaccard(rows[n], rows[n + 1]) for n in range(0, 600, 2)]
    assert min(similarities) > 0.7
    assert max(similarities) < 0.9
    found = candidate_pairs(signatures(rows))
    assert sum((n, n + 1) in found for n in range(0, 600, 2)) >= 298


def test_many_copies_give_few_pairs_that_still_hang_together() -> None:
    told = [Told(f"{n:04d}", "a", _text(1)) for n in range(500)]
    pairs = find_duplicates(told)
    assert len(pairs) < 1500
    group = {"0000"}
    for _ in range(2):
        group |= {p.right for p in pairs if p.left in group}
    assert len(group) == 500


def test_pairs_across_sources_and_by_address() -> None:
    told = [
        Told("1", "a", _text(1), "https://example.org/Story/"),
        Told("2", "a", _text(1)),
        Told("3", "b", _text(2), "https://example.org/story"),
    ]
    found = {(p.left, p.right): p.reasons for p in find_duplicates(told)}
    assert found == {("1", "2"): ("text",), ("1", "3"): ("address",)}
    assert [p.right for p in find_duplicates(told, across_sources=True)] == ["3"]


def test_an_address_that_many_share_is_no_story() -> None:
    told = [Told(str(n), "a", _text(n), "https://example.org/list") for n in range(11)]
    assert find_duplicates(told) == []


def test_a_similarity_that_would_miss_pairs_is_refused() -> None:
    with pytest.raises(InputError, match="min_similarity"):
        find_duplicates([], min_similarity=0.3)


def test_fifteen_thousand_texts() -> None:
    told = [Told(str(n), "a", _text(n if n % 50 else 0, 40)) for n in range(15_000)]
    pairs = find_duplicates(told)
    assert len(pairs) >= 299
