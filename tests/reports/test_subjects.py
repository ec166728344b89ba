"""Reports about one agent or one incident."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from report_filled import moment_later, review
from report_pages import faults_of, words_of

from governance.economy.authority import read_used
from governance.economy.reservations import reserve
from governance.incidents.view import find_incident
from governance.kernel.errors import InputError
from governance.kernel.money import parse_money
from governance.registry.agents import change_agent, find_agent
from governance.registry.standing import standing_of_agent
from governance.reports.build import Request, build
from governance.store.store import Store

Build = Callable[..., str]


def data_of(store: Store, kind: str, subject: str, **options: object) -> dict[str, object]:
    request = Request(kind=kind, format="json", subject=subject, **options)  # type: ignore[arg-type]
    data: dict[str, object] = json.loads(build(store, request))
    return data


@pytest.mark.parametrize("name", ["strong", "weak", "uncertified", "retired"])
def test_an_agent_stands_where_the_registry_says(filled_store: Store, name: str) -> None:
    moment_later(filled_store, 15)
    data = data_of(filled_store, "agent", name)
    with filled_store.read() as session:
        standing = standing_of_agent(session, find_agent(session, name), filled_store.clock.now())
    assert (data["tier"] or 0) == standing.tier
    drops = [drop["tier"] for drop in data["drops"]]  # type: ignore[attr-defined]
    assert drops == [drop.tier for drop in standing.tier_drops]
    page = build(filled_store, Request(kind="agent", subject=name)).decode()
    assert faults_of(page) == []


def test_missing_dimensions_are_not_assessed_and_named(filled_store: Store) -> None:
    data = data_of(filled_store, "agent", "weak")
    assert data["coverage"] == {"verified": 0, "declared": 2, "not_assessed": 2}
    scores = {row["dimension"]: row["score"] for row in data["dimensions"]}  # type: ignore[attr-defined]
    assert scores == {"cc": 0.5, "er": 0.4, "as": None, "ih": None}


def test_verified_evidence_is_told_from_declared(filled_store: Store) -> None:
    assert data_of(filled_store, "agent", "strong")["coverage"] == {
        "verified": 4,
        "declared": 0,
        "not_assessed": 0,
    }


def test_a_void_certificate_gives_nothing_and_says_why(filled_store: Store) -> None:
    before = filled_store.clock.now()
    moment_later(filled_store, 1)
    with filled_store.write() as transaction:
        agent = find_agent(transaction.session, "strong")
        change_agent(transaction, agent, {"model": "sha256:" + "1" * 64})
    data = data_of(filled_store, "agent", "strong")
    assert data["tier"] is None
    assert "void" in str(data["reasons"])
    assert data_of(filled_store, "agent", "strong", at=before)["tier"] == 4


def test_an_agent_is_unknown_before_it_was_registered(filled_store: Store) -> None:
    early = filled_store.clock.now().replace(year=2020)
    with pytest.raises(InputError, match="later"):
        data_of(filled_store, "agent", "strong", at=early)


def test_an_incident_shows_code_evidence_kind_and_duties(filled_store: Store) -> None:
    data = data_of(filled_store, "incident", "sample:3")
    code = data["code"]
    assert (code["sub_threat"], code["coded_by"], code["status"]) == ("PRV-01", "model", "declared")  # type: ignore[index]
    duties = {row["duty"]: row for row in data["duties"]}  # type: ignore[attr-defined]
    assert all(row["standing"] == "may_apply" for row in duties.values())
    assert any("GDPR" in row["law"] for row in duties.values())
    assert data["answers"]


def test_a_reviewed_incident_is_verified(filled_store: Store) -> None:
    with filled_store.read() as session:
        incident = find_incident(session, "sample:0")
    moment_later(filled_store, 1)
    review(filled_store, incident, "PRV", "PRV-02")
    code = data_of(filled_store, "incident", "sample:0")["code"]
    assert (code["domain"], code["status"], code["reviewer"]) == ("PRV", "verified", "reviewer")  # type: ignore[index]
    assert code["reviewer_id"] is None  # type: ignore[index]


@pytest.mark.parametrize("known", [True, False])
def test_a_reviewer_who_is_no_principal_is_marked_as_typed(
    filled_store: Store, known: bool
) -> None:
    with filled_store.read() as session:
        incident = find_incident(session, "sample:0")
    moment_later(filled_store, 1)
    review(filled_store, incident, "PRV", "PRV-02", "01" if known else None)
    for language, mark in (("en", "(typed)"), ("de", "(eingetippt)")):
        request = Request(kind="incident", format="md", subject="sample:0", language=language)
        text = build(filled_store, request).decode()
        assert text.count("reviewer") == 2
        assert text.count(f"reviewer {mark}") == (0 if known else 2)


def test_an_unclassified_incident_is_not_assessed(filled_store: Store) -> None:
    data = data_of(filled_store, "incident", "sample:7")
    assert data["nothing_assessed"] is True
    assert data["coverage"] == {"verified": 0, "declared": 1, "not_assessed": 2}


def test_hostile_incident_texts_do_nothing(built: Build) -> None:
    page = built("incident", subject="sample:0")
    assert faults_of(page) == []
    assert "<script>alert(1)</script>" in words_of(page)
    text = built("incident", "md", subject="sample:0")
    assert "<script" not in text
    assert "\x1b" not in text


def test_money_at_risk_is_that_of_the_books(filled_store: Store) -> None:
    before = filled_store.clock.now()
    moment_later(filled_store, 1)
    with filled_store.write() as transaction:
        agent = find_agent(transaction.session, "strong")
        assert reserve(transaction, agent, parse_money("12.50 USD"), key="one").granted
    with filled_store.read() as session:
        used = read_used(session, agent.id, "USD")
    data = data_of(filled_store, "agent", "strong")
    (row,) = data["at_risk"]  # type: ignore[misc]
    assert used is not None
    assert row["reserved"] == {"amount": used.reserved, "currency": "USD"}  # type: ignore[index]
    assert row["total"]["amount"] == used.reserved == 1250  # type: ignore[index]
    assert data_of(filled_store, "agent", "strong", at=before)["at_risk"] == []
    page = build(filled_store, Request(kind="agent", subject="strong")).decode()
    assert "12.50 USD" in words_of(page)
