from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from tests.conftest import DatabaseAfter


@pytest.fixture(autouse=True)
def _database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_after: DatabaseAfter
) -> None:
    monkeypatch.setenv("UNDERWRITER_DATABASE_URL", str(tmp_path / "a.db"))
    monkeypatch.chdir(tmp_path)
    database_after(tmp_path / "a.db")


def _json(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_a_system_from_inventory_to_coverage(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    added = _json(
        capsys, "system", "add", "claims", "--owner", "Claims", "--threat", "MIS-01",
        "--fact", "cloud=own",
    )  # fmt: skip
    assert (added["threats"], added["facts"]) == (["MIS-01"], {"cloud": "own"})
    changed = _json(capsys, "system", "change", "claims", "--risk-class", "high")
    assert (changed["risk_class"], changed["changed"]) == ("high", True)
    threats = _json(capsys, "system", "threats", "claims", "--add", "BIA-02", "--drop", "MIS-01")
    assert threats["threats"] == ["BIA-02"]
    _json(capsys, "system", "threats", "claims", "--add", "MIS-01")
    (tmp_path / "logs.txt").write_text("x")
    word = _json(
        capsys, "control", "set", "iso42001:A.6.2.8", "--status", "verified", "--owner", "P",
        "--assessor", "Audit", "--evidence", "logs.txt", "--review-on", "2999-01-01",
    )  # fmt: skip
    assert (word["review_on"], word["evidence"]) == ("2999-01-01", 1)
    shown = _json(capsys, "system", "show", "claims", "--framework", "iso42001")
    first = shown["coverage"]["threats"][0]
    assert (first["threat"], first["verified"], first["open"]) == ("MIS-01", 1, False)
    assert shown["coverage"]["open_threats"] == ["BIA-02"]
    assert [row["name"] for row in _json(capsys, "system", "list")] == ["claims"]
    rows = _json(capsys, "control", "list", "--framework", "iso42001")
    assert len(rows) == 38
    assert [row["status"] for row in rows].count("verified") == 1
    assert _json(capsys, "control", "stale") == []
    (tmp_path / "logs.txt").write_text("y")
    (found,) = _json(capsys, "control", "stale", code=1)
    assert found["reasons"] == ["evidence has changed since: logs.txt"]
    again = _json(capsys, "system", "show", "claims", "--framework", "iso42001")
    (control,) = [
        row for threat in again["coverage"]["threats"] for row in threat["controls"] if row["stale"]
    ]
    assert (control["control"], control["status"]) == ("iso42001:A.6.2.8", "verified")


def test_import_and_tables(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run(["system", "add", "claims"])
    (tmp_path / "w.csv").write_text("control,status,owner\niso42001:A.2.2,declared,Board\n")
    assert _json(capsys, "control", "import", "w.csv") == {"stored": 1}
    capsys.readouterr()
    for command in (
        ["control", "list"],
        ["control", "stale"],
        ["system", "list"],
        ["system", "show", "claims"],
        ["system", "threats", "claims", "--add", "IPT"],
        ["system", "change", "claims", "--status", "retired"],
        ["control", "set", "iso42001:A.2.3", "--status", "not_assessed", "--system", "claims"],
    ):
        assert run(command) == 0, command
    output = capsys.readouterr()
    assert "nobody has stated which threats claims faces" in output.err
    assert "iso42001:A.2.2" in output.out


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["system", "add", " x"], "no name"),
        (["system", "add", "x", "--threat", "MIS-99"], "no 'MIS-99'"),
        (["system", "add", "x", "--fact", "plain"], "name=value"),
        (["system", "show", "y"], "no AI system"),
        (["control", "set", "iso42001:A.9.9", "--status", "declared", "--owner", "o"], "no 'iso"),
        (["control", "set", "iso42001:A.2.2", "--status", "verified"], "needs evidence"),
        (
            ["control", "set", "iso42001:A.2.2", "--status", "declared", "--owner", "o",
             "--evidence", "gone.txt"],
            "neither a file nor a link",
        ),
    ],
)  # fmt: skip
def test_bad_input_stores_nothing(
    command: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(command) == 2
    assert message in capsys.readouterr().err
    assert _json(capsys, "system", "list") == []
    assert _json(capsys, "control", "list") == []
