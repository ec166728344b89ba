from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from cli.main import run


def _state(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_init_is_safe_to_repeat(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = str(tmp_path / "deep" / "a.db")
    assert run(["init", "--db", database, "--json"]) == 0
    first = _state(capsys)
    assert run(["init", "--db", database, "--json"]) == 0
    second = _state(capsys)
    assert (first["created"], second["created"]) == (True, False)
    assert first["edition"] == second["edition"]


def test_down_and_up_and_backup_and_restore(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database, copy, file = (str(tmp_path / name) for name in ("a.db", "b.db", "a.backup"))
    run(["init", "--db", database])
    run(["agent", "register", "bot", "--db", database])
    assert run(["db", "backup", "--db", database, "--out", file]) == 0
    assert run(["db", "restore", file, "--db", copy]) == 0
    capsys.readouterr()
    assert run(["agent", "list", "--db", copy, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["agent"] == "bot"
    assert run(["db", "downgrade", "base", "--yes", "--db", database, "--json"]) == 0
    assert _state(capsys)["after"] is None
    assert run(["ledger", "verify", "--db", database]) == 3
    assert run(["db", "upgrade", "--db", database]) == 0
    assert run(["init", "--db", database]) == 0


def test_doctor_tells_a_usable_database_from_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "a.db"
    assert run(["doctor", "--db", str(database), "--json"]) == 1
    assert not database.exists()
    run(["init", "--db", str(database)])
    capsys.readouterr()
    assert run(["doctor", "--db", str(database), "--json"]) == 0
    checks = {row["what"]: row for row in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["ledger"]["found"].startswith("5 events")


def test_a_foreign_database_is_exit_3_and_untouched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "foreign.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    before = database.read_bytes()
    for command in (["init"], ["db", "upgrade"], ["agent", "list"], ["doctor"]):
        assert run([*command, "--db", str(database)]) in (1, 3)
    assert database.read_bytes() == before
    assert "not an Underwriter database" in capsys.readouterr().err


def test_a_downgrade_is_confirmed_and_with_json_nobody_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = str(tmp_path / "a.db")
    assert run(["init", "--db", database]) == 0
    capsys.readouterr()
    assert run(["db", "downgrade", "base", "--db", database, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["field"] == "--yes"


def test_a_checkpoint_that_cannot_be_written_is_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = str(tmp_path / "a.db")
    assert run(["init", "--db", database]) == 0
    for out in (tmp_path, Path("/proc/none/root.json")):
        assert run(["ledger", "checkpoint", "--db", database, "--out", str(out)]) == 3
    capsys.readouterr()
    assert run(["ledger", "list", "--db", database, "--kind", "ledger.checkpointed", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
