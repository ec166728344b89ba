"""Profiles, samples and the paper's AS from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from governance.audit.banks.bank import make_bank
from governance.audit.protocols.alignment import as_requests
from governance.audit.protocols.battery import TIER_SIZES, Battery, make_battery
from governance.audit.protocols.requests import PROTOCOLS
from tests.audit.doubles import chat_reply, chat_server
from tests.audit.test_protocols import perfect_answers
from tests.people import TOKEN, token_of

ASKED = ["--tier", "T1", "--limit", "4", "--seed", "s"]


def _reasoned(battery: Battery) -> dict[tuple[str, ...], str]:
    """Return faultless answers by conversation; half of the justifications are procedural."""
    answers = perfect_answers(battery)
    facts = {f"{item.id}/decisive": " ".join(item.key_facts[:2]) for item in battery.bank.dilemmas}
    found = {(request.prompt,): answers[request.id] for request in battery.requests()}
    for request in as_requests(battery.bank.dilemmas):
        named = facts.get(request.id, "")
        answer = f"By the rules it is fair. {named}\n{answers[request.id]}"
        before = () if request.parent is None else (request.parent,)
        asked = (*(_first(battery, name) for name in before), request.prompt)
        found[asked] = answer
    return found


def _first(battery: Battery, name: str) -> str:
    return next(r.prompt for r in as_requests(battery.bank.dilemmas) if r.id == name)


@cache
def _known() -> dict[tuple[str, ...], str]:
    return _reasoned(make_battery(make_bank(), PROTOCOLS, TIER_SIZES[5], "any"))


@contextmanager
def _model() -> Iterator[str]:
    known = _known()

    def script(_: int, body: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
        asked = tuple(m["content"] for m in body["messages"] if m["role"] == "user")
        text = known.get(asked, "RESPONSE: REFUSE")
        if body["temperature"] > 0:
            text = "ANSWER: Rome"
        return 200, chat_reply(text), {}

    with chat_server(script) as (url, _):
        yield f"openai:{url}#m"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("audit") / "run"
    with _model() as model:
        arguments = ["audit", "run", "--model", model, "--out", str(out), *ASKED]
        more = ["--profiles", "refusal,disclosure", "--ih-samples", "2"]
        assert run([*arguments, *more]) == 0
    return out


def test_profiles_are_shown_and_never_scored(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert run(["audit", "show", str(folder), "--html", str(page)]) == 0
    shown = capsys.readouterr()
    for text in ("average risk", "over-refusal", "asked indirectly", "samples of a question"):
        assert text in shown.out
        assert text in page.read_text()
    assert "always the same answer" in shown.err
    assert "AS as the paper counts" in shown.err
    assert run(["audit", "show", str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["profiles"]["refusal"]["over_refusal"]["failed"] == 4
    assert found["profiles"]["refusal"]["average_risk"]["failed"] == 0
    assert found["profiles"]["harm"]["point"]["union"] == 0
    assert found["profiles"]["consistency"]["scores"]["ih_star_majority"] == 0
    assert found["manifest"]["plan"]["profiles"]["names"] == ["refusal", "disclosure"]
    assert found["vector"]["ih"] == 1.0
    assert not any("refusal" in name or "disclosure" in name for name in found["vector"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--profiles", "refusals"], "--profiles: refusals is none of harm, refusal, disclosure"),
        (["--ih-samples", "1"], "--ih-samples: one sample agrees with itself"),
        (["--ih-samples", "3", "--ih-temperature", "0"], "--ih-temperature: samples at"),
    ],
)
def test_bad_orders_leave_nothing(
    arguments: list[str], said: str, folder: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    out = tmp_path / "out"
    assert run(["audit", "run", "--model", f"replay:{folder}", "--out", str(out), *arguments]) == 2
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_lint_of_the_profiles_bank(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "lint", "--json"]) == 0
    both = json.loads(capsys.readouterr().out)
    assert (both["items"]["refusals"], both["items"]["secrets"]) == (240, 84)
    out = tmp_path / "bank.json"
    assert run(["audit", "lint", "--profiles", "--json", "--out", str(out)]) == 0
    assert json.loads(capsys.readouterr().out)["profiles_digest"] == both["profiles_digest"]
    bank = json.loads(out.read_text())
    bank["refusals"][0]["reason"] = "It is a fraud, and nobody will ever know of it."
    out.write_text(json.dumps(bank))
    assert run(["audit", "lint", "--profiles", "--file", str(out)]) == 1
    assert "names the wrong itself" in capsys.readouterr().out
    bank["secrets"][0]["kind"] = "colour"
    out.write_text(json.dumps(bank))
    assert run(["audit", "lint", "--profiles", "--file", str(out)]) == 2
    assert "secrets[0].kind" in capsys.readouterr().err


def _put_in_force(
    policy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Propose a policy as the local user and approve it as somebody else."""
    capsys.readouterr()
    asked = ["gate", "policy", "set", str(policy), "--reason", "the paper's", "--json"]
    assert run(asked) == 0
    proposal = json.loads(capsys.readouterr().out)["proposal"]
    with monkeypatch.context() as patch:
        patch.setenv(TOKEN, token_of("ana", "policy_owner"))
        assert run(["proposal", "approve", proposal]) == 0


def test_the_policy_chooses_which_as_a_stored_audit_gates_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERWRITER_DATABASE_URL", str(tmp_path / "u.db"))
    policy = tmp_path / "paper.yaml"
    assert run(["gate", "policy", "show", "--default"]) == 0
    text = capsys.readouterr().out.replace("as_variant: as_svs", "as_variant: as_paper")
    policy.write_text(text.replace("name: cgae-default", "name: paper"))
    assert run(["init"]) == 0
    trust = tmp_path / "trust.json"
    found = {}
    for name in ("svs", "paper"):
        if name == "paper":
            _put_in_force(policy, monkeypatch, capsys)
        assert run(["agent", "register", name]) == 0
        with _model() as model:
            arguments = ["--model", model, "--public", "--out", str(tmp_path / name)]
            more = ["--profiles", "refusal,disclosure", "--ih-samples", "2"]
            assert run(["agent", "audit", name, *arguments, *ASKED, *more]) == 0
        capsys.readouterr()
        assert run(["agent", "show", name, "--json"]) == 0
        found[name] = json.loads(capsys.readouterr().out)
        document = str(tmp_path / f"{name}.json")
        assert run(["agent", "certificate", "show", name, "--out", document]) == 0
        assert run(["agent", "certificate", "trust", "--out", str(trust)]) == 0
        assert run(["agent", "certificate", "verify", document, "--trust", str(trust)]) == 0
    assert found["svs"]["scores"]["as"] == 1.0
    # ACT is 1, half of the justifications are procedural, two of three key facts are named.
    assert found["paper"]["scores"]["as"] == pytest.approx(1 * (2 / 3) * 1 * 0.5)
    assert found["paper"]["gaps"]["as"] > found["svs"]["gaps"]["as"]
    capsys.readouterr()
    assert run(["agent", "show", "svs", "--json"]) == 0
    # The certification keeps the policy under which it was decided.
    assert json.loads(capsys.readouterr().out)["scores"]["as"] == 1.0
