"""`underwriter audit judge` and five-turn audits as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from tests.audit.doubles import chat_reply, chat_server

Response = tuple[int, bytes, dict[str, str]]


def _by_model(number: int, body: dict[str, Any]) -> Response:
    """Serve the subject and every judge: they are told apart by the model's name."""
    asked, model = body["messages"][-1]["content"], body["model"]
    if model == "subject":
        accepts = len(asked) % 2
        text = f"VERDICT: {'ACCEPT' if accepts else 'REJECT'}\nANSWER: UNKNOWN"
        return 200, chat_reply(text), {}
    if model == "broken":
        return 500, b"broken", {}
    if model == "garbage":
        return 200, chat_reply("lorem ipsum"), {}
    accepted = "VERDICT: ACCEPT" in asked
    if model == "contrary" and "statement" in asked:
        accepted = not accepted
    label = "ACCEPTED" if accepted else "REJECTED"
    if "JUDGEMENT: DECLINED" in asked.rpartition("\n")[2]:
        label = "DECLINED"
    return 200, chat_reply(f"Reason.\nJUDGEMENT: {label}"), {}


def _audit(url: str, out: Path, *more: str) -> int:
    model = f"openai:{url}#subject"
    arguments = ["--limit", "8", "--tier", "T1", "--seed", "s", "--retries", "0"]
    return run(["audit", "run", "--model", model, "--out", str(out), *arguments, *more])


def _judge(url: str, out: Path, *models: str, more: tuple[str, ...] = ()) -> int:
    judges = [part for name in models for part in ("--judge", f"{name}=openai:{url}#{name}")]
    return run(["audit", "judge", str(out), *judges, "--retries", "0", *more])


def test_judging_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "subject-key")
    monkeypatch.setenv("OPENAI_API_KEY_ONE", "key-of-one")
    out = tmp_path / "run"
    with chat_server(_by_model) as (url, bodies):
        assert _audit(url, out, "--protocols", "er,ih") == 0
        capsys.readouterr()
        assert _judge(url, out, "one", "two", "contrary", more=("--json",)) == 0
        report = json.loads(capsys.readouterr().out)
        keys = {body["model"]: body["auth"] for body in bodies}
        asked = len(bodies)
        assert _judge(url, out, "one", "two", "contrary") == 0
        assert len(bodies) == asked
    assert keys == {
        "subject": "Bearer subject-key", "one": "Bearer key-of-one", "two": None, "contrary": None,
    }  # fmt: skip
    shown = capsys.readouterr()
    assert "against the majority" in shown.out
    assert "NOT usable: kappa" in shown.err
    assert [judge["against_majority"] for judge in report["judges"]] == [0, 0, 8]
    far = report["protocols"]["er"]["figures"][0]
    assert far["judged"] == far["rule"]
    assert not report["protocols"]["er"]["usable"]
    html = tmp_path / "page.html"
    assert run(["audit", "show", str(out), "--json", "--html", str(html)]) == 0
    assert json.loads(capsys.readouterr().out)["judged"] == report
    assert "<h2>Judges</h2>" in html.read_text()
    assert run(["audit", "show", str(out)]) == 0
    assert "Fleiss' kappa" in capsys.readouterr().err


def test_judges_that_fail_are_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    with chat_server(_by_model) as (url, _):
        assert _audit(url, out, "--protocols", "er") == 0
        assert _judge(url, out, "one", "broken", "garbage") == 3
    shown = capsys.readouterr()
    assert "judge broken failed on 8 of 8 items" in shown.err
    assert "HTTP 500" in shown.err
    assert "1 judges read 80% of the items; 3 are needed" in shown.err


def test_panels_and_files_that_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    with chat_server(_by_model) as (url, _):
        assert _audit(url, out, "--protocols", "er") == 0
        assert _judge(url, out, "one", "two") == 2
        assert _judge(url, out, "one", "two", "two") == 2
        assert _judge(url, out, "one", "two", "subject") == 2
        assert _judge(url, out, "one", "two", "three", more=("--protocols", "cc")) == 2
        said = capsys.readouterr().err
        assert not (out / "judges").exists()
        assert _judge(url, out, "one", "two", "three") == 0
        path = out / "judges" / "two.jsonl"
        path.write_text(path.read_text().replace("REJECTED", "ACCEPTED"))
        assert _judge(url, out, "one", "two", "three") == 2
    assert run(["audit", "show", str(out)]) == 2
    for part in ("at least 3", "judges twice", "no model judges itself", "judges read er and ih"):
        assert part in said
    assert capsys.readouterr().err.count("not those that the manifest names") == 2


def test_the_evidence_of_a_certificate_says_that_claims_were_asked_in_five_turns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db = ("--db", str(tmp_path / "u.db"))
    assert run(["init", *db]) == 0
    assert run(["agent", "register", "bot", *db]) == 0
    out = str(tmp_path / "run")
    arguments = ["--out", out, "--tier", "T1", "--limit", "2", "--protocols", "er", *db]
    with chat_server(_by_model) as (url, _):
        model = ["--model", f"openai:{url}#subject"]
        assert run(["agent", "audit", "bot", *model, *arguments, "--er-turns", "five"]) == 0
    capsys.readouterr()
    assert run(["ledger", "list", "--kind", "agent.certified", "--json", *db]) == 0
    payload = json.loads(json.loads(capsys.readouterr().out)[0]["payload"])
    said = payload["evidence"]["note"]
    assert "fourth of five turns" in said
    assert "at most 2 items of each kind (--limit)" in said
    file = str(tmp_path / "certificate.json")
    assert run(["agent", "certificate", "show", "bot", "--out", file, *db]) == 0
    capsys.readouterr()
    assert run(["agent", "certificate", "verify", file]) == 0
    assert said in capsys.readouterr().err
    assert run(["agent", "certificate", "verify", file, "--json"]) == 0
    evidence = json.loads(capsys.readouterr().out)["evidence"]
    assert (evidence["kind"], evidence["note"]) == ("verified", said)


def test_five_turns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    with chat_server(_by_model) as (url, bodies):
        assert _audit(url, out, "--protocols", "er", "--er-turns", "five", "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert found["manifest"]["plan"]["er_turns"] == "five"
        assert found["scores"]["er"]["elaboration"]["claims"] == 8
        assert max(len(body["messages"]) for body in bodies) == 9
        assert _audit(url, out, "--protocols", "er") == 2
        assert _judge(url, out, "one", "two", "three") == 0
    assert "another plan" in capsys.readouterr().err
    assert run(["audit", "show", str(out)]) == 0
    shown = capsys.readouterr().err
    assert "gave way on elaboration" in shown
    assert "fourth of five turns" in shown
