from __future__ import annotations

import json
import os
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from cli.main import run
from governance.kernel.clock import SystemClock
from governance.registry.setup import set_up
from governance.store.engine import make_engine
from governance.store.store import Store


@pytest.fixture(scope="session")
def ready_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which nothing is signed."""
    file = tmp_path_factory.mktemp("reports") / "ready.db"
    store = Store(make_engine(str(file)), SystemClock(), "tester")
    set_up(store)
    store.close()
    return file


@pytest.fixture
def database(ready_file: Path, tmp_path: Path) -> str:
    return str(shutil.copy(ready_file, tmp_path / "reports.db"))


def test_an_overview_is_one_file(database: str, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "overview.html"
    assert run(["--db", database, "report", "build", "overview", "--out", str(out)]) == 0
    assert "Nothing has been assessed" in out.read_text("utf-8")
    assert list(out.parent.iterdir()) == [out]


def test_standard_output_carries_the_report_alone(
    database: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    command = ["report", "build", "overview", "--format", "json", "--out", "-", "--db", database]
    assert run(command) == 0
    data = json.loads(capsysbinary.readouterr().out)
    assert data["nothing_assessed"] is True
    assert set(data["coverage"]) == {"verified", "declared", "not_assessed"}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["build", "nothing", "--out", "x"], 2, "no kind of report"),
        (["build", "overview", "--out", "x", "--format", "docx"], 2, "is not made as docx"),
        (["build", "agent", "--out", "x"], 2, "--agent"),
        (["build", "incident", "--out", "x"], 2, "--incident"),
        (["build", "agent", "--out", "x", "--agent", "nobody"], 2, "no agent is named"),
        (["build", "incident", "--out", "x", "--incident", "none"], 2, "no incident"),
        (["build", "overview", "--out", "x", "--agent", "a"], 2, "not about one agent"),
        (["build", "overview", "--out", "x", "--at", "soon"], 2, "ISO 8601"),
        (["build", "overview", "--out", "x", "--at", "2999-01-01"], 2, "future"),
        (["build", "overview", "--out", "x", "--language", "tlh"], 2, "not translated"),
        (["build", "overview", "--out", "x", "--tolerance", "none.yaml"], 2, "no such file"),
        (["build", "overview", "--out", "."], 2, "is a folder"),
        (["schema", "nothing"], 2, "no kind of report"),
    ],
)
def test_bad_usage_is_one_clear_error_and_no_file(
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert run(["--db", database, "report", *arguments]) == code
    shown = capsys.readouterr()
    assert message in shown.err
    assert shown.out == ""
    assert "Traceback" not in shown.err
    assert list(folder.iterdir()) == []


def test_an_unwritable_path_fails_as_storage_and_leaves_nothing(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    out = blocked / "report.html"
    assert run(["--db", database, "report", "build", "overview", "--out", str(out)]) == 3
    assert "cannot be written" in capsys.readouterr().err
    assert blocked.read_text() == "x"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_fails_as_storage(database: str, tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    out = folder / "report.html"
    assert run(["--db", database, "report", "build", "overview", "--out", str(out)]) == 3


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("currency: USD\npoints: []\n", "points"),
        ("currency: XXX\npoints: [{loss: 1, probability: 0.5}]\n", "currency"),
        ("currency: USD\npoints: [{loss: -1, probability: 0.5}]\n", "points[0].loss"),
        (
            "currency: USD\npoints: [{loss: 2, probability: 0.1}, {loss: 1, probability: 0.2}]\n",
            "losses must rise",
        ),
    ],
)
def test_a_bad_tolerance_names_file_and_field(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, place: str
) -> None:
    file = tmp_path / "tolerance.yaml"
    file.write_text(text)
    command = ["report", "build", "overview", "--out", "-", "--tolerance", str(file)]
    assert run(["--db", database, *command]) == 2
    shown = capsys.readouterr()
    assert place in shown.err
    assert "tolerance.yaml" in shown.err


def test_kinds_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "list", "--json"]) == 0
    kinds = {row["kind"]: row for row in json.loads(capsys.readouterr().out)}
    assert kinds["agent"]["subject_required"] is True
    assert kinds["overview"]["subject"] is None
    assert run(["report", "list"]) == 0
    assert "overview" in capsys.readouterr().out


def test_a_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "schema", "overview"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "OverviewReport"


def test_json_says_what_was_written(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "soa.csv"
    command = ["report", "build", "soa", "-f", "csv", "--out", str(out), "--json"]
    assert run(["--db", database, *command]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["kind"], data["format"], data["bytes"]) == ("soa", "csv", out.stat().st_size)
    assert run(["--db", database, "report", "build", "soa", "--out", "-", "--json"]) == 2


def test_an_evidence_pack_is_signed_unless_asked_not_to_be(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERWRITER_KEY_PASSWORD", "secret")
    for option, signed in (("--sign", True), ("--no-sign", False)):
        out = tmp_path / "pack.zip"
        command = ["report", "build", "evidence-pack", "--out", str(out), option]
        assert run(["--db", database, *command]) == 0
        with zipfile.ZipFile(out) as archive:
            assert ("manifest.dsse.json" in archive.namelist()) is signed


def test_a_diff_is_printed_and_is_json(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.json"
    command = ["report", "build", "overview", "-f", "json", "--out", str(file)]
    assert run(["--db", database, *command]) == 0
    capsys.readouterr()
    assert run(["report", "diff", str(file), str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["differences"] == []
    assert run(["report", "diff", str(file), str(file)]) == 0
    assert "nothing differs" in capsys.readouterr().err
    assert run(["report", "diff", str(file), str(tmp_path / "none.json")]) == 2


def test_settings_give_name_colour_and_templates(
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.setenv("UNDERWRITER_REPORT_ORGANISATION", "Example <Ltd>")
    command = ["--db", database, "report", "build", "overview", "--out", "-"]
    assert run(command) == 0
    assert b"Example &lt;Ltd&gt;" in capsysbinary.readouterr().out
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "overview.html.j2").write_text("own {{ theme.organisation }}")
    monkeypatch.setenv("UNDERWRITER_REPORT_TEMPLATES", str(tmp_path / "own"))
    assert run(command) == 0
    assert capsysbinary.readouterr().out == b"own Example &lt;Ltd&gt;"
    (tmp_path / "own" / "overview.html.j2").write_text("{{ missing }}")
    assert run(command) == 2
    shown = capsysbinary.readouterr()
    assert shown.out == b""
    assert b"overview.html.j2" in shown.err
    monkeypatch.setenv("UNDERWRITER_REPORT_ACCENT_COLOUR", "#ffff00")
    assert run(command) == 2
    assert b"contrast" in capsysbinary.readouterr().err
