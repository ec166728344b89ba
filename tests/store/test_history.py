"""What the ledger says of a moment."""

from __future__ import annotations

from datetime import timedelta

from governance.kernel.clock import FixedClock
from governance.store.history import (
    events_between,
    events_until,
    head_at,
    last_event,
    subjects_of,
)
from governance.store.ledger import GENESIS, ledger_head
from governance.store.store import Store


def _record(store: Store, kind: str, subject: str) -> None:
    with store.write() as transaction:
        transaction.record(kind, subject, {"said": subject})


def test_the_head_of_now_and_of_then(store: Store, clock: FixedClock) -> None:
    said = {}
    for number in range(3):
        clock.advance(1)
        _record(store, "thing.done", f"s{number}")
        with store.read() as session:
            said[clock.now()] = ledger_head(session)
    with store.read() as session:
        assert {moment: head_at(session, moment) for moment in said} == said
        before = min(said) - timedelta(days=99)
        assert head_at(session, before) == (0, GENESIS)


def test_what_happened_until_a_moment(store: Store, clock: FixedClock) -> None:
    start = clock.now()
    for days, kind, subject in ((1, "a", "x"), (1, "b", "x"), (1, "a", "y"), (1, "a", "x")):
        clock.advance(days)
        _record(store, kind, subject)
    third = start + timedelta(days=3)
    with store.read() as session:
        assert subjects_of(session, "a", third) == {
            "x": start + timedelta(days=1),
            "y": third,
        }
        last = last_event(session, "a", "x", third)
        assert last is not None
        assert last.at == start + timedelta(days=1)
        assert last_event(session, "a", "z", third) is None
        events = [(event.kind, event.subject) for event in events_until(session, ("a",), third)]
        assert events == [("a", "x"), ("a", "y")]
        counts = events_between(session, start + timedelta(days=1), clock.now())
        assert [(row.kind, row.count, row.last_at) for row in counts] == [
            ("a", 2, clock.now()),
            ("b", 1, start + timedelta(days=2)),
        ]
