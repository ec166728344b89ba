from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from governance.kernel.clock import FixedClock
from governance.kernel.errors import InputError
from governance.kernel.value import parse
from governance.registry.assessments import assessments_at
from governance.registry.control_rows import assess_rows, evidence_from, read_words
from governance.registry.controls import Word, assess_control
from governance.registry.staleness import find_stale
from governance.registry.system_coverage import cover_system, expand
from governance.registry.system_history import current_threats, systems_at
from governance.registry.systems import (
    change_system,
    drop_threats,
    find_system,
    register_system,
    state_threats,
)
from governance.store.assessment import ControlAssessment
from governance.store.ledger_query import all_events
from governance.store.store import Store
from taxonomy import load

ONTOLOGY = load()
LOGS = "iso42001:A.6.2.8"


def _word(**fields: Any) -> Word:
    return parse(Word, {"control": LOGS, "status": "declared", "owner": "Platform", **fields})


def _verified(evidence: Any, **fields: Any) -> Word:
    return _word(status="verified", assessor="Audit", evidence=(evidence,), **fields)


def _say(store: Store, word: Word, system: str | None = None) -> str:
    with store.write() as transaction:
        found = find_system(transaction.session, system) if system else None
        return assess_control(transaction, ONTOLOGY, word, found).id


def _stale(store: Store, clock: FixedClock) -> dict[str, tuple[str, ...]]:
    with store.read() as session:
        found = find_stale(assessments_at(session), ONTOLOGY, clock.now())
    return {row.control: row.reasons for row in found}


@pytest.fixture
def system(store: Store) -> str:
    with store.write() as transaction:
        row = register_system(transaction, "claims", owner="Claims", facts={"cloud": "own"})
        state_threats(transaction, row, ONTOLOGY, ["MIS-01", "BIA"], "public")
    return "claims"


def test_systems_are_registered_changed_and_found(store: Store, system: str) -> None:
    with store.write() as transaction:
        row = find_system(transaction.session, system)
        assert change_system(transaction, row, {"risk_class": "high", "facts": {"users": "9"}})
        assert not change_system(transaction, row, {"risk_class": "high"})
        assert row.facts == {"cloud": "own", "users": "9"}
        with pytest.raises(InputError, match="registered already"):
            register_system(transaction, system)
    with store.read() as session:
        assert [row.name for row in systems_at(session)] == ["claims"]
        kinds = [event.kind for event in all_events(session)]
        with pytest.raises(InputError, match="no AI system") as error:
            find_system(session, "claim")
        assert error.value.hint == "did you mean claims?"
    assert kinds[-3:] == ["system.registered", "system.threats_stated", "system.changed"]


@pytest.mark.parametrize("name", ["", " x", "x\n", "x" * 201])
def test_names_that_are_none(sqlite_store: Store, name: str) -> None:
    with pytest.raises(InputError, match="no name"), sqlite_store.write() as transaction:
        register_system(transaction, name)


