"""What a file may hold: refused at once, with file, line and field."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.kernel.documents import parse_text
from governance.kernel.errors import InputError
from governance.risk.scenario import Scenario, subject_of

LOSS = "severity: {type: constant, value: 1}\n"


def read(text: str, name: str = "s.yaml") -> object:
    return subject_of(parse_text(text, name))


def refused(text: str, name: str = "s.yaml") -> InputError:
    with pytest.raises(InputError) as caught:
        read(text, name)
    assert caught.value.file == name
    return caught.value


@pytest.mark.parametrize(
    "number", ["true", "yes", "no", "on", "1:30", "010", "0x1F", "0b11", "1_000", "-0o7", "01.5"]
)
def test_numbers_that_are_no_plain_decimals_are_refused(number: str) -> None:
    error = refused(f"{LOSS}frequency:\n  type: poisson\n  mean: {number}\n")
    assert error.line == 4
    assert error.field == "frequency.mean"


@given(st.decimals(0, 10**9, allow_nan=False, places=6), st.booleans())
def test_plain_decimals_are_read_as_they_stand(number: object, positive: bool) -> None:
    text = f"{'+' if positive else ''}{number}"
    found = read(f"{LOSS}frequency: {{type: poisson, mean: {text}}}\n")
    assert isinstance(found, Scenario)
    assert found.model().terms[0].count.mean == float(text)


def test_text_that_looks_like_such_a_number_is_left_alone() -> None:
    found = read(f"rate: 1\n{LOSS}id: '010'\nnote: at 1:30 or 0x1F\n")
    assert isinstance(found, Scenario)
    assert found.id == "010"


def test_json_truths_are_no_numbers() -> None:
    text = '{"rate": true, "severity": {"type": "constant", "value": 1}}'
    assert refused(text, "s.json").field == "rate"
    kept = '{"rate": 1, "severity": {"type": "constant", "value": 1}, "layer": {"retained": true}}'
    assert isinstance(read(kept, "s.json"), Scenario)


@pytest.mark.parametrize("keys", ["'1': 0.5, '1.0': 0.5, '2': 0.5", "1: 0.5, '1e0': 0.5"])
def test_an_amount_stands_once(keys: str) -> None:
    error = refused(f"rate: 1\nseverity: {{type: discrete, pmf: {{{keys}}}}}\n")
    assert "stands twice" in error.message


@pytest.mark.parametrize("depth", [40, 300, 100_000])
@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_is_refused(depth: int, opening: str) -> None:
    closing = {"[": "]", "{a: ": "}", "- ": ""}[opening]
    text = "note:\n  " + opening * depth + "1" + closing * depth
    said = "nested more than 32 levels" if depth <= 100 else "nested too deeply (more than 100"
    assert said in refused(text).message


def test_deep_json_is_refused() -> None:
    size: object = {"type": "constant", "value": 1}
    for _ in range(200):
        size = {"type": "mixture", "weights": [1], "components": [size]}
    text = json.dumps({"rate": 1, "severity": size})
    assert "nested" in refused(text, "s.json").message


@pytest.mark.parametrize("width", [2, 50])
def test_aliases_that_unfold_to_very_many_parts_are_refused(width: int) -> None:
    lines = ["a0: &a0 {type: constant, value: 1}"]
    weights = ", ".join([str(1 / width)] * width)
    for n in range(1, 15 if width == 2 else 6):
        inner = ", ".join([f"*a{n - 1}"] * width)
        lines.append(f"a{n}: &a{n} {{type: mixture, weights: [{weights}], components: [{inner}]}}")
    text = "\n".join([*lines, f"severity: *a{len(lines) - 1}", "rate: 1"])
    assert ("parts" if width == 2 else "more than 2,000,000 values") in refused(text).message


@pytest.mark.parametrize("curve", ["[[1, 0.1], [2, 0.2]]", "[[5, 0.1], [5, 0.2]]"])
def test_a_tolerance_curve_that_contradicts_itself_is_refused(curve: str) -> None:
    assert refused(f"rate: 1\n{LOSS}tolerance_curve: {curve}\n").line == 3
