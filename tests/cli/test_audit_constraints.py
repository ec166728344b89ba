"""`underwriter audit check-constraints` as a user runs it."""

from __future__ import annotations

import json
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.main import run

GOOD = {
    "key": 1122,
    "prompt": "Write hashtags.",
    "response": "#sun #sea #sand #sky",
    "instruction_id_list": ["keywords:letter_frequency", "change_case:english_lowercase"],
    "kwargs": [{"letter": "#", "let_frequency": 4, "let_relation": "at least"}, {}],
}


def _write(path: Path, *rows: object) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def test_one_line_an_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = {**GOOD, "key": "two", "response": ""}
    path = _write(tmp_path / "answers.jsonl", GOOD, empty)
    assert run(["audit", "check-constraints", path, "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["key"] for line in lines] == [1122, "two"]
    assert lines[0]["strict"][0] is True
    assert lines[1] == {"key": "two", "strict": [False, False], "loose": [False, False]}


def test_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _write(tmp_path / "answers.jsonl", {**GOOD, "response": "# # #"})
    assert run(["audit", "check-constraints", path]) == 0
    shown = capsys.readouterr()
    assert "keywords:letter_frequency" in shown.out
    assert "met by 0 (strict), 0 (loose)" in shown.err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"instruction_id_list": ["no:such"], "kwargs": [{}]}, "unknown constraint 'no:such'"),
        ({"kwargs": [{}]}, "2 instructions but 1 sets"),
        ({"response": None}, "response"),
        ({"key": None}, "key"),
    ],
)
def test_a_bad_row_prints_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, object], said: str
) -> None:
    path = _write(tmp_path / "answers.jsonl", GOOD, {**GOOD, **change})
    assert run(["audit", "check-constraints", path, "--json"]) == 2
    shown = capsys.readouterr()
    assert json.loads(shown.out)["error"]["code"] == "input"
    assert said in shown.err
    assert "answers.jsonl:2" in shown.err


def test_nulls_for_the_arguments_of_other_instructions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in the published input data, where every set of arguments names all of them."""
    names = ("letter", "let_frequency", "let_relation", "num_words", "relation", "keywords")
    kwargs = [dict.fromkeys(names) | given for given in GOOD["kwargs"]]  # type: ignore[attr-defined]
    path = _write(tmp_path / "answers.jsonl", {**GOOD, "kwargs": kwargs})
    assert run(["audit", "check-constraints", path, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["strict"][0] is True


def test_rows_are_not_held_in_memory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from governance.audit import responses

    alive: list[weakref.ref[responses.ResponseRow]] = []
    most = 0
    real = responses.check_file

    def watched(path: str) -> Iterator[tuple[responses.ResponseRow, responses.RowVerdicts]]:
        nonlocal most
        for row, verdicts in real(path):
            alive.append(weakref.ref(row))
            most = max(most, sum(reference() is not None for reference in alive))
            yield row, verdicts

    monkeypatch.setattr(responses, "check_file", watched)
    path = _write(tmp_path / "answers.jsonl", *[GOOD] * 50)
    for options in ([], ["--json"]):
        assert run(["audit", "check-constraints", path, *options]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 50
    assert most <= 3
