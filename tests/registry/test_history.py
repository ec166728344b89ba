"""Systems, words on controls, risks, runs and the edition: of now, and of a moment before."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from governance.kernel.canonical import digest
from governance.kernel.clock import FixedClock
from governance.registry.assessments import assessments_at, counting_words
from governance.registry.controls import Evidence, Word, assess_control
from governance.registry.exposure import newest_runs
from governance.registry.ontology import ontology_at
from governance.registry.risks import all_frequencies, register_risk
from governance.registry.system_history import systems_at
from governance.registry.systems import (
    change_system,
    drop_threats,
    find_system,
    register_system,
    state_threats,
)
from governance.store.exposure import RiskRun
from governance.store.ontology import TaxonomyEdition
from governance.store.store import Store, Transaction
from taxonomy import load
from taxonomy.packaged import editions

ONTOLOGY = load()
LOGS = "iso42001:A.6.2.8"
LINK = Evidence(title="audit", location="https://example.org/audit")


def _run(transaction: Transaction, domain: str | None) -> None:
    run = RiskRun(
        id=transaction.new_id(),
        batch_id="b",
        at=transaction.now,
        domain=domain,
        currency="USD",
        horizon_years=1.0,
        scenario={},
        scenario_digest=digest(str(domain)),
        result={},
        basis={},
    )
    transaction.session.add(run)


def _change(transaction: Transaction, step: int) -> None:
    """One of the changes that the readers tell of; each of five steps makes several."""
    session = transaction.session
    if step == 0:
        claims = register_system(transaction, "claims", owner="Claims", facts={"cloud": "own"})
        state_threats(transaction, claims, ONTOLOGY, ["MIS-01", "BIA"])
        register_risk(transaction, "MIS")
        return
    claims = find_system(session, "claims")
    word = Word(control=LOGS, status="declared", owner=f"Owner {step}")
    if step == 1:
        change_system(transaction, claims, {"risk_class": "high", "facts": {"users": "9"}})
        assess_control(transaction, ONTOLOGY, word)
        _run(transaction, "MIS")
    elif step == 2:
        drop_threats(transaction, claims, ["BIA"], "no people are judged")
        assess_control(transaction, ONTOLOGY, word, claims)
        _run(transaction, None)
    elif step == 3:
        change_system(transaction, claims, {"status": "retired"})
        verified = {"status": "verified", "assessor": "Audit", "evidence": (LINK,)}
        assess_control(transaction, ONTOLOGY, word.model_copy(update=verified))
        register_risk(transaction, "PRV")
        _run(transaction, "MIS")
    else:
        register_system(transaction, "another")
        state_threats(transaction, claims, ONTOLOGY, ["BIA", "UNR-01"])
        assess_control(transaction, ONTOLOGY, word)


def _answers(store: Store, at: datetime | None) -> tuple[Any, ...]:
    with store.read() as session:
        return (
            systems_at(session, at),
            assessments_at(session, at),
            [run.id for run in newest_runs(session, at)],
            [row.threat for row in all_frequencies(session, at or store.clock.now())],
        )


def test_a_moment_later_says_what_now_said_then(store: Store, clock: FixedClock) -> None:
    said = {}
    for step in range(5):
        clock.advance(1)
        with store.write() as transaction:
            _change(transaction, step)
        said[clock.now()] = _answers(store, None)
    answers = list(said.values())
    assert all(first != second for first, second in pairwise(answers))
    for moment, answer in said.items():
        assert _answers(store, moment) == answer, moment
        assert _answers(store, moment + timedelta(hours=1)) == answer, moment
    assert _answers(store, min(said) - timedelta(days=1)) == ([], [], [], [])


def test_a_word_on_a_system_counts_before_one_of_the_organisation(
    store: Store, clock: FixedClock
) -> None:
    for step in range(3):
        clock.advance(1)
        with store.write() as transaction:
            _change(transaction, step)
    with store.read() as session:
        claims = find_system(session, "claims").id
        words = assessments_at(session)
    assert counting_words(words)[LOGS].owner == "Owner 1"
    assert counting_words(words, claims)[LOGS].owner == "Owner 2"
    assert counting_words(words, "another")[LOGS].owner == "Owner 1"


def test_the_edition_in_use_then(store: Store, clock: FixedClock) -> None:
    older = next(name for name in editions() if name != ONTOLOGY.edition)
    first = clock.now()
    for edition in (older, "of-nobody", ONTOLOGY.edition):
        clock.advance(1)
        with store.write() as transaction:
            transaction.session.add(
                TaxonomyEdition(digest=edition, edition=edition, loaded_at=transaction.now)
            )
    with store.read() as session:
        found = [
            ontology_at(session, first + timedelta(days=days)).edition for days in (1, 2, 3, 4)
        ]
        assert found == [older, *[ONTOLOGY.edition] * 3]
        assert ontology_at(session).edition == ONTOLOGY.edition
