"""Certifying a file of agents while a second process reserves; then a tick and the list of all.

One transaction for the whole file, which a batch as large as the file makes, is the peer: rows a
second of each, and how long the second writer waited at most, with the 99th percentile.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

from bench.attack.world import POSTGRES_DEFAULT
from governance.economy.reservations import reserve
from governance.economy.tick import tick
from governance.kernel.clock import SystemClock
from governance.kernel.errors import StorageError
from governance.kernel.money import Money
from governance.registry.agents import find_agent
from governance.registry.certify_file import BATCH, certify_file
from governance.registry.keys import signing_key
from governance.registry.setup import set_up
from governance.registry.standing import all_standings
from governance.store.engine import make_engine
from governance.store.store import Store
from tests.databases import postgres_database

PASSWORD = b"of this benchmark"
PAUSE = 0.005  # seconds between two reservations
HEADER = "agent,cc,er,as_,ih,n_cc,n_er,n_as,n_ih\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.batches", description=__doc__)
    parser.add_argument("--agents", type=int, default=2000)
    parser.add_argument("--no-postgres", action="store_true", help="SQLite only")
    options = parser.parse_args()
    found = {}
    for database in ("sqlite",) if options.no_postgres else ("sqlite", "postgresql"):
        for name, batch in (("batches", BATCH), ("one transaction", options.agents)):
            found[f"{database}, {name}"] = measured(database, options.agents, batch)
    print(json.dumps(found, indent=2))


def measured(database: str, agents: int, batch: int) -> dict[str, Any]:
    """Return the figures of one run on a database of its own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        own = nullcontext(f"sqlite:///{folder / 'batches.db'}")
        url = stack.enter_context(
            own if database == "sqlite" else postgres_database(POSTGRES_DEFAULT)
        )
        store = open_store(url)
        set_up(store)
        signing_key(store, PASSWORD)
        certify_file(store, str(written(folder / "payer.csv", ["payer"])), password=PASSWORD)
        file = written(folder / "vectors.csv", [f"bench-{number:05}x" for number in range(agents)])
        with Besides(url) as waits:
            seconds = timed(lambda: certify_file(store, str(file), password=PASSWORD, batch=batch))
        ticked, listed = timed(lambda: tick(store)), timed(lambda: _list(store))
        store.close()
    return {
        "rows_per_second": round(agents / seconds, 1),
        "seconds": round(seconds, 2),
        **waits.figures,
        "tick_seconds": round(ticked, 2),
        "list_seconds": round(listed, 2),
    }


def open_store(url: str) -> Store:
    return Store(make_engine(url), SystemClock(), "bench")


def written(file: Path, names: list[str]) -> Path:
    scores = ",0.95,0.94,0.93,0.92,500,500,500,500\n"
    file.write_text(HEADER + "".join(name + scores for name in names))
    return file


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _list(store: Store) -> int:
    with store.read() as session:
        return len(all_standings(session, store.clock.now()))


class Besides:
    """A second process that reserves until the work is done, and how long it waited each time."""

    def __init__(self, url: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._stop, self._ready = context.Event(), context.Event()
        self._receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(
            target=reserving, args=(url, self._stop, self._ready, sender)
        )
        self.figures: dict[str, Any] = {}

    def __enter__(self) -> Besides:
        self._process.start()
        self._ready.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        waits, refused = self._receiver.recv()
        self._process.join()
        percentiles = statistics.quantiles(waits, n=100) if len(waits) > 1 else waits * 99
        self.figures = {
            "reservations": len(waits),
            "refused_as_locked": refused,
            "wait_p50_ms": round(percentiles[49] * 1000, 1),
            "wait_p99_ms": round(percentiles[98] * 1000, 1),
            "wait_longest_ms": round(max(waits) * 1000, 1),
        }


def reserving(url: str, stop: Any, ready: Any, sender: Any) -> None:
    """Reserve a cent again and again; send each wait in seconds, and how many were locked out."""
    store, waits, refused = open_store(url), [], 0
    for number in range(10**9):
        start = time.perf_counter()
        try:
            with store.write() as transaction:
                payer = find_agent(transaction.session, "payer")
                money = Money(amount=1, currency="USD")
                reserve(transaction, payer, money, key=f"bench-{number}")
        except StorageError:
            refused += 1
        if ready.is_set():
            waits.append(time.perf_counter() - start)
        ready.set()
        if stop.is_set():
            break
        time.sleep(PAUSE)
    store.close()
    sender.send((waits or [0.0], refused))


if __name__ == "__main__":
    main()
