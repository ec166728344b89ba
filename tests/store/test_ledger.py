from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from governance.kernel.clock import FixedClock
from governance.kernel.errors import StorageError
from governance.store.ledger import LATER, Proof
from governance.store.ledger_query import all_events, last_events
from governance.store.store import Store
from governance.store.verify import LedgerVerification, verify_ledger


@pytest.fixture
def filled(store: Store) -> Store:
    for number in range(9):
        with store.write() as transaction:
            transaction.record("thing.counted", f"thing-{number}", {"number": number})
    return store


def _verify(store: Store) -> LedgerVerification:
    with store.read() as session:
        return verify_ledger(session, batch=3)


def _tamper(store: Store, change: Callable[[Session], None]) -> LedgerVerification:
    """Change rows as somebody would who has the database's own password."""
    sqlite = store.engine.dialect.name == "sqlite"
    names = ("no_update", "no_delete") if sqlite else ("no_change",)
    on = "" if sqlite else " ON ledger_event"
    with Session(store.engine) as session, session.begin():
        for name in names:
            session.execute(text(f"DROP TRIGGER ledger_event_{name}{on}"))
        change(session)
    return _verify(store)


def test_an_untouched_ledger_verifies(filled: Store) -> None:
    found = _verify(filled)
    assert (found.ok, found.events, found.faults) == (True, 10, ())


def test_update_and_delete_are_refused(filled: Store) -> None:
    for statement in ("UPDATE ledger_event SET actor = 'x'", "DELETE FROM ledger_event"):
        with pytest.raises(StorageError, match="append-only"), filled.write() as transaction:
            transaction.session.execute(text(statement))
    assert _verify(filled).ok


REPLACE = (
    "INSERT OR REPLACE INTO ledger_event SELECT sequence, at, 'forged', subject, actor, payload, "
    "previous_hash, hash, actor_id, via, claimed FROM ledger_event WHERE sequence = 4"
)


@pytest.mark.parametrize(
    "statement", [REPLACE, REPLACE.replace("INSERT OR REPLACE", "REPLACE"), "UPDATE OR REPLACE"]
)
def test_sqlite_replaces_nothing(sqlite_store: Store, statement: str) -> None:
    with sqlite_store.write() as transaction:
        for number in range(5):
            transaction.record("thing.counted", "thing", {"number": number})
    if statement.startswith("UPDATE"):
        statement = "UPDATE OR REPLACE ledger_event SET sequence = 4 WHERE sequence = 5"
    with pytest.raises(StorageError, match="append-only"), sqlite_store.write() as transaction:
        transaction.session.execute(text(statement))
    assert _verify(sqlite_store).ok


def test_sqlite_replaces_no_row_by_its_hidden_number(sqlite_store: Store) -> None:
    from governance.economy.books import open_accounts

    with sqlite_store.write() as transaction:
        open_accounts(transaction.session, "party/a", ("funds",), "USD")
    forge = "INSERT OR REPLACE INTO account (rowid, id, owner, kind, currency) "
    forge += "SELECT rowid, 'x', owner, kind, currency FROM account"
    with pytest.raises(StorageError, match="append-only"), sqlite_store.write() as transaction:
        transaction.session.execute(text(forge))


@pytest.mark.postgres
def test_truncate_is_refused_on_postgresql(postgres_url: str, clock: FixedClock) -> None:
    from governance.store.engine import make_engine
    from governance.store.initialise import initialise

    store = Store(make_engine(postgres_url), clock, "tester")
    initialise(store)
    with pytest.raises(StorageError, match="append-only"), store.write() as transaction:
        transaction.session.execute(text("TRUNCATE ledger_event"))
    store.close()


@pytest.mark.parametrize("column", ["kind", "subject", "actor", "payload", *LATER])
def test_a_changed_event_is_named(filled: Store, column: str) -> None:
    change = text(f"UPDATE ledger_event SET {column} = '{{}}' WHERE sequence = 4")
    found = _tamper(filled, lambda session: session.execute(change) and None)
    assert [(fault.sequence, fault.fault) for fault in found.faults] == [(4, "changed")]


@pytest.mark.parametrize("column", LATER)
@pytest.mark.parametrize("value", ["NULL", "'somebody else'"])
def test_how_who_acted_was_known_is_under_the_hash(filled: Store, column: str, value: str) -> None:
    known = filled.acting_as("ada", Proof("an id", "token:1", "boss"))
    with known.write() as transaction:
        event = transaction.record("thing.counted", "thing-9", {})
    assert _verify(filled).ok
    change = text(f"UPDATE ledger_event SET {column} = {value} WHERE sequence = {event.sequence}")
    found = _tamper(filled, lambda session: session.execute(change) and None)
    assert [fault.sequence for fault in found.faults] == [event.sequence]


