from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from tests.conftest import DatabaseAfter

SCORES = ["--cc", ".96", "--er", ".95", "--as", ".93", "--ih", ".92"]
COUNTS = ["--n-cc", "500", "--n-er", "500", "--n-as", "500"]
MODEL = "sha256:" + "a" * 64


@pytest.fixture(autouse=True)
def economy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_after: DatabaseAfter) -> None:
    """A principal at T5 with 50 USD reserved and a delegate that holds 20 USD of it."""
    monkeypatch.setenv("UNDERWRITER_DATABASE_URL", str(tmp_path / "a.db"))
    reserve = ("authorize", "reserve", "principal", "--amount", "50 USD", "--key", "a")
    grant = ("delegate", "grant", "principal", "delegate", "--amount", "20 USD")
    database_after(
        tmp_path / "a.db",
        ("agent", "register", "principal"),
        ("agent", "certify", "principal", *SCORES, *COUNTS),
        ("agent", "register", "delegate"),
        ("agent", "certify", "delegate", *SCORES, *COUNTS),
        (*reserve, "--expires", "1h"),
        (*grant, "--expires", "8h"),
    )


def _shown(capsys: pytest.CaptureFixture[str], agent: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["authorize", "show", agent, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def _in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["authorize", "check"]) == 0
    assert run(["ledger", "verify"]) == 0
    capsys.readouterr()


WEAK = ["agent", "certify", "principal", "--cc", "0", "--er", "0", "--as", "0", "--ih", "0"]


@pytest.mark.parametrize(
    "change",
    [
        [*WEAK, "--basis", "point"],
        ["agent", "change", "principal", "--model", MODEL],
        ["agent", "retire", "principal", "--reason", "replaced"],
        ["agent", "certificate", "revoke", "principal", "--reason", "leaked"],
    ],
    ids=["failed audit", "void digest", "retired", "revoked"],
)
def test_a_demotion_unwinds_held_money_and_the_branch_at_once(
    change: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _shown(capsys, "principal")["exposure"] == 7000
    assert run(change) == 0
    assert _shown(capsys, "principal")["exposure"] == 0
    assert _shown(capsys, "delegate")["reservations"] == []
    _in_order(capsys)


def test_spent_money_above_the_ceiling_is_recorded_with_its_cause(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reservation = _shown(capsys, "principal")["reservations"][0]["id"]
    assert run(["authorize", "commit", reservation]) == 0
    assert run(["agent", "change", "principal", "--model", MODEL]) == 0
    capsys.readouterr()
    assert run(["ledger", "list", "--json"]) == 0
    events = json.loads(capsys.readouterr().out)
    above = [event for event in events if "over_ceiling" in event["kind"]]
    assert above
    assert above[-1]["data"]["amount"] == 5000
    assert above[-1]["data"]["cause"] == "changed: model"
    denied = ["authorize", "reserve", "principal", "--amount", "1 USD", "--key", "b"]
    assert run(denied) == 1
    _in_order(capsys)


def test_a_stricter_policy_unwinds_what_it_no_longer_allows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from governance.gate.policy import default_document

    text = default_document().text.replace(
        "[0, 100, 1000, 10000, 100000, 1000000]", "[0, 1, 2, 3, 4, 5]"
    )
    file = tmp_path / "strict.yaml"
    file.write_text(text)
    assert run(["gate", "policy", "set", str(file)]) == 0
    assert _shown(capsys, "principal")["exposure"] == 0
    _in_order(capsys)
