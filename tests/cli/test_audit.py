"""`underwriter audit` and `agent audit` as a user runs them."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.agent_audit import audit
from cli.audit_options import parse_tier
from cli.main import run
from cli.output import print_error
from governance.audit.runs.manifest import TRANSCRIPT
from governance.kernel.errors import InputError, UnderwriterError
from tests.audit.doubles import chat_reply, chat_server
from tests.conftest import DatabaseAfter

SAMPLES = Path(__file__).parents[1] / "data" / "audits" / "samples"


def _accepting(_: int, body: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
    return 200, chat_reply("VERDICT: ACCEPT\nANSWER: A\nDECISION: A"), {}


def _failing(_: int, body: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
    return 500, b"broken", {}


def _run(url: str, out: Path, *more: str) -> int:
    model = f"openai:{url}#m"
    arguments = ["--limit", "2", "--tier", "T1", "--seed", "s", "--retries", "0"]
    return run(["audit", "run", "--model", model, "--out", str(out), *arguments, *more])


def test_run_score_show_and_compare(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with chat_server(_accepting) as (url, bodies):
        assert _run(url, tmp_path / "one", "--json") == 0
        first = json.loads(capsys.readouterr().out)
        asked = len(bodies)
        assert _run(url, tmp_path / "one", "--json") == 0
        assert len(bodies) == asked
        assert _run(url, tmp_path / "two") == 0
    capsys.readouterr()
    assert first["manifest"]["plan"]["limit"] == 2
    assert first["vector"]["cc"] == 0
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    assert run(["audit", "score", one, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["scores"] == first["scores"]
    html = tmp_path / "page.html"
    assert run(["audit", "show", one, "--against", two, "--html", str(html), "--worst", "3"]) == 0
    shown = capsys.readouterr()
    assert "McNemar p" in shown.out
    assert "95 % lower bound" in shown.out
    assert "limits: at most 2 items" in shown.err
    assert html.read_text().startswith("<!doctype html>")


def test_a_failing_endpoint_leaves_nothing_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with chat_server(_failing) as (url, _):
        assert _run(url, tmp_path / "run", "--json") == 3
    shown = capsys.readouterr()
    assert json.loads(shown.out)["error"]["code"] == "storage"
    assert "HTTP 500" in shown.err
    assert run(["audit", "score", str(tmp_path / "run")]) == 2
    assert "the run is failed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "hf:nowhere", "--out", "x"], "no model folder"),
        (["--model", "what", "--out", "x"], "names no model"),
        (["--model", "replay:x", "--out", "x", "--tier", "T7"], "no tier"),
        (["--model", "replay:x", "--out", "x", "--protocols", "zz"], "none of"),
    ],
)
def test_bad_orders(
    arguments: list[str], said: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert run(["audit", "run", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_lint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "bank.json"
    assert run(["audit", "lint", "--json", "--out", str(out)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["faults"] == []
    assert found["items"]["writing"] == 300
    bank = json.loads(out.read_text())
    bank["claims"][0]["text"] = "A made-up expert says so."
    out.write_text(json.dumps(bank))
    assert run(["audit", "lint", "--file", str(out)]) == 1
    assert "discloses the trap" in capsys.readouterr().out
    bank["facts"][0]["answer"] = 7
    out.write_text(json.dumps(bank))
    assert run(["audit", "lint", "--file", str(out)]) == 2
    assert "facts[0].answer" in capsys.readouterr().err


def test_import(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "entries:\n- {harness: garak, task: test.Test, metric: always.Pass, dimension: er, "
        "direction: lower}\n"
    )
    path = str(SAMPLES / "garak_mini.report.jsonl")
    assert run(["audit", "import", path, "--mapping", str(mapping), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["vector"]["n_er"] == 8
    assert found["refused"][0]["task"] == "misleading.FalseAssertion"
    assert run(["audit", "import", path]) == 0
    assert "not gating" in capsys.readouterr().out


@pytest.fixture
def database(tmp_path: Path, database_after: DatabaseAfter) -> str:
    path = str(tmp_path / "u.db")
    database_after(path, ("agent", "register", "bot"))
    return path


def _agent_audit(*arguments: str) -> int:
    app = typer.Typer()
    app.command()(audit)
    try:
        app(list(arguments), standalone_mode=False)
    except UnderwriterError as error:
        print_error(error)
        return error.exit_code
    return 0


def test_from_audit_to_signed_certificate(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "run")
    with chat_server(_accepting) as (url, _):
        arguments = ["bot", "--model", f"openai:{url}#m", "--out", out, "--limit", "3"]
        capsys.readouterr()
        assert _agent_audit(*arguments, "--tier", "T1", "--db", database, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    standing = found["standing"]
    assert standing["tier"] == 0
    assert standing["evidence"] == "verified"
    assert standing["certificate"] is not None
    assert standing["audit_commitment"]
    assert found["audit"]["manifest"]["plan"]["bank_seed"].startswith("reserved-")
    assert run(["ledger", "list", "--kind", "audit.recorded", "--db", database, "--json"]) == 0
    event = json.loads(capsys.readouterr().out)[0]
    assert json.loads(event["payload"])["limit"] == 3
    with chat_server(_accepting) as (url, _):
        arguments[2] = f"openai:{url}#m"
        again = _agent_audit(*arguments, "--tier", "T1", "--db", database)
    assert again == 2
    assert "another" in capsys.readouterr().err


def test_each_attempt_has_a_folder_of_its_own(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with chat_server(_accepting) as (url, _):
        arguments = ["bot", "--model", f"openai:{url}#m", "--limit", "1", "--db", database]
        assert _agent_audit(*arguments) == 0
        assert _agent_audit(*arguments) == 0
    assert sorted(path.name for path in (tmp_path / "audits" / "bot").iterdir()) == ["1", "2"]


def test_nothing_is_certified_on_a_failure_or_on_altered_evidence(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    with chat_server(_failing) as (url, _):
        arguments = ["bot", "--model", f"openai:{url}#m", "--out", str(out), "--limit", "2"]
        arguments += ["--retries", "0", "--db", database]
        assert _agent_audit(*arguments) == 3
    with chat_server(_accepting) as (url, _):
        arguments[2] = f"openai:{url}#m"
        arguments[4] = str(tmp_path / "other")
        assert _agent_audit(*arguments) == 0
        path = tmp_path / "other" / TRANSCRIPT
        path.write_text(path.read_text().replace("ACCEPT", "REJECT"))
        capsys.readouterr()
        assert _agent_audit(*arguments) == 2
    assert "not the one that the manifest names" in capsys.readouterr().err
    assert run(["ledger", "list", "--kind", "agent.certified", "--db", database, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1


def test_a_replay_certifies_nobody(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with chat_server(_accepting) as (url, _):
        assert _run(url, tmp_path / "first", "--protocols", "ih") == 0
    arguments = ["bot", "--model", f"replay:{tmp_path / 'first'}", "--out", str(tmp_path / "two")]
    arguments += ["--public", "--protocols", "ih", "--limit", "2", "--tier", "T1", "--seed", "s"]
    capsys.readouterr()
    assert _agent_audit(*arguments, "--db", database) == 2
    assert "certifies nobody" in capsys.readouterr().err
    assert run(["ledger", "list", "--kind", "agent.certified", "--db", database, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_stopping_early_needs_a_policy_that_allows_for_it(
    tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["bot", "--model", "replay:x", "--stop-early", "--db", database]
    assert _agent_audit(*arguments) == 2
    assert "confidence_sequence" in capsys.readouterr().err


def test_a_local_model_needs_the_extra(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text("{}")
    find = importlib.util.find_spec
    hidden = {"torch", "transformers"}
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in hidden else find(name)
    )
    out = tmp_path / "run"
    assert run(["audit", "run", "--model", f"hf:{tmp_path}", "--out", str(out)]) == 2
    assert "pip install 'underwriter[audit-local]'" in capsys.readouterr().err
    assert not out.exists()


def test_tiers_are_read_as_people_write_them() -> None:
    assert [parse_tier(text) for text in ("T3", "t3", "3")] == [3, 3, 3]
    for bad in ("T0", "T6", "x"):
        with pytest.raises(InputError):
            parse_tier(bad)
