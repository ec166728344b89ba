"""Whatever the bytes are, reading gives incidents or one clear error, never something else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from governance.incidents.intake import ReadOptions, read_incidents
from governance.kernel.errors import InputError

PIECES = [
    b"id,title,description\n", b'"', b",", b"\n", b"\r\n", b"\x00", b"\xff", b"{", b"}", b"[", b"]",
    b'{"id": "1", "description": "d"}', b'"title": ', b"1e999", b"2016-99-99", b"case-studies:\n",
    b"- ", b"id: AML.CS1\n", b"name: n\n", b"summary: s\n", b"incident-date: ", b"&a [*a]", b": ",
    b"\\ud800", b"\xed\xa0\x80", b'"data_type": "AVID"', b"!!python/object:os.system", b"? ",
]  # fmt: skip


@settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.sampled_from(PIECES) | st.binary(max_size=6), max_size=14),
    st.sampled_from([".csv", ".jsonl", ".json", ".yaml", ".txt"]),
    st.booleans(),
)
@example([b"id: AML.CS1\nname: n\nsummary: s\nincident-date: 2022-13-01\n"], ".yaml", False)
@example([b"a: &a [*a, *a]\n"], ".yaml", True)
def test_any_bytes(tmp_path: Path, pieces: list[bytes], suffix: str, keep_going: bool) -> None:
    path = tmp_path / f"rows{suffix}"
    path.write_bytes(b"".join(pieces))
    try:
        result = read_incidents(str(path), ReadOptions(keep_going=keep_going))
    except InputError:
        return
    for record in result.records:
        assert record.content_digest.startswith("sha256:")
        record.model_dump_json()


@pytest.mark.parametrize(
    "aliases",
    [
        "reporter: &a [*a]\n",
        "x0: &x0 [1, 1, 1, 1, 1, 1, 1, 1]\n"
        + "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 8)}]\n" for n in range(1, 12)),
    ],
)
def test_aliases_that_multiply_are_refused(tmp_path: Path, aliases: str) -> None:
    path = tmp_path / "loop.yaml"
    path.write_text(f"id: AML.CS1\nname: n\nsummary: s\n{aliases}")
    with pytest.raises(InputError, match=r"refers to itself|holds more than"):
        read_incidents(str(path), ReadOptions())


def test_a_date_on_no_calendar_is_named(tmp_path: Path) -> None:
    path = tmp_path / "date.yaml"
    path.write_text("id: AML.CS1\nname: n\nsummary: s\nincident-date: 2022-13-01\n")
    with pytest.raises(InputError, match=r"date\.yaml:4: incident-date: is no date"):
        read_incidents(str(path), ReadOptions())


@pytest.mark.parametrize("depth", [60, 600, 100_000])
def test_deep_nesting_is_refused(tmp_path: Path, depth: int) -> None:
    path = tmp_path / "deep.jsonl"
    path.write_text('{"description": "d", "x": ' + "[" * depth + "]" * depth + "}\n")
    with pytest.raises(InputError, match="nested"):
        read_incidents(str(path), ReadOptions())


@pytest.mark.parametrize(
    "form", ['{{"description": "d", "x": {}}}', '[{{"description": "d", "x": {}}}]']
)
def test_a_number_of_thousands_of_digits_is_refused(tmp_path: Path, form: str) -> None:
    path = tmp_path / "digits.json"
    path.write_text(form.format("9" * 5000) + "\n")
    with pytest.raises(InputError, match="too many digits"):
        read_incidents(str(path), ReadOptions())
