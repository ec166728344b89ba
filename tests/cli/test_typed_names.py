"""At the command line nobody reviews or verifies in another's name, whatever a token is for."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from governance.identity.principals import add_new
from governance.identity.tokens import create_token
from governance.store.store import Store

Call = Callable[..., Any]
VERIFIED = (
    "control", "set", "iso42001:A.6.2.8", "--status", "verified", "--owner", "Platform",
    "--evidence", "https://example.org/logs",
)  # fmt: skip


@pytest.fixture
def call(
    set_up_store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    """Run a command with the token of `ada`; `ben` is there too."""
    with set_up_store.write() as transaction:
        add_new(transaction, "ben", "person", roles=["compliance", "auditor"])
        ada = add_new(transaction, "ada", "person", roles=["compliance", "auditor"])
        token = create_token(transaction, ada, term=timedelta(days=36_500))
        monkeypatch.setenv("UNDERWRITER_TOKEN", token.text)
    url = set_up_store.engine.url.render_as_string(hide_password=False)

    def called(*arguments: str, code: int = 0, json_: bool = True) -> Any:
        capsys.readouterr()
        form = ["--json"] if json_ else []
        assert run([*arguments, "--db", url, *form]) == code, capsys.readouterr().err
        shown = capsys.readouterr()
        return json.loads(shown.out) if json_ else shown.out + shown.err

    return called


@pytest.fixture
def board(call: Call, tmp_path: Path) -> None:
    """One incident, classified."""
    file = tmp_path / "board.jsonl"
    file.write_text('{"id": "1", "title": "Case", "description": "A prompt injection by mail."}\n')
    call("incidents", "import", str(file), "--classify")


@pytest.mark.usefixtures("board")
def test_a_review_in_anothers_name_is_refused(call: Call) -> None:
    order = ("incidents", "review", "board:1", "--correct", "MIS-01", "--reviewer")
    refused = call(*order, "ben", code=2)["error"]
    assert (refused["code"], refused["field"]) == ("forbidden", "--reviewer")
    assert call("incidents", "review", "--reviewer", "ben", code=2)["error"]["code"] == "forbidden"
    assert call("incidents", "list", "--reviewed") == []
    assert "correct by Guest (typed), MIS-01" in call(*order, "Guest", json_=False)
    assert "Guest (typed)" in call("incidents", "list", json_=False)
    assert "Guest (typed)" in call("incidents", "show", "board:1", json_=False)
    assert "correct by ada, MIS-01" in call(*order, "ada", json_=False)
    assert "Guest (typed), ada " in call("incidents", "agreement", json_=False)
    assert "(typed)" not in call("incidents", "list", json_=False)
    (row,) = call("incidents", "agreement")
    assert (row["first"], row["first_id"], row["second"]) == ("Guest", None, "ada")


def test_a_control_verified_in_anothers_name_is_refused(call: Call, tmp_path: Path) -> None:
    refused = call(*VERIFIED, "--assessor", "ben", code=2)["error"]
    assert (refused["code"], refused["field"]) == ("forbidden", "--assessor")
    file = tmp_path / "words.csv"
    file.write_text(
        "control,status,owner,assessor,evidence\n"
        "iso42001:A.6.2.8,verified,Platform,ben,https://example.org/logs\n"
    )
    refused = call("control", "import", str(file), code=2)["error"]
    assert (refused["code"], refused["line"]) == ("forbidden", 2)
    assert call("control", "list") == []
    assert call(*VERIFIED, "--assessor", "ada")["assessor_id"]
    assert call(*VERIFIED, "--assessor", "Guest")["assessor_id"] is None
    shown = call("control", "list", json_=False)
    assert "Platform (typed)" in shown
    assert "Guest (typed)" in shown
