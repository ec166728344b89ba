from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from cli.main import run

LINES = [
    {"id": "a", "title": "Deepfake of minister promotes trading app", "description": "Cloned."},
    {"id": 2, "title": "Robotaxi hits cyclist", "description": None, "source": "ignored"},
    {"id": "c", "title": "", "description": ""},
]


def written(tmp_path: Path, lines: list[object]) -> str:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def test_one_json_line_a_row_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["incidents", "classify", "--json", written(tmp_path, [*LINES])]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["id"] for row in rows] == ["a", "2", "c"]
    assert [row["domain"] for row in rows] == ["MIS", "UNR", "NONE"]
    assert rows[2]["abstain_reason"] == "low_text"
    assert set(rows[0]) == {
        "id", "domain", "sub_threat", "confidence", "abstained", "abstain_reason",
        "alternatives", "losses", "evidence", "rule", "runner_up", "model",
    }  # fmt: skip
    assert set(rows[0]["alternatives"][0]) == {"domain", "sub_threat", "confidence"}
    assert set(rows[0]["model"]) == {"name", "version"}


def test_standard_input_and_coverage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = io.BytesIO(json.dumps(LINES[0]).encode())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(raw))
    assert run(["incidents", "classify", "--json", "--coverage", "0.9", "-"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert "MIS" in row["domain_set"]


def test_a_text_and_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["incidents", "classify", "--text", "Deepfake of mayor defrauds voters"]) == 0
    shown = capsys.readouterr().out
    assert "MIS" in shown
    assert "{" not in shown


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "b"}', ":2: description: "),
        ('{"title": "no id"}', ":2: id: "),
        ('{"id": "b", "title": 5}', ":2: title: "),
        ('{"id": "b", "title": "x"', ":2: broken JSON"),
        ('["no object"]', ":2: is not a JSON object"),
    ],
)
def test_a_bad_line_is_named_and_no_row_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, message: str
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps(LINES[0]) + "\n" + line + "\n")
    assert run(["incidents", "classify", "--json", str(path)]) == 2
    shown = capsys.readouterr()
    assert list(json.loads(shown.out)) == ["error"]
    assert f"{path}{message}" in shown.err


def test_invalid_utf8_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b'{"id": "1", "title": "\xff"}\n')
    assert run(["incidents", "classify", str(path)]) == 2
    assert ":1: invalid UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["x.jsonl", "--text", "y"], ["missing.jsonl"]])
def test_bad_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["incidents", "classify", *arguments]) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_coverage_outside_its_range(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["incidents", "classify", "--coverage", "1.5", "--text", "Robot hurts man"]) == 2
    assert "coverage" in capsys.readouterr().err
