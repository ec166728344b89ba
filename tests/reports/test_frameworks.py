"""Statement of applicability, AI RMF profile, AI Act, risk register, treatment plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from report_filled import add_controls, freeze, moment_later

from governance.identity.principals import add_new
from governance.kernel.errors import InputError
from governance.registry.risks import all_frequencies
from governance.registry.systems import change_system, find_system
from governance.reports.build import Request, build
from governance.store.store import Store


def data_of(store: Store, kind: str, **options: object) -> dict[str, Any]:
    request = Request(kind=kind, format="json", **options)  # type: ignore[arg-type]
    data: dict[str, Any] = json.loads(build(store, request))
    return data


def controls_of(store: Store) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in data_of(store, "soa")["controls"]}


def test_the_statement_names_all_38_controls_and_counts_apart(governed_store: Store) -> None:
    data = data_of(governed_store, "soa")
    assert len(data["controls"]) == 38
    assert data["coverage"] == {"verified": 2, "declared": 1, "not_assessed": 34}
    assert data["excluded"] == 1
    rows = controls_of(governed_store)
    assert rows["A.2.2"]["applicable"] == "yes"
    assert rows["A.2.2"]["evidence"][0]["file"] == "there"
    assert rows["A.4.2"]["applicable"] == "no"
    assert rows["A.4.2"]["justification"]
    assert rows["A.7.2"]["status"] == "not_assessed"
    assert "MIS-01" in rows["A.6.2.6"]["threats"] or "MIS" in rows["A.6.2.6"]["threats"]


def test_no_path_of_this_machine_leaves_in_a_report(
    governed_store: Store, store_files: Path
) -> None:
    for kind in ("soa", "overview", "treatment-plan"):
        assert str(store_files) not in json.dumps(data_of(governed_store, kind))


def test_a_missing_or_changed_file_is_said_and_becomes_an_action(
    filled_store: Store, tmp_path: Path
) -> None:
    add_controls(filled_store, tmp_path)
    proof = tmp_path / "policy.txt"
    proof.write_text("Another policy.")
    assert controls_of(filled_store)["A.2.2"]["evidence"][0]["file"] == "changed"
    proof.unlink()
    row = controls_of(filled_store)["A.2.2"]
    assert row["evidence"][0]["file"] == "missing"
    assert row["stale"] is True
    items = data_of(filled_store, "treatment-plan")["items"]
    assert {row["code"]: row["action"] for row in items}["A.2.2"] == "restore"
    page = build(filled_store, Request(kind="soa")).decode()
    assert "file missing" in page


def test_a_review_that_is_due_is_said(governed_store: Store) -> None:
    assert controls_of(governed_store)["A.6.2.6"]["stale"] is True
    gaps = {row["what"]: row["count"] for row in data_of(governed_store, "soa")["not_assessed"]}
    assert gaps["Assessments that are due for review"] == 1
    assert gaps["Controls without an assessment"] == 34


def test_the_profile_holds_current_against_target(governed_store: Store) -> None:
    functions = {
        row["function"]: row for row in data_of(governed_store, "nist-ai-rmf")["functions"]
    }
    assert {name: len(row["subcategories"]) for name, row in functions.items()} == {
        "GOVERN": 19,
        "MAP": 18,
        "MEASURE": 22,
        "MANAGE": 13,
    }
    assert functions["GOVERN"]["targets"] == functions["GOVERN"]["short_of_target"] == 1
    assert functions["MAP"]["targets"] == 0


def test_each_system_stands_with_its_declared_role_and_class(governed_store: Store) -> None:
    data = data_of(governed_store, "eu-ai-act")
    systems = {row["name"]: row for row in data["systems"]}
    assert set(systems) == {"Hiring assistant", "<b>Chat</b> {{ 7*7 }}"}
    assert data["retired"] == ["Old system"]
    hiring = systems["Hiring assistant"]
    assert (hiring["role"], hiring["risk_class"]) == ("deployer", "high")
    rows = {row["code"]: row for row in hiring["articles"]}
    assert len(rows) == 14
    assert (rows["Art.14"]["status"], rows["Art.14"]["scope"]) == ("verified", "system")
    assert (rows["Art.9"]["status"], rows["Art.9"]["scope"]) == ("declared", "organisation")
    assert rows["Art.10"]["scope"] is None
    assert data["coverage"] == {"verified": 1, "declared": 2, "not_assessed": 25}


def test_an_owner_who_is_no_principal_is_marked_as_typed(governed_store: Store) -> None:
    freeze(governed_store, "strong")
    for kind, name in (
        ("eu-ai-act", "Personnel"),
        ("treatment-plan", "Operations"),
        ("risk-register", "Risk office"),
    ):
        text = build(governed_store, Request(kind=kind, format="md")).decode()
        assert text.count(name) == text.count(f"{name} (typed)") > 0


def test_an_owner_who_is_a_principal_stands_by_name_alone(governed_store: Store) -> None:
    with governed_store.write() as transaction:
        add_new(transaction, "ada", "person")
        system = find_system(transaction.session, "Hiring assistant")
        change_system(transaction, system, {"owner": "ada"})
    text = build(governed_store, Request(kind="eu-ai-act", format="md")).decode()
    assert "ada" in text
    assert "ada (typed)" not in text


def test_one_system_can_be_asked_for(governed_store: Store) -> None:
    data = data_of(governed_store, "eu-ai-act", subject="Hiring assistant")
    assert [row["name"] for row in data["systems"]] == ["Hiring assistant"]
    assert data["head"]["subject"] == "Hiring assistant"
    with pytest.raises(InputError, match="no AI system is named"):
        data_of(governed_store, "eu-ai-act", subject="nothing")


def test_a_system_is_shown_as_it_was_declared_then(governed_store: Store) -> None:
    then = governed_store.clock.now()
    moment_later(governed_store, 1)
    with governed_store.write() as transaction:
        system = find_system(transaction.session, "Hiring assistant")
        change_system(transaction, system, {"risk_class": "minimal"})
    now = data_of(governed_store, "eu-ai-act", subject="Hiring assistant")
    past = data_of(governed_store, "eu-ai-act", subject="Hiring assistant", at=then)
    assert now["systems"][0]["risk_class"] == "minimal"
    assert past["systems"][0]["risk_class"] == "high"


def test_without_systems_the_articles_stand_for_the_organisation(ready_store: Store) -> None:
    data = data_of(ready_store, "eu-ai-act")
    assert data["systems"] == []
    assert data["coverage"] == {"verified": 0, "declared": 0, "not_assessed": 14}


def test_the_register_has_nine_entries_whatever_is_known(governed_store: Store) -> None:
    data = data_of(governed_store, "risk-register")
    entries = {row["domain"]: row for row in data["entries"]}
    assert len(entries) == 9
    assert entries["MIS"]["status"] == "verified"
    assert entries["PRV"]["status"] == "declared"
    assert entries["DRF"]["status"] == "not_assessed"
    assert entries["MIS"]["incidents"] == 3
    assert [row["domain"] for row in data["entries"]][:2] == ["PRV", "MIS"]


def test_frequencies_are_those_of_the_registry(governed_store: Store) -> None:
    freeze(governed_store, "strong")
    moment_later(governed_store, 30)
    with governed_store.read() as session:
        expected = {row.threat: row for row in all_frequencies(session, governed_store.clock.now())}
    found = data_of(governed_store, "risk-register")["registered"]
    assert {row["threat"] for row in found} == set(expected) == {"MIS", "MIS-01"}
    for row in found:
        assert row["events"] == expected[row["threat"]].events == 1
        assert row["mean"] == pytest.approx(expected[row["threat"]].mean)
        assert row["high"] == pytest.approx(expected[row["threat"]].high)


def test_the_plan_puts_what_is_at_stake_first(governed_store: Store) -> None:
    items = data_of(governed_store, "treatment-plan")["items"]
    stakes = [row["expected_loss"] or 0.0 for row in items]
    assert stakes == sorted(stakes, reverse=True)
    actions = {row["code"]: row["action"] for row in items}
    assert actions["A.3.2"] == "verify"
    assert actions["A.6.2.6"] == "review"
    assert actions["A.7.2"] == "assess"
    assert "A.2.2" not in actions
    assert "A.4.2" not in actions


def test_a_frozen_agent_stands_at_t0_and_says_why(governed_store: Store) -> None:
    freeze(governed_store, "strong")
    data = data_of(governed_store, "agent", subject="strong")
    assert data["tier"] == 0
    assert data["agent"]["status"] == "frozen"
    assert "it paid the wrong account" in data["reasons"][0]
    assert [(row["severity"], row["effect"]) for row in data["incidents"]] == [("high", "freeze")]
    rows = {row["name"]: row for row in data_of(governed_store, "overview")["agents"]["agents"]}
    assert rows["strong"]["tier"] == 0
