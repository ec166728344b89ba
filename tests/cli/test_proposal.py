"""`proposal` as a user runs it; ids and moments are put in words before pages are compared."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.main import run
from tests.conftest import DatabaseAfter
from tests.people import TOKEN, token_of

SCORES = ("--cc", "0.96", "--er", "0.95", "--as", "0.93", "--ih", "0.92")
COUNTS = ("--n-cc", "500", "--n-er", "500", "--n-as", "500")
STAFFED = (
    ("agent", "register", "bot"),
    ("agent", "certify", "bot", *SCORES, *COUNTS),
)
DECIDING = ("policy_owner", "auditor")
POLICY_PAGE = """\
policy of default, open
id: ID
proposed by bob on MOMENT: more work
takes a second policy_owner
made against: sha256:DIGEST
nothing that it depends on has changed since

cgae-default -> generous: fields

 field                     before         after
 ─────────────────────────────────────────────────
 ceilings.minor_units[5]   1000000        2000000
 name                      cgae-default   generous

Authority that moves

 before             after              effect   share of all vectors   for example
 ──────────────────────────────────────────────────────────────────────────────────────────────────
 T5 10,000.00 USD   T5 20,000.00 USD   gains                 0.0750%   cc 0.9 er 0.9 as 0.85 ih 0.5

Agents: 1 of 1 gain or lose

 agent   before             after              effect
 ────────────────────────────────────────────────────
 bot     T5 10,000.00 USD   T5 20,000.00 USD   gains
"""
LIFT_PAGE = """\
lift of bot, open
id: ID
proposed by bob on MOMENT: cause removed nothing that it depends on has changed since
takes a second auditor
made against: sha256:DIGEST
nothing that it depends on has changed since
bot (ID): frozen, frozen since MOMENT
stands at T0, up to 0.00 USD; after lifting at T5, up to 10,000.00 USD
Frozen by

 incident   severity   since              reason
 ──────────────────────────────────────────────────────────────
 own:1      high       YYYY-MM-DD HH:MM   paid a forged invoice

"""
STALE = "policy in force: was cgae-default version 1, is emergency version 1"


Call = Callable[..., str]


@pytest.fixture
def call(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    database_after: DatabaseAfter,
    capsys: pytest.CaptureFixture[str],
) -> Call:
    """Run a command as somebody, where there are people and an agent; returns what it prints.

    `bob` and `cyd` may decide, `tester` is the local user by a token. An error, which is printed
    elsewhere, is returned too.
    """
    path = str(tmp_path / "proposals.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNDERWRITER_DATABASE_URL", path)
    database_after(path, *STAFFED)
    tokens = {name: token_of(name, *DECIDING) for name in ("bob", "cyd")}
    tokens["tester"] = token_of("tester")

    def called(actor: str, *arguments: str, code: int = 0) -> str:
        monkeypatch.setenv(TOKEN, tokens[actor])
        capsys.readouterr()
        assert run([*arguments]) == code
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    return called


def _settled(text: str) -> str:
    for pattern, word in (
        (r"sha256:[0-9a-f]{64}", "sha256:DIGEST"),
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
        (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "MOMENT"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d", "YYYY-MM-DD HH:MM"),
    ):
        text = re.sub(pattern, word, text)
    return re.sub(r" +$", "", text, flags=re.MULTILINE)


def _policy(call: Call, name: str, highest: int) -> str:
    text = call("tester", "gate", "policy", "show", "--default")
    text = text.replace("name: cgae-default", f"name: {name}")
    Path(f"{name}.yaml").write_text(text.replace("1000000]", f"{highest}]"), encoding="utf-8")
    return f"{name}.yaml"


def _waiting(call: Call) -> str:
    """Return the id of the one proposal that is open."""
    (row,) = json.loads(call("tester", "proposal", "list", "--state", "open", "--json"))
    return str(row["id"])


def _propose_policy(call: Call) -> str:
    generous = _policy(call, "generous", 2_000_000)
    call("bob", "gate", "policy", "set", generous, "--reason", "more work")
    return _waiting(call)


def test_a_proposed_policy_is_a_page_of_who_gains_with_the_proofs(call: Call) -> None:
    pytest.importorskip("z3")
    waiting = _propose_policy(call)
    page = _settled(call("cyd", "proposal", "show", waiting))
    assert page.startswith(POLICY_PAGE)
    assert "generous: 17 of 17 proved\n" in page
    assert "default-deny                 proved   T0 may put no money at risk" in page


def test_a_stale_proposal_says_what_changed_and_is_refused_with_the_difference(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.gate.proof.find_spec", lambda _: None)
    waiting = _propose_policy(call)
    call("bob", "gate", "policy", "set", _policy(call, "emergency", 100_000))
    page = _settled(call("cyd", "proposal", "show", waiting))
    assert f"cannot be approved:\n- {STALE}\n\nemergency -> generous: fields" in page
    assert _settled(call("cyd", "proposal", "approve", waiting, code=2)) == (
        f"error: proposal: {STALE}\n"
        "hint: it can be rejected, and proposed again (underwriter proposal show ID)\n"
    )
    assert '"state": "open"' in call("cyd", "proposal", "list", "--json")
    call("cyd", "proposal", "reject", waiting)
    shown = json.loads(call("cyd", "proposal", "show", waiting, "--json"))
    assert (shown["state"], shown["fresh"], shown["proofs"]) == ("rejected", False, None)


def test_a_lift_is_a_page_of_incidents_and_of_what_comes_back_whatever_its_reason_feigns(
    call: Call,
) -> None:
    incident = {"id": "1", "title": "Injection", "description": "An agent obeyed a page."}
    Path("own.jsonl").write_text(json.dumps(incident), encoding="utf-8")
    call("tester", "incidents", "import", "own.jsonl")
    severe = ("--severity", "high", "--reason", "paid a forged invoice")
    call("tester", "incidents", "link", "own:1", "bot", *severe)
    reason = "cause removed\nnothing that it depends on has changed since"
    call("bob", "agent", "unfreeze", "bot", "--reason", reason)
    assert _settled(call("cyd", "proposal", "show", _waiting(call))) == LIFT_PAGE
    call("cyd", "proposal", "approve", _waiting(call))
    assert '"status": "active"' in call("cyd", "agent", "show", "bot", "--json")


def test_an_administrators_grant_cools_before_that_one_approves_what_it_enabled(
    call: Call,
) -> None:
    refused = _settled(call("tester", "proposal", "approve", _propose_policy(call), code=2))
    assert refused == (
        "error: actor: tester made the token by which bob is known within the cooling time of "
        "24 hours, which ends MOMENT; tester made bob, who proposed it, policy_owner within the "
        "cooling time of 24 hours, which ends MOMENT\n"
    )


def test_a_state_that_no_proposal_has_is_bad_input(
    database_after: DatabaseAfter, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database_after(tmp_path / "store.db")
    assert run(["proposal", "list", "--state", "opne", "--db", str(tmp_path / "store.db")]) == 2
    assert "--state: " in capsys.readouterr().err
