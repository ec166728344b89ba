from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from tests.conftest import DatabaseAfter

SCORES = ["--cc", "0.96", "--er", "0.95", "--as", "0.93", "--ih", "0.92"]
COUNTS = ["--n-cc", "500", "--n-er", "500", "--n-as", "500"]


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_after: DatabaseAfter) -> str:
    path = str(tmp_path / "a.db")
    monkeypatch.setenv("UNDERWRITER_DATABASE_URL", path)
    database_after(path)
    return path


def _json(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("database")
def test_register_certify_show(capsys: pytest.CaptureFixture[str]) -> None:
    registered = _json(capsys, "agent", "register", "bot")
    assert (registered["agent"], registered["tier"]) == ("bot", 0)
    certified = _json(capsys, "agent", "certify", "bot", *SCORES, *COUNTS, "--basis", "bound")
    assert certified["tier"] == 5
    assert certified["ceiling"] == {"amount": 1_000_000, "currency": "USD"}
    assert set(certified["steps"]) == {"cc", "er", "as"}
    assert certified["audit_rate"] == 0.08
    assert certified["audit_commitment"].startswith("sha256:")
    assert certified["next_tier_drop"]
    assert _json(capsys, "agent", "show", "bot")["certification"] == certified["certification"]
    assert [row["agent"] for row in _json(capsys, "agent", "list")] == ["bot"]


@pytest.mark.usefixtures("database")
def test_a_left_out_score_is_missing_and_not_a_half(capsys: pytest.CaptureFixture[str]) -> None:
    run(["agent", "register", "bot"])
    certified = _json(
        capsys, "agent", "certify", "bot", "--cc", "0.9", "--as", "0.9", "--basis", "point"
    )
    assert (certified["tier"], certified["missing"]) == (0, ["er", "ih"])


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("score", ["1.01", "-0.1", "nan", "inf"])
def test_scores_out_of_range_store_nothing(score: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(["agent", "register", "bot"])
    assert run(["agent", "certify", "bot", *SCORES, "--er", score]) == 2
    assert "er" in capsys.readouterr().err
    assert _json(capsys, "agent", "show", "bot")["certification"] is None


@pytest.mark.usefixtures("database")
def test_a_file_is_certified_whole_or_not_at_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "vectors.csv"
    file.write_text("agent,cc,er,as_,ih\na,0.6,0.6,0.6,0.6\nb,0.6,0.6,0.6,2\n")
    assert run(["agent", "certify", "--file", str(file)]) == 2
    error = capsys.readouterr().err
    assert f"{file}:3" in error
    assert "ih" in error
    assert _json(capsys, "agent", "list") == []
    file.write_text("agent,cc,er,as_,ih\na,0.6,0.6,0.6,0.6\nb,0.6,0.6,0.6,0.2\n")
    assert run(["agent", "certify", "--file", str(file), "--basis", "point", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["agent"], line["tier"]) for line in lines] == [("a", 2), ("b", 0)]


@pytest.mark.usefixtures("database")
def test_change_and_retire_take_authority_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt = tmp_path / "prompt.txt"
    prompt.write_text("be good")
    _json(capsys, "agent", "register", "bot", "--prompt", str(prompt))
    _json(capsys, "agent", "certify", "bot", *SCORES, *COUNTS)
    prompt.write_text("be better")
    changed = _json(capsys, "agent", "change", "bot", "--prompt", str(prompt))
    assert len(changed["void"]) == 1
    assert _json(capsys, "agent", "show", "bot")["tier"] == 0
    retired = _json(capsys, "agent", "retire", "bot", "--reason", "done")
    assert retired["status"] == "retired"
    assert run(["agent", "certify", "bot", *SCORES]) == 2
    assert _json(capsys, "ledger", "verify")["ok"]


@pytest.mark.usefixtures("database")
def test_a_name_and_a_file_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["agent", "certify"]) == 2
    assert "name" in capsys.readouterr().err


@pytest.mark.usefixtures("database")
def test_what_is_retired_comes_back_where_a_second_person_agrees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt = tmp_path / "prompt.txt"
    prompt.write_text("Pay what is due.")
    run(["agent", "register", "old", "--prompt", str(prompt)])
    run(["agent", "register", "other"])
    run(["agent", "retire", "old", "--reason", "over"])
    again = ["agent", "register", "again", "--prompt", str(prompt)]
    changed = ["agent", "change", "other", "--prompt", str(prompt)]
    for command in (again, changed):
        assert run(command) == 2
        refused = capsys.readouterr().err
        assert "'old', which is retired" in refused
        assert "second person" in refused
    waiting = _json(capsys, *again, "--reason", "a trial")
    assert (waiting["id"], bool(waiting["proposal"])) == (None, True)
    assert run([*changed, "--reason", "a trial"]) == 0
    assert "a second auditor must approve it" in capsys.readouterr().err
    assert run(["principal", "add", "ben", "--role", "auditor"]) == 0
    capsys.readouterr()
    token = _json(capsys, "token", "create", "ben")["token"]
    monkeypatch.setenv("UNDERWRITER_TOKEN", token)
    for proposal in _json(capsys, "proposal", "list"):
        assert run(["proposal", "approve", proposal["id"]]) == 0
    assert run(["agent", "show", "again"]) == 0
    assert "shares its digests with old, which is retired" in capsys.readouterr().err
    run(["agent", "certify", "again", *SCORES, *COUNTS])
    out = str(tmp_path / "again.json")
    run(["agent", "certificate", "show", "again", "--out", out])
    capsys.readouterr()
    assert run(["agent", "certificate", "verify", out]) == 0
    assert "made of what old is made of, then retired; ben agreed" in capsys.readouterr().err
