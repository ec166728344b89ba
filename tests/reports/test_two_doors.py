"""What a command lists and what a report shows is one fact: both are asked, on one store."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from report_filled import freeze, moment_later, review

from cli.main import run
from governance.incidents.merging import merge_incidents
from governance.incidents.view import find_incident
from governance.kernel.clock import SystemClock, parse_time
from governance.registry.systems import change_system, drop_threats, find_system
from governance.reports.build import Request, build
from governance.store.ledger import ledger_head
from governance.store.store import Store

Ask = Callable[..., Any]


@pytest.fixture
def changed(governed_store: Store) -> Store:
    """The governed store after some days on which much changed."""
    store = governed_store
    freeze(store, "strong")
    moment_later(store, 3)
    with store.read() as session:
        incident = find_incident(session, "sample:1")
    review(store, incident, "PRV", "PRV-01")
    moment_later(store, 1)
    with store.write() as transaction:
        merge_incidents(transaction, "sample:2", "sample:5")
        merge_incidents(transaction, "sample:3", "sample:0")  # which stands for the linked one
        system = find_system(transaction.session, "Hiring assistant")
        change_system(transaction, system, {"risk_class": "minimal", "facts": {"users": "41"}})
        drop_threats(transaction, system, ["BIA-01"], "no longer")
    moment_later(store, 30)
    return store


@pytest.fixture
def ask(
    changed: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Ask:
    """Run a command on the store as it stands, at its own moment; return its JSON."""
    monkeypatch.setenv("UNDERWRITER_DATABASE_URL", str(tmp_path / "governed.db"))
    monkeypatch.setattr(SystemClock, "now", lambda _: changed.clock.now())

    def run_it(*arguments: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert run([*arguments]) == code
        return json.loads(capsys.readouterr().out)

    return run_it


@pytest.fixture
def report(changed: Store) -> Ask:
    """Build a report on the same store; return its data."""
    return lambda kind, subject=None: json.loads(
        build(changed, Request(kind=kind, format="json", subject=subject))
    )


def test_systems(ask: Ask, report: Ask) -> None:
    listed = {row["id"]: row for row in ask("system", "list", "--json")}
    built = report("eu-ai-act")
    shown = {row["id"]: row for row in built["systems"]}
    assert {row["name"] for row in listed.values() if row["status"] == "retired"} == set(
        built["retired"]
    )
    assert shown.keys() == {name for name, row in listed.items() if row["status"] != "retired"}
    for name, row in shown.items():
        for field in ("name", "status", "owner", "role", "risk_class", "description", "facts"):
            assert row[field] == listed[name][field], field
        assert parse_time(row["registered_at"]) == parse_time(listed[name]["registered_at"])
    assert any(row["facts"] == {"users": "41"} for row in shown.values())


NO_WORD = {"status": "not_assessed", "owner": "", "assessor": "", "justification": ""}


@pytest.mark.parametrize("kind", ["soa", "nist-ai-rmf", "eu-ai-act"])
def test_words_on_controls(ask: Ask, report: Ask, kind: str) -> None:
    rows = ask("control", "list", "--json")
    listed = {row["control"]: row for row in rows if row["system_id"] is None}
    stale = {row["control"]: row["reasons"] for row in ask("control", "stale", "--json", code=1)}
    shown = _control_rows(report(kind))
    assert listed.keys() & {row["id"] for row in shown}
    for row in shown:
        word = listed.get(row["id"], {**NO_WORD, "target": None, "due": None, "evidence": []})
        for field in ("status", "owner", "assessor", "target", "due", "justification"):
            assert row[field] == word[field], field
        digests = [item["digest"] for item in word["evidence"]]
        assert [item["digest"] for item in row["evidence"]] == digests
        reasons = stale.get(row["id"], [])
        assert row["stale"] == any(not text.startswith("was to be") for text in reasons)


def _control_rows(built: Any) -> list[Any]:
    if "controls" in built:
        return list(built["controls"])
    if "functions" in built:
        return [row for function in built["functions"] for row in function["subcategories"]]
    return list(built["articles"])


def test_the_word_on_a_system(ask: Ask, report: Ask) -> None:
    built = report("eu-ai-act", "Hiring assistant")
    found = {row["id"]: row for row in built["systems"][0]["articles"]}
    shown = ask("system", "show", "Hiring assistant", "--json")
    own = ask("control", "list", "--system", "Hiring assistant", "--json")
    assert [row["control"] for row in own] == ["eu-ai-act:Art.14"]
    assert found["eu-ai-act:Art.14"]["scope"] == "system"
    assert found["eu-ai-act:Art.14"]["status"] == own[0]["status"] == "verified"
    assert built["systems"][0]["threats"] == []
    assert shown["coverage"]["nothing_stated"] is True


def test_counts_of_incidents(ask: Ask, report: Ask) -> None:
    counted = ask("incidents", "counts", "--json")
    mix = report("overview")["incidents"]
    for field in ("stored", "none", "unclassified", "reviewed", "first", "last"):
        assert mix[field] == counted[field], field
    assert mix["stored"] == 6
    assert mix["reviewed"] == 1
    assert mix["classifiers"] == counted["models"]
    domains = [row for row in mix["by_domain"] if row["asserted"] or row["abstained"]]
    assert sorted((row["domain"], row["asserted"], row["abstained"]) for row in domains) == [
        (row["domain"], row["asserted"], row["abstained"]) for row in counted["by_domain"]
    ]
    assert {row["threat"]: row["count"] for row in mix["top_threats"]} == counted["sub_threats"]
    assert {f"{row['domain']}/{row['loss']}": row["count"] for row in mix["by_loss"]} == counted[
        "losses"
    ]


@pytest.mark.parametrize("number", range(8))
def test_the_code_of_each_incident(ask: Ask, report: Ask, number: int) -> None:
    """Reviewed, merged, uncertain and not classified ones are among them."""
    name = f"sample:{number}"
    shown = ask("incidents", "show", name, "--json")["incident"]
    code = report("incident", name)["code"]
    for field in ("domain", "sub_threat", "confidence", "abstain_reason", "reviewer", "model"):
        assert code[field] == shown[field], field
    assert code["losses"] == shown["losses"]
    assert code["coded_by"] == (shown["coded_by"] or "nobody")
    assert code["abstained"] == bool(shown["abstained"])


def test_frequencies(ask: Ask, report: Ask) -> None:
    listed = ask("risk-register", "list", "--json")
    shown = report("risk-register")["registered"]
    names = {"title": "name", "prior_basis": "prior"}
    assert [{names.get(key, key): value or "" for key, value in row.items()} for row in listed] == [
        {key: value or "" for key, value in row.items()} for row in shown
    ]
    assert {row["threat"]: row["events"] for row in shown} == {"MIS": 0, "MIS-01": 0}


def test_the_head_of_the_ledger(report: Ask, changed: Store) -> None:
    with changed.read() as session:
        head = ledger_head(session)
    found = report("overview")["head"]["ledger"]
    assert (found["events"], found["head"]) == head
