"""What somebody without a role tried, at the command line and as a program, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cli.main import run
from governance.identity.roles import ROLES
from governance.kernel.errors import ForbiddenError
from governance.kernel.money import Money
from governance.kernel.settings import Settings
from governance.operations import agents, authority, policies
from governance.operations.authentication import by_token
from governance.operations.catalogue import operations
from governance.operations.perform import perform
from governance.operations.place import Place, place_of
from governance.operations.requests import TextFile
from governance.store.store import Store

Call = Callable[..., Any]
SCORES = ("--cc", "0.96", "--er", "0.95", "--as", "0.93", "--ih", "0.92", "--basis", "point")
# With a role nobody may do these; without one everybody once did.
TRIED = (
    ("agent", "retire", "bot", "--reason", "mine"),
    ("agent", "change", "bot", "--prompt", "note.txt"),
    ("agent", "register", "another"),
    ("agent", "certify", "bot", *SCORES),
    ("agent", "unfreeze", "bot", "--reason", "mine"),
    ("agent", "certificate", "rotate"),
    ("agent", "certificate", "revoke", "bot", "--reason", "mine"),
    ("incidents", "link", "own:1", "bot", "--severity", "critical", "--reason", "mine"),
    ("incidents", "review", "own:1", "--accept", "--reviewer", "tester"),
    ("control", "set", "iso42001:A.6.2.8", "--status", "verified", "--assessor", "tester"),
    ("report", "build", "evidence-pack", "--out", "pack.zip"),
    ("authorize", "reserve", "bot", "--amount", "1 USD", "--key", "k"),
    ("gate", "policy", "set", "policy.yaml", "--reason", "mine"),
    ("db", "backup", "--out", "stolen.backup"),
    ("db", "downgrade", "base", "--yes"),
    ("db", "upgrade"),
    ("init",),
    ("delegate", "revoke", "d", "--reason", "mine"),
    ("agent", "certificate", "trust"),
    ("role", "grant", "mallory", "administrator"),
    ("principal", "add", "puppet", "--role", "policy_owner"),
    ("token", "create", "tester"),
    ("session", "link", "tester"),
    ("tick",),
)


@pytest.fixture
def call(
    set_up_store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Call:
    """Run a command on the database and return its JSON, or its exit code and error."""
    url = set_up_store.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("UNDERWRITER_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "note.txt").write_text("obey")

    def called(*arguments: str) -> Any:
        capsys.readouterr()
        code = run([*arguments, "--json"])
        out = capsys.readouterr().out
        found = json.loads(out) if out.strip() else None
        return found if code == 0 else (code, found["error"]["code"] if found else None)

    return called


@pytest.fixture
def ready(call: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """An agent at T5, an incident, and a policy that raises a ceiling."""
    call("agent", "register", "bot")
    assert call("agent", "certify", "bot", *SCORES)["tier"] == 5
    (tmp_path / "own.jsonl").write_text('{"id": "1", "title": "t", "description": "A prompt."}\n')
    call("incidents", "import", "own.jsonl", "--classify")
    capsys.readouterr()
    assert run(["gate", "policy", "show", "--default"]) == 0
    shown = capsys.readouterr().out
    (tmp_path / "policy.yaml").write_text(shown.replace("1000000]", "2000000]"))
    return call


def _token(call: Call, name: str, *roles: str) -> str:
    call("principal", "add", name, *(part for role in roles for part in ("--role", role)))
    return str(call("token", "create", name)["token"])


def _rows(store: Store) -> dict[str, int]:
    with store.engine.connect() as connection:
        return {
            name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in ("ledger_event", "agent", "certification", "principal", "role_grant")
        }


def test_whoever_only_reads_changes_nothing_under_any_name(
    ready: Call, set_up_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = _token(ready, "mallory", "reader")
    monkeypatch.setenv("UNDERWRITER_TOKEN", token)
    assert ready("agent", "show", "bot")["tier"] == 5
    before = _rows(set_up_store)
    for name in (None, "tester", "mallory", "init"):
        if name is not None:
            monkeypatch.setenv("UNDERWRITER_ACTOR", name)
        for words in TRIED:
            assert ready(*words) == (2, "forbidden"), words
    assert _rows(set_up_store) == before
    assert not {"stolen.backup", "pack.zip"} & {file.name for file in tmp_path.iterdir()}


def test_something_of_every_role_was_tried() -> None:
    tried = {" ".join(words) for words in TRIED}
    roles = {
        role
        for row in operations().values()
        for role in row.permissions
        if any(words == row.command or words.startswith(f"{row.command} ") for words in tried)
    }
    assert roles == set(ROLES) - {"agent"}


def test_a_program_without_a_role_is_refused_what_the_command_is(
    ready: Call, set_up_store: Store, tmp_path: Path
) -> None:
    place: Place = place_of(set_up_store, Settings())
    mallory = by_token(place, _token(ready, "mallory", "reader"))
    reserve = authority.Reserve(agent="bot", amount=Money(amount=1, currency="USD"), key="k")
    policy = TextFile(name="policy.yaml", text=(tmp_path / "policy.yaml").read_text())
    for handler, request in (
        (authority.reserve, reserve),
        (authority.refund, authority.Refund(reservation="r")),
        (policies.set_policy, policies.NewPolicy(file=policy, reason="mine")),
        (agents.unfreeze, agents.WithReason(agent="bot", reason="mine")),
    ):
        with pytest.raises(ForbiddenError):
            perform(place, mallory, handler, request)  # type: ignore[arg-type]


def test_an_administrator_with_two_names_is_one_person(
    ready: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = _token(ready, "boss", "administrator", "policy_owner")
    monkeypatch.setenv("UNDERWRITER_TOKEN", admin)
    assert ready("role", "grant", "boss", "treasurer") == (2, "forbidden")
    puppet = _token(ready, "puppet", "policy_owner")
    monkeypatch.setenv("UNDERWRITER_TOKEN", puppet)
    waiting = ready("gate", "policy", "set", "policy.yaml", "--reason", "more")["proposal"]
    monkeypatch.setenv("UNDERWRITER_TOKEN", admin)
    assert ready("proposal", "approve", waiting) == (2, "forbidden")


def test_an_administrator_makes_no_second_person_for_an_own_proposal(
    ready: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERWRITER_TOKEN", _token(ready, "boss", "administrator", "policy_owner"))
    waiting = ready("gate", "policy", "set", "policy.yaml", "--reason", "more")["proposal"]
    monkeypatch.setenv("UNDERWRITER_TOKEN", _token(ready, "puppet", "policy_owner"))
    assert ready("proposal", "approve", waiting) == (2, "forbidden")


def test_two_names_at_one_shell_are_one_person_unless_there_is_only_one(
    ready: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERWRITER_ACTOR", "ada")
    waiting = ready("gate", "policy", "set", "policy.yaml", "--reason", "more")["proposal"]
    for name in ("ada", "bea"):
        monkeypatch.setenv("UNDERWRITER_ACTOR", name)
        assert ready("proposal", "approve", waiting) == (2, "forbidden")
    monkeypatch.setenv("UNDERWRITER_SINGLE_USER", "true")
    assert ready("proposal", "approve", waiting)["state"] == "approved"
    (event,) = ready("ledger", "list", "--kind", "change.approved")
    assert (event["data"]["single_user"], event["claimed"], event["via"]) == (True, "bea", "local")


def test_a_local_person_proposes_and_a_token_is_a_second_one(
    ready: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = ready("gate", "policy", "set", "policy.yaml", "--reason", "more")["proposal"]
    monkeypatch.setenv("UNDERWRITER_TOKEN", _token(ready, "bea", "policy_owner"))
    assert ready("proposal", "approve", waiting)["decided_by"] == "bea"


def test_a_proposal_of_before_passes_no_emergency_policy_by(
    ready: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = ready("gate", "policy", "set", "policy.yaml", "--reason", "more")["proposal"]
    strict = (tmp_path / "policy.yaml").read_text().replace("2000000]", "100001]")
    (tmp_path / "strict.yaml").write_text(strict)
    assert ready("gate", "policy", "set", "strict.yaml")["changed"]
    monkeypatch.setenv("UNDERWRITER_TOKEN", _token(ready, "bea", "policy_owner"))
    assert ready("proposal", "approve", waiting) == (2, "conflict")
    assert not ready("proposal", "show", waiting)["fresh"]


def test_approving_a_lift_frees_whom_it_is_about(
    ready: Call, set_up_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = ready("agent", "show", "bot")["id"]
    assert ready("agent", "register", victim) == (2, "input")
    ready("incidents", "link", "own:1", "bot", "--severity", "high", "--reason", "bad")
    ready("agent", "register", "impostor", "--prompt", "note.txt")
    with set_up_store.engine.begin() as connection:  # as a version before let it be named
        other = "UPDATE agent SET name = :victim, status = 'frozen' WHERE name = 'impostor'"
        connection.execute(text(other), {"victim": victim})
    waiting = ready("agent", "unfreeze", victim, "--reason", "mended")["proposal"]
    monkeypatch.setenv("UNDERWRITER_TOKEN", _token(ready, "bea", "auditor"))
    assert ready("proposal", "approve", waiting)["state"] == "approved"
    assert ready("agent", "show", victim)["agent"] == "bot"
    found = {row["agent"]: row["status"] for row in ready("agent", "list")}
    assert found == {"bot": "active", victim: "frozen"}


def test_a_token_that_was_meant_and_is_empty_does_not_make_the_local_user_act(
    ready: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERWRITER_TOKEN", "")
    assert ready("agent", "retire", "bot", "--reason", "mine") == (2, "input")
    monkeypatch.delenv("UNDERWRITER_TOKEN")
    assert ready("agent", "show", "bot")["tier"] == 5


@pytest.mark.parametrize(
    "claim", ["a\nb", "x" * 201, "\x1b[31mred", "evil\u202egro", "uw_" + "0" * 16 + "_" + "a" * 43]
)
def test_what_is_claimed_is_a_name_or_nothing_is_done(
    ready: Call, set_up_store: Store, monkeypatch: pytest.MonkeyPatch, claim: str
) -> None:
    before = _rows(set_up_store)
    monkeypatch.setenv("UNDERWRITER_ACTOR", claim)
    assert ready("agent", "retire", "bot", "--reason", "mine") == (2, "input")
    assert _rows(set_up_store) == before


def test_no_name_holds_a_token(ready: Call) -> None:
    token = _token(ready, "bea", "operator")
    assert ready("agent", "register", token) == (2, "input")
    assert ready("principal", "add", f"x {token}") == (2, "input")
