from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import insert, select

from governance.kernel.clock import FixedClock
from governance.registry import edition_migration
from governance.store.incidents import (
    ClassificationRun,
    Incident,
    IncidentClassification,
    IncidentImport,
)
from governance.store.ledger_query import all_events
from governance.store.store import Store
from taxonomy import load, load_edition

OLD, NEW = load_edition("2026.1"), load()
CODES = {
    "a": ("MIS", "MIS-01", "2026.1"),  # its definition changed: review
    "b": ("MIS", None, "2026.1"),  # the domain has new sub-threats: review
    "c": ("NONE", None, "2026.1"),  # stands
    "d": ("UNR", "UNR-01", "2026.2"),  # another edition
    "e": ("BIA", "BIA-02", None),  # no edition known
}


def _import(now: datetime) -> dict[str, object]:
    names = ("name", "format", "content_digest")
    counts = dict.fromkeys(("records", "added", "updated", "parts"), 1)
    moments = {"started_at": now, "finished_at": now}
    return {"id": "i", **dict.fromkeys(names, "x"), **counts, **moments}


@pytest.fixture
def coded(store: Store, clock: FixedClock) -> Store:
    now = clock.now()
    with store.write() as transaction:
        session = transaction.session
        session.execute(insert(IncidentImport), [_import(now)])
        for name, (domain, sub_threat, edition) in CODES.items():
            session.add(
                Incident(
                    id=name, source="s", source_id=name, content_digest="x", title=name,
                    description=name, source_labels={}, import_id="i", stored_at=now,
                )
            )  # fmt: skip
            session.add(
                ClassificationRun(
                    id=f"r{name}", model_name="m", model_version="1", edition=edition,
                    started_at=now, incidents=1, parts=1,
                )
            )  # fmt: skip
            session.flush()
            session.add(
                IncidentClassification(
                    id=f"c{name}", incident_id=name, run_id=f"r{name}", model_name="m",
                    model_version="1", content_digest="x", domain=domain, sub_threat=sub_threat,
                    confidence=0.5, abstained=False, result={"losses": [1]}, classified_at=now,
                )
            )  # fmt: skip
    return store


def test_the_plan_changes_nothing(coded: Store) -> None:
    with coded.read() as session:
        plan = edition_migration.plan(session, OLD, NEW)
    assert plan.keep == ("cc",)
    assert {row.incident: row.code for row in plan.review} == {"a": "MIS-01", "b": "MIS"}
    assert "MIS-X1" in plan.review[0].candidates
    assert plan.other_editions == {"2026.2": 1, "unknown": 1}


def test_what_stands_is_carried_over_and_the_rest_keeps_its_edition(
    coded: Store, clock: FixedClock
) -> None:
    clock.advance(1)
    with coded.write() as transaction:
        plan = edition_migration.plan(transaction.session, OLD, NEW)
        assert edition_migration.apply(transaction, plan) == 1
    with coded.read() as session:
        query = (
            select(IncidentClassification, ClassificationRun)
            .join(ClassificationRun, ClassificationRun.id == IncidentClassification.run_id)
            .where(IncidentClassification.superseded_at.is_(None))
        )
        found = {row.incident_id: (row, run) for row, run in session.execute(query)}
        assert {name: run.edition for name, (_, run) in found.items()} == {
            "a": "2026.1",
            "b": "2026.1",
            "c": "2026.2",
            "d": "2026.2",
            "e": None,
        }
        row, run = found["c"]
        assert (row.result, row.model_name, row.classified_at) == (
            {"losses": [1]},
            "m",
            clock.now(),
        )
        assert run.incidents == 1
        old = session.get_one(IncidentClassification, "cc")
        assert old.superseded_at == clock.now()
        event = list(all_events(session))[-1]
        assert event.kind == "incidents.edition_migrated"
        again = edition_migration.plan(session, OLD, NEW)
        assert again.keep == ()
