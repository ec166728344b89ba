"""Bad input: one clear error that names file, line and field; or all of them when kept going."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable

import pytest

from governance.incidents.intake import ReadOptions, ReadResult, read_incidents
from governance.kernel.errors import InputError

WriteFile = Callable[..., str]

GOOD = '{"id": "1", "title": "t", "description": "d"}\n'
MANY_BYTES = 10 * 2**20


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (b'{"id": "2", "description": \n', "rows.jsonl:2: broken JSON"),
        (b'{"id": "2", "title": "t"}\n', "rows.jsonl:2: description: is missing"),
        (b'{"id": "2", "description": "  "}\n', "rows.jsonl:2: description: is missing"),
        (
            b'{"id": "2", "description": "d", "occurred": "2023-02-30"}\n',
            "rows.jsonl:2: occurred: is no date",
        ),
        (b'{"id": "2", "description": "\xff"}\n', "rows.jsonl:2: invalid UTF-8 at byte 28"),
        (
            b'{"id": "2", "description": "' + b"x" * MANY_BYTES + b'"}\n',
            "rows.jsonl:2: description: is longer than 1,048,576 characters (10,485,760)",
        ),
        (
            b'{"id": "1", "description": "again"}\n',
            "rows.jsonl:2: id: '1' stands already in line 1",
        ),
        (b"[1, 2]\n", "rows.jsonl:2: is not a JSON object"),
        (b'{"id": "2", "id": "3", "description": "d"}\n', "rows.jsonl:2: the key 'id' stands"),
        (
            b'{"id": "2", "description": "d", "near_miss": "maybe"}\n',
            "rows.jsonl:2: near_miss: is neither true nor false",
        ),
        (
            b'{"id": "2", "description": "d", "losses": [{"amount": 5}]}\n',
            "rows.jsonl:2: losses[0].currency: is missing",
        ),
        (
            b'{"id": "2", "description": "d", "losses": [{"amount": "x", "currency": "USD"}]}\n',
            "rows.jsonl:2: losses[0].amount: 'x' is no amount",
        ),
        (
            b'{"id": "2", "description": "d", "url": "file:///etc/passwd"}\n',
            "rows.jsonl:2: url: is no http or https address",
        ),
    ],
)
def test_a_bad_line_is_named(write_file: WriteFile, bad: bytes, message: str) -> None:
    path = write_file("rows.jsonl", GOOD.encode() + bad)
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        read_incidents(path, ReadOptions())
    assert len(str(caught.value)) < len(path) + 300


def test_keeping_going_lists_every_fault_and_reads_the_rest(write_file: WriteFile) -> None:
    text = GOOD.encode() + b'{"id": 2}\nnonsense\n\xff\n' + b'{"id": "5", "description": "d"}\n'
    result = read_incidents(write_file("rows.jsonl", text), ReadOptions(keep_going=True))
    assert [record.source_id for record in result.records] == ["1", "5"]
    assert [fault.line for fault in result.faults] == [2, 3, 4]


def test_csv_faults_are_named_and_passed_over(write_file: WriteFile) -> None:
    text = b'id,title,description\n1,t,"two\nlines"\n2,t\n3,t,\n4,t,\xff\n5,t,fine\n'
    path = write_file("rows.csv", text)
    with pytest.raises(InputError, match=r"rows\.csv:4: has 2 cells where the header has 3"):
        read_incidents(path, ReadOptions())
    result = read_incidents(path, ReadOptions(keep_going=True))
    assert [record.source_id for record in result.records] == ["1", "5"]
    assert [(fault.line, fault.field) for fault in result.faults] == [
        (4, None),
        (5, "description"),
        (6, None),
    ]


def test_a_fault_under_a_map_names_the_files_own_column(write_file: WriteFile) -> None:
    path = write_file("rows.csv", "Body,When\nd,someday\n")
    options = ReadOptions(mapping={"description": "Body", "occurred": "When"})
    with pytest.raises(InputError, match=r"rows\.csv:2: When: is no date"):
        read_incidents(path, options)


def test_a_document_names_the_line_of_the_field(write_file: WriteFile) -> None:
    text = "id: AML.CS1\nname: n\nsummary: s\n\nincident-date: soon\n"
    with pytest.raises(InputError, match=r"study\.yaml:5: incident-date: is no date"):
        read_incidents(write_file("study.yaml", text), ReadOptions(format="atlas"))


def test_a_format_that_cannot_be_told_says_what_it_saw(write_file: WriteFile) -> None:
    path = write_file("rows.csv", "when,what\n2024,x\n")
    with pytest.raises(InputError, match="cannot be told from the fields when, what") as caught:
        read_incidents(path, ReadOptions())
    assert "--map" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", "", "is empty: a header row is needed"),
        ("empty.jsonl", "", "holds no incident"),
        ("broken.json", '{"incidents": [', "broken JSON"),
        ("list.yaml", "- 1\n- 2\n", "holds no incident"),
    ],
)
def test_a_file_without_incidents(
    write_file: WriteFile, name: str, content: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_incidents(write_file(name, content), ReadOptions())


def test_options_that_make_no_sense() -> None:
    with pytest.raises(InputError, match="'xml' is no format"):
        read_incidents("x", ReadOptions(format="xml"))
    with pytest.raises(InputError, match="mapping: goes with the format plain only"):
        read_incidents("x", ReadOptions(format="avid", mapping={"title": "a"}))
    with pytest.raises(InputError, match="mapping: 'headline' is no field"):
        read_incidents("x", ReadOptions(mapping={"headline": "a"}))
    with pytest.raises(InputError, match="no such file"):
        read_incidents("not-there.csv", ReadOptions())


def _from_stdin(monkeypatch: pytest.MonkeyPatch, raw: bytes, **options: object) -> ReadResult:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    return read_incidents("-", ReadOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "raw",
    [
        GOOD.encode(),
        b"[" + GOOD.encode() + b"]",
        b"id,description\n1,d\n",
        b"\xef\xbb\xbfid,description\n1,d\n",
    ],
)
def test_standard_input_in_every_shape(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    result = _from_stdin(monkeypatch, raw, source_name="desk")
    assert [(record.source, record.source_id) for record in result.records] == [("desk", "1")]


def test_standard_input_needs_a_source_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="source_name"):
        _from_stdin(monkeypatch, GOOD.encode())
