from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from governance.kernel.canonical import canonical_json, digest

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


@given(values)
def test_canonical_json_is_json_with_the_same_value(value: object) -> None:
    assert json.loads(canonical_json(value)) == value


plain = st.text(st.characters(max_codepoint=127))
wide = st.integers() | st.floats() | st.text()


@given(
    st.recursive(
        st.none() | st.booleans() | plain | wide,
        lambda children: (
            st.lists(children)
            | st.tuples(children, children)
            | st.dictionaries(plain | st.text(), children)
        ),
    )
)
def test_the_short_way_writes_what_rfc8785_writes_and_refuses_what_it_refuses(
    value: object,
) -> None:
    try:
        expected = rfc8785.dumps(value)
    except rfc8785.CanonicalizationError:
        with pytest.raises(rfc8785.CanonicalizationError):
            canonical_json(value)
    else:
        assert canonical_json(value) == expected


@given(st.dictionaries(st.text(), st.integers(0, 9)))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert digest(value) == digest(dict(reversed(value.items())))


def test_the_published_example_of_rfc_8785() -> None:
    value = {"numbers": [333333333.33333329, 1e30, 4.50, 2e-3], "literals": [None, True, False]}
    expected = b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002]}'
    assert canonical_json(value) == expected


def test_nan_has_no_canonical_form() -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical_json(float("nan"))