def test_threats_are_stated_once_and_end(store: Store, system: str, clock: FixedClock) -> None:
    before = clock.now()
    clock.advance(1)
    with store.write() as transaction:
        row = find_system(transaction.session, system)
        assert state_threats(transaction, row, ONTOLOGY, ["MIS-01", "UNR-01"]) == ["UNR-01"]
        drop_threats(transaction, row, ["BIA"], "no people are judged")
        for wrong in ("MIS-99", "loss:Legal"):
            with pytest.raises(InputError):
                state_threats(transaction, row, ONTOLOGY, [wrong])
        with pytest.raises(InputError, match="not said to face"):
            drop_threats(transaction, row, ["POI"], "")
        session = transaction.session
        assert [t.threat for t in current_threats(session, row)] == ["MIS-01", "UNR-01"]
        assert [t.threat for t in current_threats(session, row, before)] == ["BIA", "MIS-01"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"status": "verified", "assessor": "Audit"}, "needs evidence"),
        ({"status": "verified", "evidence": ({"title": "t", "location": "x"},)}, "an assessor"),
        ({"owner": ""}, "needs an owner"),
        ({"applicable": False}, "needs a justification"),
        ({"evidence": ({"title": "t"},)}, "a file's digest or a link"),
        ({"evidence": ({"title": "t", "digest": "md5:1"},)}, "should match pattern"),
        ({"status": "done"}, "Input should be"),
        ({"review_on": "31.12.2026"}, "date"),
    ],
)
def test_words_that_do_not_hold_together(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        _word(**fields)


def test_a_control_must_be_one(sqlite_store: Store) -> None:
    for control, message in (("iso42001:A.9.9", "has no"), ("MIS-01", "is no control")):
        with pytest.raises(InputError, match=message), sqlite_store.write() as transaction:
            assess_control(transaction, ONTOLOGY, _word(control=control))


def test_the_last_word_counts_and_earlier_ones_stay(
    store: Store, system: str, clock: FixedClock, tmp_path: Path
) -> None:
    file = tmp_path / "logs.txt"
    file.write_text("kept for a year")
    _say(store, _word())
    then = clock.now()
    clock.advance(1)
    _say(store, _verified(evidence_from(str(file), Path())))
    _say(store, _word(status="not_assessed"), system)
    with store.read() as session:
        now = {(row.system_id is None): row.status for row in assessments_at(session)}
        assert now == {True: "verified", False: "not_assessed"}
        assert [row.status for row in assessments_at(session, then)] == ["declared"]
        assert [len(row.evidence) for row in assessments_at(session)] == [1, 0]
        assert session.scalar(select(func.count()).select_from(ControlAssessment)) == 3


def test_words_cannot_be_changed_afterwards(store: Store) -> None:
    _say(store, _word())
    with pytest.raises(DatabaseError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text("UPDATE control_assessment SET status = 'verified'"))


def test_evidence_goes_stale(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    file = tmp_path / "policy.txt"
    file.write_text("first")
    review = date(2026, 4, 1)
    _say(store, _verified(evidence_from(str(file), Path()), review_on=review))
    _say(store, _word(control="iso42001:A.2.2", target="verified", due=date(2026, 3, 15)))
    link = evidence_from("https://example.org/audit", Path())
    _say(store, _verified(link, control="iso42001:A.9.2"))
    assert _stale(store, clock) == {}
    file.write_text("second")
    assert _stale(store, clock) == {LOGS: ("evidence has changed since: policy.txt",)}
    file.unlink()
    clock.moment += timedelta(days=31)
    assert _stale(store, clock) == {
        LOGS: ("review was due on 2026-04-01", "evidence is gone: policy.txt"),
        "iso42001:A.2.2": ("was to be verified by 2026-03-15",),
    }


def test_coverage_of_a_systems_threats(store: Store, system: str) -> None:
    link = evidence_from("https://example.org/audit", Path())
    _say(store, _verified(link))
    _say(store, _word(control="iso42001:A.6.2.4"), system)
    not_here = {"applicable": False, "justification": "no such thing", "status": "not_assessed"}
    _say(store, _word(control="iso42001:A.6.2.2", **not_here), system)
    with store.read() as session:
        row = find_system(session, system)
        found = cover_system(session, ONTOLOGY, row, framework="iso42001")
        every = cover_system(session, ONTOLOGY, row)
    threats = {threat.threat: threat for threat in found.threats}
    assert list(threats) == ["MIS-01", "BIA-01", "BIA-02", "BIA-03", "BIA-04", "BIA-05"]
    injection = threats["MIS-01"]
    assert (injection.verified, injection.declared, injection.not_assessed) == (1, 1, 1)
    assert injection.not_applicable == 1
    scopes = {control.control: control.scope for control in injection.controls}
    assert scopes == {LOGS: "organisation", "iso42001:A.6.2.4": "system", "iso42001:A.6.2.6": None}
    assert threats["BIA-05"].open
    assert found.open_threats == ("BIA-05",)
    assert every.threats[0].not_assessed > injection.not_assessed


def test_nothing_stated_is_no_pass(store: Store) -> None:
    with store.write() as transaction:
        row = register_system(transaction, "new")
        found = cover_system(transaction.session, ONTOLOGY, row)
    assert found.nothing_stated
    assert found.threats == ()
    assert expand(ONTOLOGY, ["IPT", "IPT-01", "MIS-02"])[:2] == ["MIS-02", "IPT-01"]


CSV = """\
control,status,system,owner,assessor,evidence,review_on
iso42001:A.2.2,declared,,Board,,,
iso42001:A.6.2.8,verified,claims,Platform,Audit,logs.txt; https://example.org/x,2027-01-01
"""


def test_a_file_of_words(store: Store, system: str, tmp_path: Path) -> None:
    (tmp_path / "logs.txt").write_text("x")
    words = read_words(CSV, "words.csv", tmp_path)
    with store.write() as transaction:
        rows = assess_rows(transaction, ONTOLOGY, words, "words.csv")
        assert [row.status for row in rows] == ["declared", "verified"]
    assert sorted(item.digest is None for item in rows[1].evidence) == [False, True]


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("A.2.2", "A.2.9", 2, None),
        ("declared,,Board", "declared,,", 2, None),
        ("claims", "clams", 3, "system"),
        ("logs.txt", "gone.txt", 3, "evidence"),
        ("2027-01-01", "soon", 3, "review_on"),
        ("status,system", "state,system", 2, "state"),
    ],
)
def test_a_broken_file_stores_nothing(
    sqlite_store: Store, tmp_path: Path, old: str, new: str, line: int, field: str | None
) -> None:
    with sqlite_store.write() as transaction:
        register_system(transaction, "claims")
    (tmp_path / "logs.txt").write_text("x")
    text = CSV.replace(old, new, 1)
    with pytest.raises(InputError) as error, sqlite_store.write() as transaction:
        words = read_words(text, "words.csv", tmp_path)
        assess_rows(transaction, ONTOLOGY, words, "words.csv")
    assert (error.value.file, error.value.line) == ("words.csv", line), str(error.value)
    if field:
        assert error.value.field == field
    with sqlite_store.read() as session:
        assert assessments_at(session) == []


def test_without_a_folder_only_links_are_evidence() -> None:
    text = CSV.replace("logs.txt; ", "")
    assert [row.system for row in read_words(text, "words.csv", None)] == [None, "claims"]
    with pytest.raises(InputError, match=r"'logs\.txt' is no link") as error:
        read_words(CSV, "words.csv", None)
    assert (error.value.line, error.value.field) == (3, "evidence")


def test_a_link_that_is_too_long_is_bad_input() -> None:
    with pytest.raises(InputError, match="at most 2000"):
        evidence_from("https://example.org/" + "x" * 2000, None)
