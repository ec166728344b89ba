"""`gate evaluate` as a user runs it: JSON lines, tables, and what bad input gets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import run

DATA = Path(__file__).parents[1] / "data"
GOOD = ["--cc", "0.82", "--er", "0.78", "--as", "0.71", "--ih", "0.9"]


def evaluate(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert run(["gate", "evaluate", "--json", *arguments]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return [json.loads(line) for line in captured.out.splitlines()]


def test_one_vector_is_one_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    (answer,) = evaluate(capsys, *GOOD)
    assert answer["tier"] == 3
    assert answer["steps"] == {"cc": 4, "er": 3, "as": 3}
    assert answer["ih_pass"] is True
    assert answer["binding"] == ["er", "as"]
    assert answer["gaps"] == {"er": 0.02, "as": 0.04}
    assert answer["ceiling"] == {"amount": 10000, "currency": "USD"}
    assert answer["basis"] == "point"


def test_counts_bring_in_the_bound(capsys: pytest.CaptureFixture[str]) -> None:
    counts = ["--n-cc", "40", "--n-er", "40", "--n-as", "40"]
    (answer,) = evaluate(capsys, *GOOD, *counts)
    assert answer["basis"] == "bound"
    assert answer["tier"] == 2
    assert answer["bounds"]["cc"][0] < 0.82
    (point,) = evaluate(capsys, *GOOD, *counts, "--basis", "point")
    assert point["tier"] == 3


def test_a_file_gives_one_line_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    answers = evaluate(capsys, "--file", str(DATA / "golden.csv"))
    assert len(answers) == 110
    assert answers[0]["tier"] == 0
    assert answers[0]["binding"] == ["cc"]


def test_published_certificates_are_t0(capsys: pytest.CaptureFixture[str]) -> None:
    answers = evaluate(capsys, "--file", str(DATA / "cgae_live_certs.csv"))
    assert [answer["tier"] for answer in answers] == [0] * 25
    assert answers[0]["name"] == "DeepSeek-v3.1"


def test_json_lines_are_read_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "vectors.jsonl"
    path.write_text('{"cc": 1, "er": 1, "as": 1, "ih": 1, "agent": "a"}\n', encoding="utf-8")
    (answer,) = evaluate(capsys, "--file", str(path))
    assert (answer["tier"], answer["name"]) == (5, "a")


def test_the_table_names_tier_and_gap(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["gate", "evaluate", *GOOD]) == 0
    out = capsys.readouterr().out
    assert "T3" in out
    assert "100.00 USD" in out
    assert "er 0.02, as 0.04" in out


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["--cc", "1.5"], "--cc"),
        (["--er", "-0.1"], "--er"),
        (["--as", "nan"], "--as"),
        (["--ih", "inf"], "--ih"),
        (["--cc", "0.5", "--n-cc", "0"], "--n-cc"),
        (["--basis", "wilson"], "--basis"),
    ],
)
def test_bad_numbers_are_refused_by_field(
    capsys: pytest.CaptureFixture[str], arguments: list[str], field: str
) -> None:
    assert run(["gate", "evaluate", "--json", *arguments]) == 2
    captured = capsys.readouterr()
    assert list(json.loads(captured.out)) == ["error"]
    assert f"{field}: " in captured.err


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("0.5,0.5,0.5,0.5\n0.5,1.5,0.5,0.5\n", ":3: er: "),
        ("0.5,nan,0.5,0.5\n", ":2: er: "),
        ("0.5,half,0.5,0.5\n", ":2: er: "),
        ("0.5,0.5,0.5\n", ":2: has 3 cells"),
    ],
)
def test_a_bad_row_is_refused_by_file_line_and_field_and_nothing_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: str, fault: str
) -> None:
    path = tmp_path / "vectors.csv"
    path.write_text(f"cc,er,as_,ih\n{rows}", encoding="utf-8")
    assert run(["gate", "evaluate", "--json", "--file", str(path)]) == 2
    captured = capsys.readouterr()
    assert list(json.loads(captured.out)) == ["error"]
    assert f"{path}{fault}" in captured.err


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ('{"cc": true, "er": 1, "as": 1, "ih": 1}', "cc"),
        ('{"cc": 1, "er": 1e400, "as": 1, "ih": 1}', "er"),
        ('{"cc": 1, "er": 1, "as": 1, "ih": 1, "n_cc": 2.5}', "n_cc"),
        ('{"cc": 1, "er": 1, "as": 1, "ih": 1, "evidence_cc": "rumour"}', "evidence_cc"),
        ('{"cc": 1, "er": 1, "as": 1, "ih": 1, "defaults_declared": "xy"}', "defaults_declared"),
        ('{"cc": 1,', "broken JSON"),
    ],
)
def test_a_bad_json_line_is_refused_by_file_line_and_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str, field: str
) -> None:
    path = tmp_path / "vectors.jsonl"
    path.write_text('{"cc": 1, "er": 1, "as": 1, "ih": 1}\n' + row + "\n", encoding="utf-8")
    assert run(["gate", "evaluate", "--json", "--file", str(path)]) == 2
    captured = capsys.readouterr()
    assert list(json.loads(captured.out)) == ["error"]
    assert f"{path}:2: {field}" in captured.err


def test_a_column_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "vectors.csv"
    path.write_text("cc,er,ih\n1,1,1\n", encoding="utf-8")
    assert run(["gate", "evaluate", "--file", str(path)]) == 2
    assert f"{path}:1: as: " in capsys.readouterr().err


def test_an_empty_cell_is_missing_and_gates_to_t0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "vectors.csv"
    path.write_text("cc,er,as_,ih\n1,,1,1\n", encoding="utf-8")
    (answer,) = evaluate(capsys, "--file", str(path))
    assert (answer["tier"], answer["missing"]) == (0, ["er"])


def test_a_policy_file_rules_instead_of_the_default(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = Path(__file__).parents[1] / "gate" / "bad_policies" / "time-never-raises.yaml"
    assert run(["gate", "evaluate", *GOOD, "--policy", str(bad)]) == 2
    assert "decay.rate_per_day" in capsys.readouterr().err
    mended = tmp_path / "policy.yaml"
    text = bad.read_text(encoding="utf-8").replace("-0.01", "0.02").replace("0.78", "0.7")
    mended.write_text(text.replace("minor_units: [0, 100,", "minor_units: [0, 7,"), "utf-8")
    (answer,) = evaluate(
        capsys, "--cc", ".3", "--er", ".3", "--as", ".3", "--ih", "1", "--policy", str(mended)
    )
    assert answer["ceiling"]["amount"] == 7
