from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text
from sqlalchemy.orm import Session

from governance.kernel.errors import ConflictError, InputError
from governance.kernel.names import look_alike_keys
from governance.store.engine import make_engine
from governance.store.migrate import downgrade, upgrade
from governance.store.names import NameKey, claim_name
from governance.store.store import Store
from tests.databases import START

UUID = "0193abcd-1234-7abc-8abc-0123456789ab"


def _claim(store: Store, name: str, subject: str, kind: str = "agent") -> None:
    with store.write() as transaction:
        claim_name(transaction.session, kind, name, subject)


def _held(session: Session) -> set[tuple[str, str]]:
    return {(name, subject) for name, subject in session.execute(
        select(NameKey.name, NameKey.subject_id)
    )}  # fmt: skip


def test_a_look_alike_of_a_name_that_exists_is_refused(store: Store) -> None:
    _claim(store, "PayPal", "1")
    for name in ("paypal", "PayPaI", "Раураl", "Pay\u200bPal", "ＰａｙＰａｌ", "\u202ePayPal"):
        with pytest.raises(ConflictError, match="looks like 'PayPal', which exists"):
            _claim(store, name, "2")
    with pytest.raises(ConflictError, match="'PayPal' exists already"):
        _claim(store, "PayPal", "2")
    with store.read() as session:
        assert _held(session) == {("PayPal", "1")}


def test_a_name_is_taken_within_its_kind(store: Store) -> None:
    _claim(store, "ada", "1")
    _claim(store, "Ada", "2", kind="principal")
    with pytest.raises(ConflictError, match="'ada'"):
        _claim(store, "ADA", "3")


@pytest.mark.parametrize("name", [UUID, UUID.upper(), "deadbeef", "\u200b", "\u3164"])
def test_what_looks_like_an_id_or_like_nothing_is_no_name(store: Store, name: str) -> None:
    with pytest.raises(InputError) as caught:
        _claim(store, name, "1")
    assert (caught.value.code, caught.value.field) == ("input", "name")
    with store.read() as session:
        assert _held(session) == set()


def test_who_was_refused_holds_nothing_where_the_work_goes_on(store: Store) -> None:
    _claim(store, "PayPal", "1")
    with store.write() as transaction:
        with pytest.raises(ConflictError):
            claim_name(transaction.session, "agent", "PAYPAI", "2")
        claim_name(transaction.session, "agent", "other", "3")
    _claim(store, "paypai", "4")
    with store.read() as session:
        assert _held(session) == {("PayPal", "1"), ("other", "3"), ("paypai", "4")}


def test_to_take_a_name_again_changes_nothing(store: Store) -> None:
    _claim(store, "PayPal", "1")
    _claim(store, "PayPal", "1")
    with pytest.raises(ConflictError):
        _claim(store, "paypal", "2")


def test_the_longest_name_is_taken(store: Store) -> None:
    _claim(store, "\ufdfa" * 200, "1")
    with pytest.raises(ConflictError):
        _claim(store, "\ufdfa" * 199 + "\ufdfa\u200b", "2")


def test_of_two_at_the_same_moment_the_second_is_told_what_exists(
    store: Store, database_url: str
) -> None:
    """On PostgreSQL both see nothing, then one waits for the other; SQLite lets in one only."""
    begun, told, errors = threading.Event(), threading.Event(), []

    def second() -> None:
        own = Store(make_engine(database_url), store.clock, "second")
        begun.wait(10)
        told.set()
        try:
            with own.write() as transaction:
                try:
                    claim_name(transaction.session, "agent", "PAYPAI", "2")
                except ConflictError as error:
                    errors.append(error)
                claim_name(transaction.session, "agent", "other", "3")
        finally:
            own.close()

    thread = threading.Thread(target=second)
    thread.start()
    with store.write() as transaction:
        claim_name(transaction.session, "agent", "paypal", "1")
        begun.set()
        told.wait(10)
        thread.join(0.3)  # it waits for us
        assert thread.is_alive()
    thread.join(10)
    assert [str(error) for error in errors] == ["name: 'PAYPAI' looks like 'paypal', which exists"]
    with store.read() as session:
        assert _held(session) == {("paypal", "1"), ("other", "3")}


def test_many_at_once_give_one_the_name(store: Store, database_url: str) -> None:
    forms = ["paypal", "PAYPAL", "Paypal", "рaypal", "pаypal", "paypaｌ"]
    outcomes: list[str] = []
    start = threading.Barrier(len(forms))

    def work(name: str) -> None:
        own = Store(make_engine(database_url), store.clock, name)
        try:
            start.wait(10)
            _claim(own, name, name)
            outcomes.append("taken")
        except ConflictError:
            outcomes.append("refused")
        finally:
            own.close()

    threads = [threading.Thread(target=work, args=(name,)) for name in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * (len(forms) - 1) + ["taken"]
    with store.read() as session:
        assert len(_held(session)) == 1


@pytest.fixture
def before(empty_store: Store) -> Engine:
    """A database in which look-alikes were registered, the older one with the greater id."""
    upgrade(empty_store.engine, "0022")
    rows = [("9", "PayPal"), ("1", "PAYPAI"), ("2", "bot"), ("3", UUID), ("4", "paypai")]
    with empty_store.engine.begin() as connection:
        for days, (identifier, name) in enumerate(rows):
            at = (START + timedelta(days=days)).replace(tzinfo=None)
            connection.execute(
                text(
                    "INSERT INTO agent (id, name, status, agent_group, digests, description,"
                    " registered_at) VALUES (:id, :name, 'active', 'default', '{}', '', :at)"
                ),
                {"id": identifier, "name": name, "at": f"{at:%Y-%m-%d %H:%M:%S.%f}"},
            )
    return empty_store.engine


def test_names_that_exist_stay_and_the_oldest_holds_what_they_share(before: Engine) -> None:
    for _ in range(2):
        upgrade(before)
        with Session(before) as session:
            rows = session.execute(select(NameKey.name, NameKey.subject_id))
            keys = Counter((name, subject) for name, subject in rows)
            held = {("PayPal", "9"), ("PAYPAI", "1"), ("bot", "2"), (UUID, "3")}
            assert set(keys) == held  # both of paypai's shapes are PAYPAI's
            assert keys["PAYPAI", "1"] == len(look_alike_keys("PAYPAI")) - 1  # one is PayPal's
            for name, older in (("paypal", "PayPal"), ("paypai", "PAYPAI"), ("BOT", "bot")):
                with pytest.raises(ConflictError, match=f"looks like '{older}'|'{older}' exists"):
                    claim_name(session, "agent", name, "7")
            names = session.execute(text("SELECT count(*) FROM agent")).scalar_one()
            assert names == 5
        downgrade(before, "0022")


def test_a_name_is_looked_up_without_reading_the_others(sqlite_store: Store) -> None:
    asked: list[tuple[str, Any]] = []

    def keep(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    with sqlite_store.write() as transaction:
        connection = transaction.session.connection()
        event.listen(connection, "before_cursor_execute", keep)
        claim_name(transaction.session, "agent", "bot", "1")
        event.remove(connection, "before_cursor_execute", keep)
        selects = [one for one in asked if one[0].startswith("SELECT")]
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", p) for sql, p in selects]
        steps = [step[-1] for plan in plans for step in plan]
    assert steps
    assert all(step.startswith("SEARCH") for step in steps)
