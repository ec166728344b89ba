from __future__ import annotations

from pathlib import Path

import pytest

from governance.kernel.documents import Document, parse_text, read_document
from governance.kernel.errors import InputError
from governance.kernel.value import Value, parse_document


class Inner(Value):
    low: float
    high: float


class Outer(Value):
    name: str
    inner: list[Inner]


GOOD = "name: a\ninner:\n  - low: 1\n    high: 2\n"


def test_a_document_becomes_a_value() -> None:
    assert parse_document(Outer, parse_text(GOOD, "a.yaml")).inner[0].high == 2


def test_an_error_names_file_line_and_field() -> None:
    text = "name: a\ninner:\n  - low: 1\n    high: 2\n  - low: x\n    high: 2\n"
    with pytest.raises(InputError) as caught:
        parse_document(Outer, parse_text(text, "a.yaml"))
    assert (caught.value.file, caught.value.line) == ("a.yaml", 5)
    assert caught.value.field == "inner[1].low"


def test_a_missing_field_is_named_with_its_parents_line() -> None:
    with pytest.raises(InputError) as caught:
        parse_document(Outer, parse_text("name: a\ninner:\n  - low: 1\n", "a.yaml"))
    assert (caught.value.line, caught.value.field) == (3, "inner[0].high")


def test_json_lines_are_found_too() -> None:
    text = '{\n "name": "a",\n "inner": [\n  {"low": 1,\n   "high": "x"}]}'
    with pytest.raises(InputError) as caught:
        parse_document(Outer, parse_text(text, "a.json"))
    assert (caught.value.line, caught.value.field) == (5, "inner[0].high")


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.json", '{"a": 1,\n"a": 2}', None),
        ("a.json", '{"a": NaN}', None),
        ("a.json", '{"a":\n 1,}', 2),
        ("a.yaml", "a: 1\na: 2\n", 2),
        ("a.yaml", "a: [1\n", 2),
        ("a.yaml", "a: !!python/object/apply:os.system [ls]\n", 1),
        ("a.toml", "a = \n", None),
        ("a.json", "[" * 100_000, 1),
    ],
)
def test_broken_documents_are_named(name: str, text: str, line: int | None) -> None:
    with pytest.raises(InputError) as caught:
        parse_text(text, name)
    assert caught.value.file == name
    assert caught.value.line == line


def test_invalid_utf8_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(InputError) as caught:
        read_document(str(file))
    assert caught.value.line == 2


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_document(str(tmp_path / "none.yaml"))


def test_a_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    found: Document = read_document(str(file))
    assert found.data == {"a": 1}
