"""One reader of what counts for an incident: what it said then, it says later of then."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.incidents.coding import classify_stored
from governance.incidents.codings import Coding, codings, codings_of
from governance.incidents.counts import count_by_kind
from governance.incidents.importing import import_records
from governance.incidents.intake import ReadResult
from governance.incidents.merged import stands_for
from governance.incidents.merging import merge_incidents, unmerge_incident
from governance.incidents.reviews import add_review
from governance.incidents.view import IncidentFilter, find_incident, list_incidents
from governance.kernel.clock import FixedClock
from governance.kernel.errors import InputError
from governance.store.engine import make_engine
from governance.store.store import Store
from taxonomy import load

MakeRecords = Callable[..., ReadResult]
COUNT = 4
SHOWN = (
    "source", "domain", "sub_threat", "confidence", "abstained", "abstain_reason", "losses",
    "coded_by", "reviewer", "model",
)  # fmt: skip
INCIDENT = st.integers(0, COUNT - 1)
STEPS = st.one_of(
    st.tuples(st.just("add"), st.integers(1, COUNT)),
    st.tuples(st.just("change"), INCIDENT, st.sampled_from([" anew", " again"])),
    st.tuples(st.just("classify"), st.sampled_from(["1", "2", "3"])),
    st.tuples(st.just("review"), INCIDENT, st.sampled_from(["accept", "BIA", "UNR-01", "NONE"])),
    st.tuples(st.just("merge"), INCIDENT, INCIDENT),
    st.tuples(st.just("unmerge"), INCIDENT),
    st.tuples(st.just("wait"), st.just(1)),
)
EVERY_KIND = [
    ("add", 4), ("wait", 1), ("classify", "1"), ("review", 1, "BIA"), ("wait", 1),
    ("merge", 2, 3), ("merge", 1, 2), ("wait", 1), ("change", 1, " anew"), ("wait", 1),
    ("unmerge", 2), ("classify", "2"), ("wait", 1), ("review", 1, "accept"), ("unmerge", 3),
    ("change", 1, " again"),
]  # fmt: skip


class Walk:
    """Changes of a store, and what the readers of now said after each."""

    def __init__(self, store: Store, records: MakeRecords, classifier: Callable[..., Any]) -> None:
        self.store, self.records, self.classifier = store, records, classifier
        self.said: dict[datetime, tuple[Any, ...]] = {}

    def run(self, steps: list[tuple[Any, ...]]) -> None:
        for name, *arguments in steps:
            try:
                getattr(self, name)(*arguments)
            except InputError:
                continue  # there is nothing to do it to: the readers say what they said
            finally:
                self.said[self.store.clock.now()] = self.answers(None)

    def answers(self, at: datetime | None) -> tuple[Any, ...]:
        with self.store.read() as session:
            found = list(codings(session, at))
            each = codings_of(session, [row.incident_id for row in found], at)
            assert each == found
            return found, stands_for(session, at), count_by_kind(session, at)

    def wait(self, days: int) -> None:
        self.store.clock.advance(days)  # type: ignore[attr-defined]

    def add(self, count: int) -> None:
        import_records(self.store, self.records(count))

    def change(self, number: int, text: str) -> None:
        when = f"2024-{number + 1:02d}"
        record = self.records(1, start=number, text=text, occurred=when)
        with self.store.read() as session:
            find_incident(session, _name(number))
        import_records(self.store, record, replace=True)

    def classify(self, version: str) -> None:
        classify_stored(self.store, self.classifier(version))

    def review(self, number: int, code: str) -> None:
        verdict, given_code = ("accept", None) if code == "accept" else ("correct", code)
        with self.store.write() as transaction:
            incident = find_incident(transaction.session, _name(number))
            add_review(
                transaction,
                incident,
                load(),
                reviewer="ana",
                verdict=verdict,  # type: ignore[arg-type]
                code=given_code,
            )

    def merge(self, keep: int, drop: int) -> None:
        with self.store.write() as transaction:
            merge_incidents(transaction, _name(keep), _name(drop))

    def unmerge(self, number: int) -> None:
        with self.store.write() as transaction:
            unmerge_incident(transaction, _name(number))


def _name(number: int) -> str:
    return f"bench:B-{number:05d}"


def _check(walk: Walk) -> None:
    for moment, said in walk.said.items():
        assert walk.answers(moment) == said, moment
    first = min(walk.said, default=walk.store.clock.now()) - timedelta(days=1)
    assert walk.answers(first)[0] == []


def test_a_moment_later_says_what_now_said_then(
    store: Store, records: MakeRecords, word_classifier: Callable[..., Any]
) -> None:
    walk = Walk(store, records, word_classifier)
    walk.run(EVERY_KIND)
    found: list[Coding] = walk.said[store.clock.now()][0]
    assert len(walk.said) == 6
    assert len({said[0][0].record for said in walk.said.values()}) > 1
    assert [row.coded_by for row in found].count("review") == 0  # the text was changed since
    _check(walk)


@contextmanager
def _fresh(template: Any, file: Path, start: datetime) -> Iterator[Store]:
    shutil.copyfile(template.url, file)
    store = Store(make_engine(str(file)), FixedClock(start), "tester", random.Random(5).randbytes)
    try:
        yield store
    finally:
        store.close()


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # both only make values
)
@given(steps=st.lists(STEPS, max_size=14))
def test_whatever_happened_then_is_known_later(
    sqlite_template: Any,
    tmp_path_factory: pytest.TempPathFactory,
    records: MakeRecords,
    word_classifier: Callable[..., Any],
    steps: list[tuple[Any, ...]],
) -> None:
    file = tmp_path_factory.mktemp("walk") / "store.db"
    with _fresh(sqlite_template, file, datetime.fromisoformat("2026-03-01T12:00Z")) as store:
        walk = Walk(store, records, word_classifier)
        walk.run([("add", 2), *steps])
        _check(walk)


def test_the_list_shows_the_codings(
    store: Store, records: MakeRecords, word_classifier: Callable[..., Any]
) -> None:
    walk = Walk(store, records, word_classifier)
    walk.run(EVERY_KIND[:11])
    with store.read() as session:
        listed = {row.id: row for row in list_incidents(session, IncidentFilter())}
        for at in (None, store.clock.now()):
            found = {row.incident_id: row for row in codings(session, at)}
            assert found.keys() == listed.keys()
            for name, row in found.items():
                for field in SHOWN:
                    assert getattr(row, field) == getattr(listed[name], field), field
