from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from governance.kernel.errors import InputError, StorageError
from governance.store.group_commit import GroupCommit, _Request
from governance.store.ledger import LedgerEvent
from governance.store.store import Store, Transaction
from governance.store.verify import verify_ledger

CALLERS = 8


def count(name: str, number: int) -> Callable[[Transaction], int]:
    return lambda unit: unit.record("thing.counted", name, {"number": number}).sequence


def fail(unit: Transaction) -> int:
    unit.record("thing.spoiled", "spoiler", {})
    raise InputError("no such thing", field="thing")


def counted(store: Store) -> list[tuple[str, int]]:
    with store.read() as session:
        rows = session.query(LedgerEvent).where(LedgerEvent.kind == "thing.counted")
        return [(row.subject, row.data()["number"]) for row in rows]


def in_threads(work: Callable[[str], None]) -> None:
    with ThreadPoolExecutor(CALLERS) as threads:
        for done in [threads.submit(work, f"caller-{index}") for index in range(CALLERS)]:
            done.result()


def held_back(store: Store, group: GroupCommit, works: list[Callable[[Transaction], int]]) -> list:
    """Run works that all queue up behind one that waits, so that they share a transaction."""
    outcomes: list[object] = [None] * len(works)
    begun, go = threading.Event(), threading.Event()

    def first(unit: Transaction) -> None:
        begun.set()
        assert go.wait(10)

    def run(index: int) -> None:
        try:
            outcomes[index] = group.run(works[index])
        except (InputError, StorageError, KeyboardInterrupt) as error:
            outcomes[index] = error

    leader = threading.Thread(target=group.run, args=(first,))
    leader.start()
    assert begun.wait(10)
    threads = []
    for index in range(len(works)):
        threads.append(threading.Thread(target=run, args=(index,)))
        threads[-1].start()
        while len(group._queue) <= index:
            time.sleep(0.001)
    go.set()
    for thread in [leader, *threads]:
        thread.join()
    return outcomes


def test_every_caller_gets_its_own_answer_and_the_chain_is_unbroken(store: Store) -> None:
    group = GroupCommit(store)
    answers: dict[int, tuple[str, int]] = {}

    def work(name: str) -> None:
        for number in range(10):
            answers[group.run(count(name, number))] = (name, number)

    in_threads(work)
    assert len(answers) == CALLERS * 10
    assert sorted(counted(store)) == sorted(answers.values())
    with store.read() as session:
        assert verify_ledger(session).ok
        for event in session.query(LedgerEvent).where(LedgerEvent.kind == "thing.counted"):
            assert answers[event.sequence] == (event.subject, event.data()["number"])


def test_those_who_wait_share_a_transaction(store: Store) -> None:
    group = GroupCommit(store)
    commits: list[int] = []
    together = group._together

    def watched(batch: list) -> bool:
        commits.append(len(batch))
        return together(batch)

    group._together = watched  # type: ignore[method-assign]
    held_back(store, group, [count("one", 1), count("two", 2), count("three", 3)])
    assert commits == [1, 3]


def test_an_error_reaches_its_caller_alone_and_leaves_nothing(store: Store) -> None:
    group = GroupCommit(store)
    outcomes = held_back(store, group, [count("one", 1), fail, count("three", 3), fail])
    assert [type(one) for one in outcomes] == [int, InputError, int, InputError]
    assert counted(store) == [("one", 1), ("three", 3)]
    with store.read() as session:
        assert verify_ledger(session).ok
        assert not session.query(LedgerEvent).where(LedgerEvent.kind == "thing.spoiled").all()


def test_a_statement_that_the_database_refuses_harms_nobody_else(store: Store) -> None:
    def refused(unit: Transaction) -> int:
        unit.session.execute(text("INSERT INTO ledger_head (id, sequence, hash) VALUES (2, 0, '')"))
        return 0

    group = GroupCommit(store)
    outcomes = held_back(store, group, [count("one", 1), refused, count("three", 3)])
    assert [type(one) for one in outcomes] == [int, StorageError, int]
    assert counted(store) == [("one", 1), ("three", 3)]


class FullDisk(Store):
    """A store whose transactions fail at their end."""

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with super().write() as transaction:
            yield transaction
            raise StorageError("the disk is full")


def test_a_commit_that_fails_is_told_to_all_of_its_callers(store: Store) -> None:
    full = FullDisk(store.engine, store.clock, "tester")
    failing = GroupCommit(full)
    with pytest.raises(StorageError, match="disk is full"):
        failing.run(count("one", 1))
    failures: list[str] = []

    def work(name: str) -> None:
        with pytest.raises(StorageError, match="disk is full"):
            failing.run(count(name, 1))
        failures.append(name)

    in_threads(work)
    full.close()
    assert len(failures) == CALLERS
    assert counted(store) == []


def test_what_one_changes_the_next_in_the_group_sees(store: Store) -> None:
    def read(unit: Transaction) -> int:
        rows = unit.session.query(LedgerEvent).where(LedgerEvent.subject == "one")
        assert unit.session.identity_map.values() == []
        return len(rows.all())

    outcomes = held_back(store, GroupCommit(store), [read, count("one", 1), read, read])
    assert [outcomes[0], *outcomes[2:]] == [0, 1, 1]


def test_a_caller_that_gives_up_does_not_hold_the_others_up(store: Store) -> None:
    group = GroupCommit(store, most=1)
    waits = _Request.wait

    def interrupted(request: _Request) -> None:
        waits(request)
        if request.work is given_up and request.leads:  # just as it was to lead
            raise KeyboardInterrupt

    given_up = count("one", 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Request, "wait", interrupted)
        outcomes = held_back(store, group, [given_up, count("two", 2), count("three", 3)])
    assert [type(one) for one in outcomes] == [KeyboardInterrupt, int, int]
    assert counted(store) == [("two", 2), ("three", 3)]


KILLED = """
import sys, threading
from governance.kernel.clock import SystemClock
from governance.store.engine import make_engine
from governance.store.group_commit import GroupCommit
from governance.store.store import Store

group = GroupCommit(Store(make_engine(sys.argv[1]), SystemClock(), "killed"))

def run(name):
    number = 0
    while True:
        group.run(lambda unit: unit.record("thing.counted", name, {"number": number}))
        sys.stdout.write(f"{name} {number}\\n")
        sys.stdout.flush()
        number += 1

for index in range(8):
    threading.Thread(target=run, args=(f"caller-{index}",)).start()
"""


@pytest.mark.parametrize("attempt", range(3))
def test_what_was_confirmed_survives_kill_9(store: Store, database_url: str, attempt: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, database_url],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(40 + 25 * attempt)]
    os.kill(process.pid, signal.SIGKILL)
    told += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    confirmed = {(line.split()[0], int(line.split()[1])) for line in told if line.endswith("\n")}
    assert len(confirmed) >= 40
    assert confirmed <= set(counted(store))
    with store.read() as session:
        assert verify_ledger(session).ok
