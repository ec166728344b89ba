from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import COMMANDS, run


def test_help_lists_every_group_without_loading_any(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert [name for name in COMMANDS if name not in shown] == []


def test_help_and_version_load_neither_sqlalchemy_nor_numpy() -> None:
    code = (
        "import sys; from cli.main import run; run(['--help']); "
        "sys.exit(bool({'sqlalchemy', 'numpy', 'networkx', 'pydantic'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


@pytest.mark.parametrize("arguments", [["nonsense"], ["ledger", "nonsense"], ["ledger", "--what"]])
def test_bad_usage_is_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert capsys.readouterr().out == ""


def test_a_missing_database_is_exit_3_with_a_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ledger", "verify", "--db", str(tmp_path / "none.db")]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "hint: underwriter init" in captured.err


def test_the_database_may_be_named_before_or_behind_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = str(tmp_path / "a.db")
    assert run(["--db", database, "init"]) == 0
    assert run(["ledger", "verify", "--db", database, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["events"]) == (True, 5)


def test_an_unsupported_database_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "--db", "mysql://host/name"]) == 2
    assert "not supported" in capsys.readouterr().err


def test_control_characters_never_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = str(tmp_path / "a.db")
    run(["init", "--db", database])
    assert run(["agent", "show", "\x1b[31mred", "--db", database]) == 2
    captured = capsys.readouterr()
    assert "\x1b" not in captured.err + captured.out


def _json_error(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """Return the error that a command with --json ends with, alone on standard output."""
    assert run([*arguments, "--json"]) in (2, 3)
    document = json.loads(capsys.readouterr().out)
    assert set(document["error"]) == {"code", "message", "file", "line", "field", "hint"}
    found: dict[str, object] = document["error"]
    return found


def test_an_argument_that_is_not_utf_8_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    error = _json_error(["agent", "show", "caf\udce9"], capsys)
    assert (error["code"], error["message"]) == ("input", "caf\\udce9 is not UTF-8")


@pytest.mark.parametrize(
    "words",
    [
        ["incidents", "import", "@"],
        ["agent", "register", "x", "--prompt", "@"],
        ["report", "build", "overview", "--out", "@"],
        ["audit", "import", "@"],
    ],
)
def test_a_name_that_no_file_can_have_is_bad_input(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = str(tmp_path / "a.db")
    assert run(["init", "--db", database, "-q"]) == 0
    capsys.readouterr()
    given = [word.replace("@", "a" * 300) for word in words]
    assert _json_error([*given, "--db", database], capsys)["code"] == "input"


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["authorize", "marginal", "bot", "--amount", "1 USD", "--level", "nan"], "--level"),
        (["incidents", "list", "--limit", "9" * 30], "--limit"),
        (["ledger", "list", "--last", "9" * 30], "--last"),
        (["authorize", "show", "bot", "--last", "9" * 30], "--last"),
    ],
)
def test_a_number_that_a_request_refuses_names_its_option(
    words: list[str], option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    error = _json_error(words, capsys)
    assert (error["code"], error["field"]) == ("input", option)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_off_the_calendar_is_bad_input(
    moment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    error = _json_error(["agent", "list", "--at", moment], capsys)
    assert (error["field"], "calendar" in str(error["message"])) == ("--at", True)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hushhush@127.0.0.1:port/x",
        "postgresql://u:hushhush@127.0.0.1:1/x",
        "postgresql://u@127.0.0.1:1/x?password=hushhush",
        "postgresql://u:hushhush@[bad/x",
        "postgresql:/u:hushhush@h/x",
        "host=h password=hushhush",
        "mysql://u:hushhush@h/x",
        "sqlite://u:hushhush@h/x",
        "://u:hushhush@h/x",
    ],
)
@pytest.mark.parametrize("words", [["agent", "list"], ["doctor"], ["init"]])
def test_the_password_of_a_database_is_shown_in_no_error(
    url: str,
    words: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run([*words, "--db", url]) != 0
    monkeypatch.setenv("UNDERWRITER_DATABASE_URL", url)
    assert run([*words, "--json"]) != 0
    printed = "".join(capsys.readouterr())
    assert "hushhush" not in printed
    assert "Traceback" not in printed
    assert list(tmp_path.iterdir()) == []
