from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from tests.conftest import DatabaseAfter
from tests.people import TOKEN, token_of

SCORES = ["--cc", "0.89", "--er", "0.89", "--as", "0.89", "--ih", "0.92", "--basis", "point"]
TERMS = """\
objective: Say that it is done
constraints:
  - {kind: contains, phrases: [done]}
minimum_tier: 2
reward: 20.00 USD
penalty: 5.00 USD
deadline: 2099-01-01T00:00:00Z
"""


@pytest.fixture(autouse=True)
def _database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_after: DatabaseAfter
) -> None:
    monkeypatch.setenv("UNDERWRITER_DATABASE_URL", str(tmp_path / "a.db"))
    monkeypatch.chdir(tmp_path)
    agents = [
        command
        for name in ("buyer", "scout")
        for command in (("agent", "register", name), ("agent", "certify", name, *SCORES))
    ]
    database_after(tmp_path / "a.db", *agents)


def _json(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def _errors(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 2) -> str:
    capsys.readouterr()
    assert run([*arguments]) == code
    return capsys.readouterr().err


def test_reserve_show_commit_refund(capsys: pytest.CaptureFixture[str]) -> None:
    reserve = ("authorize", "reserve", "buyer", "--key", "k")
    grant = _json(capsys, *reserve, "--amount", "12.50 USD")
    assert grant["granted"]
    assert (grant["exposure"], grant["ceiling"], grant["available"]) == (1250, 100000, 98750)
    assert grant["safety"]["after"] == pytest.approx(0.89, abs=1e-4)
    assert _json(capsys, *reserve, "--minor", "1250", "--currency", "USD")["replayed"]
    shown = _json(capsys, "authorize", "show", "buyer")
    assert [row["id"] for row in shown["reservations"]] == [grant["reservation"]]
    assert {"id", "amount", "state", "expires"} <= set(shown["reservations"][0])
    done = _json(capsys, "authorize", "commit", grant["reservation"], "--amount", "10 USD")
    assert (done["done"], done["committed"]) == (True, 1000)
    assert _json(capsys, "authorize", "release", grant["reservation"], code=1)["done"] is False
    assert _json(capsys, "authorize", "refund", grant["reservation"])["state"] == "refunded"
    assert _json(capsys, "authorize", "show", "buyer")["exposure"] == 0
    assert _json(capsys, "authorize", "check")["ok"]


def test_denials_exit_one_with_every_reason(capsys: pytest.CaptureFixture[str]) -> None:
    denied = _json(
        capsys,
        "authorize",
        "reserve",
        "buyer",
        "--key",
        "k",
        "--amount",
        "9999 USD",
        "--action",
        "self_modify",
        code=1,
    )
    assert {reason["code"] for reason in denied["reasons"]} == {"tier", "ceiling"}
    assert denied["reservation"] is None
    assert run(["authorize", "reserve", "buyer", "--key", "k", "--amount", "9999 USD"]) == 1
    assert "ceiling" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--amount", "0 USD"], "above 0"),
        (["--amount", "-3 USD"], "above 0"),
        (["--amount", "1e30 USD"], "out of range"),
        (["--amount", "1.234 USD"], "2 digits"),
        (["--amount", "5"], "no amount with a currency"),
        (["--amount", "5 XXX"], "no ISO 4217"),
        (["--minor", "5"], "go together"),
        (["--minor", "99999999999999999999", "--currency", "USD"], "less than or equal"),
        (["--amount", "5 USD", "--expires", "soon"], "no duration"),
        (["--amount", "5 USD", "--expires", "0h"], "out of range"),
        (["--amount", "5 USD", "--key", " "], "printable"),
        ([], "--amount"),
    ],
)
def test_bad_input_is_named(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    error = _errors(capsys, "authorize", "reserve", "buyer", "--key", "k", *options)
    assert message in error
    assert _json(capsys, "authorize", "show", "buyer")["reservations"] == []


def test_unknown_agents_and_reservations(capsys: pytest.CaptureFixture[str]) -> None:
    reserve = ("authorize", "reserve", "byer", "--key", "k", "--amount", "1 USD")
    assert "did you mean buyer" in _errors(capsys, *reserve)
    assert "no reservation" in _errors(capsys, "authorize", "commit", "nothing")


def test_delegate(capsys: pytest.CaptureFixture[str]) -> None:
    grant = _json(capsys, "delegate", "grant", "buyer", "scout", "--amount", "100 USD")
    assert (grant["granted"], grant["available"]) == (True, 90000)
    denied = _json(
        capsys, "authorize", "reserve", "scout", "--key", "k", "--amount", "100.01 USD", code=1
    )
    assert [reason["code"] for reason in denied["reasons"]] == ["sub_budget"]
    cycle = _json(capsys, "delegate", "grant", "scout", "buyer", "--amount", "1 USD", code=1)
    assert "cycle" in {reason["code"] for reason in cycle["reasons"]}
    (branch,) = _json(capsys, "delegate", "tree")
    assert (branch["principal"], branch["agent"], branch["available"]) == ("buyer", "scout", 10000)
    assert run(["delegate", "tree", "buyer"]) == 0
    assert "buyer > scout" in capsys.readouterr().out
    assert _json(capsys, "delegate", "revoke", grant["delegation"])["changed"]
    assert not _json(capsys, "delegate", "revoke", grant["delegation"])["changed"]
    assert _json(capsys, "delegate", "tree") == []


def test_a_contract_from_posting_to_settlement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terms, work = tmp_path / "terms.yaml", tmp_path / "work.txt"
    terms.write_text(TERMS)
    work.write_text("it is done")
    error = _json(capsys, "contract", "post", "terms.yaml", "--poster", "acme")
    accepted = _json(capsys, "contract", "accept", error["id"], "buyer", code=1)
    assert "too_long" in {reason["code"] for reason in accepted["reasons"]}
    terms.write_text(TERMS.replace("2099-01-01T00:00:00Z", _soon()))
    posted = _json(capsys, "contract", "post", "terms.yaml", "--poster", "acme", "--key", "job")
    identifier = posted["id"]
    assert _json(capsys, "contract", "accept", identifier, "buyer")["state"] == "accepted"
    assert _json(capsys, "authorize", "show", "buyer")["penalties"] == 500
    assert _json(capsys, "contract", "settle", identifier, code=1)["done"] is False
    assert _json(capsys, "contract", "submit", identifier, "work.txt")["state"] == "submitted"
    assert _json(capsys, "contract", "verify", identifier)["verdict"]["fulfilled"]
    assert _json(capsys, "contract", "settle", identifier)["outcome"] == "fulfilled"
    assert _json(capsys, "contract", "settle", identifier)["changed"] is False
    assert [row["state"] for row in _json(capsys, "contract", "list")] == ["posted", "settled"]
    assert _json(capsys, "contract", "show", identifier)["terms"]["minimum_tier"] == 2
    assert _json(capsys, "authorize", "check")["ok"]
    assert _json(capsys, "ledger", "verify")["ok"]


def _soon() -> str:
    from datetime import timedelta

    from governance.kernel.clock import SystemClock, format_time

    return format_time(SystemClock().now() + timedelta(days=2))


def test_a_cosigner_agrees_as_who_acts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = TERMS.replace("minimum_tier", "  - {kind: cosigner, person: dana}\nminimum_tier")
    (tmp_path / "terms.yaml").write_text(signed.replace("2099-01-01T00:00:00Z", _soon()))
    posted = _json(capsys, "contract", "post", "terms.yaml", "--poster", "acme")["id"]
    refused = _json(capsys, "contract", "accept", posted, "buyer", code=1)
    assert [one["code"] for one in refused["reasons"]] == ["cosigner"]
    assert "'dana'" in _errors(capsys, "contract", "cosign", posted)
    monkeypatch.setenv("UNDERWRITER_ACTOR", "dana")
    assert "'tester' acts here" in _errors(capsys, "contract", "cosign", posted)
    monkeypatch.setenv(TOKEN, token_of("dana", "operator"))
    assert _json(capsys, "contract", "cosign", posted)["cosigner"] == "dana"
    monkeypatch.delenv(TOKEN)
    assert _json(capsys, "contract", "accept", posted, "buyer")["state"] == "accepted"
    (tmp_path / "work.txt").write_text("done")
    assert _json(capsys, "contract", "submit", posted, "work.txt")["done"]
    monkeypatch.setenv(TOKEN, token_of("eve", "reader"))  # neither an operator nor the co-signer
    assert "lacks the role operator" in _errors(capsys, "contract", "verify", posted)
    signed_by_eve = ("contract", "verify", posted, "--signed-by", "eve")
    assert "lacks the role operator" in _errors(capsys, *signed_by_eve)
    token_of("eve", "operator")
    monkeypatch.setenv(TOKEN, token_of("eve"))  # an operator, and not the co-signer
    assert run([*signed_by_eve]) == 1
    monkeypatch.setenv(TOKEN, token_of("dana"))
    assert _json(capsys, "contract", "verify", posted, "--signed-by", "dana")["state"] == "verified"


def test_terms_name_the_line_at_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.yaml").write_text(TERMS.replace("phrases: [done]", "phrases: []"))
    error = _errors(capsys, "contract", "post", "bad.yaml", "--poster", "acme")
    assert re.search(r"bad\.yaml:3: constraints\[0\]\.phrases", error)
    assert _json(capsys, "contract", "list") == []


def test_tick_is_idempotent(capsys: pytest.CaptureFixture[str]) -> None:
    assert _json(capsys, "tick")["agents_watched"] == 2
    assert set(_json(capsys, "tick").values()) == {0}
    assert "nothing was due" in _errors(capsys, "tick", code=0)


def test_checkpoint_prove_and_verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = _json(capsys, "ledger", "checkpoint", "--out", "root.json")
    proof = _json(capsys, "ledger", "prove", "2", "--checkpoint", "root.json", "--out", "two.json")
    assert (proof["holds"], proof["size"]) == (True, made["size"])
    assert _json(capsys, "ledger", "check-proof", "two.json", "--checkpoint", "root.json")["holds"]
    changed = json.loads((tmp_path / "two.json").read_text())
    changed["event_hash"] = "0" * 64
    (tmp_path / "two.json").write_text(json.dumps(changed))
    assert not _json(capsys, "ledger", "check-proof", "two.json", code=1)["holds"]
    assert _json(capsys, "ledger", "verify", "--checkpoint", "root.json")["ok"]
    kept = json.loads((tmp_path / "root.json").read_text())
    kept["size"] += 100
    (tmp_path / "root.json").write_text(json.dumps(kept))
    verdict = _json(capsys, "ledger", "verify", "--checkpoint", "root.json", code=1)
    assert verdict["faults"][-1]["fault"] == "truncated"


def test_simulate_writes_plots(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import typer

    from cli.gate_simulate import simulate

    app = typer.Typer()
    app.command()(simulate)
    arguments = ["--agents", "100", "--days", "30", "--out", str(tmp_path / "plots"), "--json"]
    capsys.readouterr()
    app(arguments, standalone_mode=False)
    data = json.loads(capsys.readouterr().out)
    assert data["over_by_decay"] == 0
    assert {file.name for file in (tmp_path / "plots").iterdir()} == {
        "earnings.svg",
        "exposure.svg",
        "result.json",
        "safety.svg",
        "tiers.svg",
    }


def test_a_past_moment_is_shown_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    grant = _json(capsys, "authorize", "reserve", "buyer", "--key", "k", "--amount", "12.50 USD")
    now = _json(capsys, "authorize", "show", "buyer")
    standing, listed = _json(capsys, "agent", "show", "buyer"), _json(capsys, "agent", "list")
    _json(capsys, "authorize", "commit", grant["reservation"], "--amount", "10 USD")
    _json(capsys, "agent", "retire", "buyer", "--reason", "over")
    assert _json(capsys, "agent", "show", "buyer")["tier"] == 0
    assert _json(capsys, "authorize", "show", "buyer", "--at", now["at"]) == now
    assert _json(capsys, "agent", "show", "buyer", "--at", standing["at"]) == standing
    assert _json(capsys, "agent", "list", "--at", listed[0]["at"]) == listed
    assert _json(capsys, "agent", "list", "--at", "2001-01-01") == []


@pytest.mark.parametrize(
    ("moment", "message"),
    [("2999-01-01", "future"), ("soon", "ISO 8601"), ("2001-01-01", "registered later")],
)
@pytest.mark.parametrize("command", [("agent", "show"), ("authorize", "show")])
def test_a_moment_at_fault_is_named(
    capsys: pytest.CaptureFixture[str], command: tuple[str, str], moment: str, message: str
) -> None:
    said = _errors(capsys, *command, "buyer", "--at", moment)
    assert "--at" in said
    assert message in said
