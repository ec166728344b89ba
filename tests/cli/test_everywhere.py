from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from cli.main import app, run
from cli.reference import walk

# The economy that is simulated has settings of its own under that name, and stores nothing.
KEEPS_ITS_OWN = {("gate", "simulate")}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(f'database_url = "{name}.db"\nactor = "{name}"\n')


def _found(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    run([*arguments, "doctor", "--json"] if "doctor" not in arguments else [*arguments, "--json"])
    checks = json.loads(capsys.readouterr().out)["checks"]
    return {check["what"]: check["found"] for check in checks}


def test_every_command_takes_a_settings_file() -> None:
    for path, command in walk(typer.main.get_command(app), ()):
        if isinstance(command, TyperGroup):
            continue
        names = [one.name for one in command.params if "--settings" in one.opts]
        assert names == ["settings" if path in KEEPS_ITS_OWN else "settings_file"], path


def test_the_settings_file_is_named_before_or_behind_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["--settings", "one.toml", "init"]) == 0
    assert run(["init", "--settings", "two.toml"]) == 0
    assert Path("one.db").exists()
    assert Path("two.db").exists()
    capsys.readouterr()
    before = _found(["--settings", "one.toml"], capsys)
    behind = _found(["doctor", "--settings", "two.toml"], capsys)
    assert (before["settings file"], before["setting actor"]) == ("one.toml", "one")
    assert (behind["settings file"], behind["setting actor"]) == ("two.toml", "two")
    both = _found(["--settings", "one.toml", "doctor", "--settings", "two.toml"], capsys)
    assert both == behind


def test_it_goes_before_the_variable_and_behind_the_environment_s_settings(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERWRITER_CONFIG", "two.toml")
    assert _found(["--settings", "one.toml"], capsys)["setting actor"] == "one"
    monkeypatch.setenv("UNDERWRITER_ACTOR", "three")
    assert _found(["--settings", "one.toml"], capsys)["setting actor"] == "three"


def test_no_run_remembers_the_settings_file_of_the_one_before(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _found(["--settings", "one.toml"], capsys)["settings file"] == "one.toml"
    assert _found([], capsys)["settings file"] == "environment only"
    assert run(["doctor", "--settings", "none.toml"]) == 2
    capsys.readouterr()
    assert _found([], capsys)["settings file"] == "environment only"


@pytest.mark.parametrize(
    ("name", "said"), [("none.toml", "no such file"), (".", "is a folder"), ("bad.toml", "broken")]
)
@pytest.mark.parametrize("words", [["agent", "list"], ["taxonomy", "list"], ["doctor"]])
def test_a_settings_file_that_is_none_ends_every_command(
    name: str, said: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Also one that stores nothing and would need no settings."""
    Path("bad.toml").write_text("a = \n")
    for arguments in (["--settings", name, *words], [*words, "--settings", name]):
        assert run([*arguments, "--json"]) == 2
        error = json.loads(capsys.readouterr().out)["error"]
        assert (error["code"], error["file"]) == ("input", name)
        assert said in error["message"]


def test_a_hostile_folder_chooses_no_database(capsys: pytest.CaptureFixture[str]) -> None:
    Path("underwriter.toml").write_text('database_url = "theirs.db"\n')
    assert run(["init", "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["file"], error["field"]) == ("underwriter.toml", "database_url")
    assert "--settings" in error["hint"]
    assert not Path("theirs.db").exists()
    assert run(["init", "--settings", "underwriter.toml"]) == 0
    assert Path("theirs.db").exists()