def test_a_changed_event_with_a_fitting_hash_breaks_the_next_link(filled: Store) -> None:
    from governance.store.ledger import LedgerEvent, hash_of

    def change(session: Session) -> None:
        event = session.get_one(LedgerEvent, 4)
        event.payload = '{"number":99}'
        event.hash = hash_of(event, 4)

    found = _tamper(filled, change)
    assert [(fault.sequence, fault.fault) for fault in found.faults] == [(5, "changed")]


def test_a_missing_event_is_named(filled: Store) -> None:
    delete = text("DELETE FROM ledger_event WHERE sequence IN (4, 5)")
    found = _tamper(filled, lambda session: session.execute(delete) and None)
    assert [(fault.sequence, fault.fault) for fault in found.faults] == [(4, "missing")]
    assert "4 to 5" in found.faults[0].detail


def test_a_truncated_tail_is_named(filled: Store) -> None:
    delete = text("DELETE FROM ledger_event WHERE sequence > 7")
    found = _tamper(filled, lambda session: session.execute(delete) and None)
    assert [(fault.sequence, fault.fault) for fault in found.faults] == [(8, "truncated")]


def test_swapped_events_are_named(filled: Store) -> None:
    def swap(session: Session) -> None:
        for old, new in ((4, 100), (5, 4), (100, 5)):
            session.execute(
                text(f"UPDATE ledger_event SET sequence = {new} WHERE sequence = {old}")
            )

    found = _tamper(filled, swap)
    assert [(fault.sequence, fault.fault) for fault in found.faults[:2]] == [
        (4, "reordered"),
        (5, "reordered"),
    ]


def test_a_copied_event_is_named(filled: Store) -> None:
    def copy(session: Session) -> None:
        for number in range(10, 5, -1):
            session.execute(
                text(f"UPDATE ledger_event SET sequence = {number + 1} WHERE sequence = {number}")
            )
        session.execute(
            text(
                "INSERT INTO ledger_event SELECT 6, at, kind, subject, actor, payload, "
                "previous_hash, hash, actor_id, via, claimed FROM ledger_event WHERE sequence = 5"
            )
        )

    found = _tamper(filled, copy)
    assert (found.faults[0].sequence, found.faults[0].fault) == (6, "duplicated")
    assert found.faults[0].detail == "a copy of event 5"


def test_an_event_that_no_writer_wrote_is_named(filled: Store) -> None:
    from governance.store.ledger import LedgerEvent, hash_of

    def append(session: Session) -> None:
        last = session.get_one(LedgerEvent, 10)
        forged = LedgerEvent(
            sequence=11,
            at=last.at,
            kind="thing.counted",
            subject="forged",
            actor="eve",
            payload="{}",
            previous_hash=last.hash,
        )
        forged.hash = hash_of(forged, 11)
        session.add(forged)

    found = _tamper(filled, append)
    assert [(fault.sequence, fault.fault) for fault in found.faults] == [(11, "appended")]


def test_what_is_written_during_the_walk_is_no_fault(filled: Store) -> None:
    def write(_: int) -> None:
        with filled.write() as transaction:
            transaction.record("thing.counted", "meanwhile", {})

    with filled.read() as session:
        assert verify_ledger(session, advance=write, batch=3).faults == ()
    assert _verify(filled).events > 10


def test_an_event_and_its_cause_are_stored_together_or_not_at_all(filled: Store) -> None:
    with pytest.raises(RuntimeError), filled.write() as transaction:
        transaction.record("thing.counted", "lost", {})
        raise RuntimeError
    found = _verify(filled)
    assert (found.ok, found.events) == (True, 10)


def test_a_clock_that_runs_backwards_is_refused(filled: Store, clock: FixedClock) -> None:
    clock.advance(-1)
    with pytest.raises(StorageError, match="clock runs backwards"), filled.write() as transaction:
        transaction.record("thing.counted", "early", {})
    assert _verify(filled).ok


def test_events_are_read_back_in_order(filled: Store) -> None:
    with filled.read() as session:
        last = last_events(session, kind="thing.counted", last=2)
        everything = list(all_events(session))
    assert [event.data["number"] for event in last] == [7, 8]
    assert [event.sequence for event in everything] == list(range(1, 11))
    assert everything[0].kind == "store.created"
