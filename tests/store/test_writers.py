from __future__ import annotations

import multiprocessing

import pytest
from sqlalchemy import Connection, text

from governance.kernel.errors import InputError, StorageError
from governance.store.agents import Agent
from governance.store.ledger import LedgerEvent
from governance.store.store import Store
from governance.store.verify import verify_ledger


def connection_of(store: Store) -> Connection:
    with store.write() as transaction:
        return transaction.session.connection()


def record(store: Store, subject: str) -> None:
    with store.write() as transaction:
        transaction.record("thing.counted", subject, {})


def subjects(store: Store) -> list[str]:
    with store.read() as session:
        rows = session.query(LedgerEvent).where(LedgerEvent.kind == "thing.counted")
        return [row.subject for row in rows.order_by(LedgerEvent.sequence)]


def test_sqlite_keeps_one_writer(sqlite_store: Store) -> None:
    assert connection_of(sqlite_store) is connection_of(sqlite_store)


def test_a_connection_is_not_kept_after_an_error(store: Store) -> None:
    first = connection_of(store)
    with pytest.raises(InputError), store.write() as transaction:
        transaction.record("thing.counted", "lost", {})
        raise InputError("no", field="thing")
    assert connection_of(store) is not first
    record(store, "kept")
    assert subjects(store) == ["kept"]


def test_a_transaction_begins_without_the_objects_of_the_last(store: Store) -> None:
    with store.write() as transaction:
        transaction.record("thing.counted", "one", {})
        seen = transaction.session.query(LedgerEvent).all()
    assert seen[-1].subject == "one"  # still readable, of no session
    with store.write() as transaction:
        assert not transaction.session.identity_map
        assert seen[-1] not in transaction.session
        assert transaction.session.query(Agent).all() == []


def test_a_closed_store_opens_again(store: Store) -> None:
    record(store, "before")
    store.close()
    record(store, "after")
    assert subjects(store) == ["before", "after"]


def test_a_disposed_engine_is_left(sqlite_store: Store) -> None:
    first = connection_of(sqlite_store)
    sqlite_store.engine.dispose()
    assert connection_of(sqlite_store) is not first


def test_a_forked_process_takes_a_connection_of_its_own(sqlite_store: Store) -> None:
    record(sqlite_store, "parent")
    process = multiprocessing.get_context("fork").Process(
        target=record, args=(sqlite_store, "child")
    )
    process.start()
    process.join()
    record(sqlite_store, "parent again")
    assert subjects(sqlite_store) == ["parent", "child", "parent again"]
    with sqlite_store.read() as session:
        assert verify_ledger(session).ok


def test_a_refused_statement_leaves_nothing(store: Store) -> None:
    with pytest.raises(StorageError), store.write() as transaction:
        transaction.record("thing.counted", "lost", {})
        transaction.session.execute(text("INSERT INTO ledger_head (id) VALUES (1)"))
    record(store, "kept")
    assert subjects(store) == ["kept"]
