from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from cli.main import run
from tests.conftest import DatabaseAfter


@pytest.fixture
def folder(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    database_after: DatabaseAfter,
) -> Path:
    """A folder with a certified agent, its certificate and a trust file."""
    monkeypatch.setenv("UNDERWRITER_DATABASE_URL", str(tmp_path / "a.db"))
    scores = [
        "--cc",
        ".96",
        "--er",
        ".95",
        "--as",
        ".93",
        "--ih",
        ".92",
        "--n-cc",
        "500",
        "--n-er",
        "500",
        "--n-as",
        "500",
    ]
    database_after(
        tmp_path / "a.db", ("agent", "register", "bot"), ("agent", "certify", "bot", *scores)
    )
    for command in (
        ["agent", "certificate", "show", "bot", "--out", str(tmp_path / "bot.json")],
        ["agent", "certificate", "trust", "--out", str(tmp_path / "trust.json")],
    ):
        assert run(command) == 0
    capsys.readouterr()
    return tmp_path


def _verify(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict]:  # type: ignore[type-arg]
    code = run(["agent", "certificate", "verify", str(folder / "bot.json"), "--json", *more])
    return code, json.loads(capsys.readouterr().out)


def test_verify_needs_no_database(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERWRITER_DATABASE_URL", str(folder / "none.db"))
    code, found = _verify(folder, capsys, "--trust", str(folder / "trust.json"))
    assert (code, found["ok"], found["trusted"], found["tier"]) == (0, True, True, 5)
    code, found = _verify(folder, capsys)
    assert (code, found["trusted"]) == (0, False)


def test_a_tampered_certificate_is_exit_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "bot.json"
    data = json.loads(file.read_text())
    payload = base64.b64decode(data["envelope"]["payload"]).replace(b'"tier":5', b'"tier":4', 1)
    data["envelope"]["payload"] = base64.b64encode(payload).decode()
    file.write_text(json.dumps(data))
    code, found = _verify(folder, capsys)
    assert (code, found["ok"]) == (1, False)
    assert found["faults"]


def test_a_later_moment_finds_the_decayed_tier(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from datetime import UTC, datetime, timedelta

    later = datetime.now(UTC) + timedelta(days=30)  # noqa: TID251 - the command asks the machine
    code, found = _verify(folder, capsys, "--at", later.isoformat())
    assert code == 0
    assert found["tier"] < 5


def test_the_other_forms_are_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, credential = folder / "bot.html", folder / "vc.json"
    show = ["agent", "certificate", "show", "bot", "--format"]
    assert run([*show, "html", "--out", str(page)]) == 0
    assert run([*show, "credential", "--out", str(credential)]) == 0
    assert "<html" in page.read_text()
    assert json.loads(credential.read_text())["proof"]["cryptosuite"] == "eddsa-jcs-2022"
    capsys.readouterr()
    assert run([*show, "json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((folder / "bot.json").read_text())


def test_rotation_and_revocation(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["agent", "certificate", "rotate"]) == 0
    assert run(["agent", "certificate", "revoke", "bot", "--reason", "leaked"]) == 0
    assert run(["agent", "certificate", "trust", "--out", str(folder / "trust.json")]) == 0
    capsys.readouterr()
    assert run(["agent", "certificate", "keys", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 2
    code, found = _verify(folder, capsys, "--trust", str(folder / "trust.json"))
    assert (code, [fault["code"] for fault in found["faults"]]) == (1, ["revoked"])


@pytest.mark.parametrize("trust", ["missing.json", "A" * 44])
def test_bad_trust_is_bad_input(
    folder: Path, trust: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(folder / "bot.json")
    assert run(["agent", "certificate", "verify", file, "--trust", trust]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("part", ["rotations", "revocations"])
def test_a_trust_file_that_is_no_trust_file_is_bad_input(
    part: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = json.loads((folder / "trust.json").read_text())
    broken[part] = [{"payload": 1}] if part == "rotations" else {"payload": 1}
    (folder / "broken.json").write_text(json.dumps(broken))
    code, found = _verify(folder, capsys, "--trust", str(folder / "broken.json"))
    assert (code, found["error"]["code"]) == (2, "input")
    assert found["error"]["field"].startswith(part)
