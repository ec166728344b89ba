"""Durable authorise + reserve + ledger event, against the least that a database can do.

SQLite: one raw conditional UPDATE + commit through sqlite3 with the same durability (WAL, and
synchronous FULL as Underwriter has it, or NORMAL, which a power cut may undo), in turns in the same
run. vaara (a benchmark peer only): its durable `intercept`, in an environment of its own under
build/, where it can be installed; as one caller, and as 16 threads of one process, where ours share
transactions (`GroupCommit`). PostgreSQL: 16 processes, and 16 threads that share transactions,
against pgbench's simple-update with 16 clients on the same server.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url

from bench.attack.world import (
    POSTGRES_DEFAULT,
    World,
    in_parallel,
    postgres_world,
    sqlite_world,
)
from governance.economy.reservations import reserve
from governance.kernel.money import Money
from governance.store.agents import Agent
from governance.store.group_commit import GroupCommit
from governance.store.store import Store

CLIENTS = 16
WARM = 20
MODES = ("FULL", "NORMAL")
PEER = Path("build") / "vaara"
PEER_SCRIPT = Path(__file__).with_name("vaara_peer.py")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.authorize", description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--passes", type=int, default=5, help="of ours and of vaara, in turns")
    parser.add_argument("--no-peer", action="store_true", help="do not install and time vaara")
    parser.add_argument("--no-postgres", action="store_true", help="SQLite only")
    options = parser.parse_args()
    python = None if options.no_peer else peer()
    found: dict[str, Any] = sqlite_and_peer(options.rounds, options.passes, python)
    if python is None:
        found["vaara"] = "left out"
    if shutil.which("pgbench") and not options.no_postgres:
        found["postgresql"] = postgres_pair(options.rounds)
    print(json.dumps(found, indent=2))


def sqlite_and_peer(rounds: int, passes: int, python: Path | None) -> dict[str, Any]:
    """Time ours and vaara in turns, several times; medians over the passes, in microseconds."""
    rows: dict[str, list[dict[str, float]]] = {mode: [] for mode in MODES}
    for _ in range(passes):
        theirs = {} if python is None else timed_peer(python, rounds)
        for mode in MODES:
            row = {**sqlite_pair(rounds, mode), **grouped(rounds, mode)}
            if mode in theirs:
                row["vaara_alone"] = theirs[mode]["alone"]
                row["vaara_together"] = theirs[mode]["together"]
            rows[mode].append(row)
    return {f"sqlite, synchronous {mode}": ratios(found) for mode, found in rows.items()}


def ratios(rows: list[dict[str, float]]) -> dict[str, float]:
    """Return medians over the passes, with ratios to ours of the same pass."""
    for row in rows:
        row["times_raw"] = row["authorise"] / row["raw_update"]
        if "vaara_alone" in row:
            row["vaara_alone_times_ours"] = row["vaara_alone"] / row["authorise"]
            row["vaara_together_times_ours"] = row["vaara_together"] / row["together"]
    return {name: round(statistics.median(row[name] for row in rows), 2) for name in rows[0]}


def one(store: Store, agent: Agent, key: str) -> None:
    with store.write() as transaction:
        grant = reserve(transaction, agent, Money(amount=1, currency="USD"), key=key)
    if not grant.granted:
        raise RuntimeError(str(grant.reasons))


@contextmanager
def world_with(mode: str) -> Iterator[World]:
    with sqlite_world(small=False) as world:
        event.listen(
            world.store.engine,
            "connect",
            lambda connection, _: connection.execute(f"PRAGMA synchronous = {mode}"),
        )
        world.store.close()
        yield world


def sqlite_pair(rounds: int, mode: str) -> dict[str, float]:
    """Time both in turns, so that a busy machine is equally busy for both."""
    with world_with(mode) as world, tempfile.TemporaryDirectory() as folder:
        agent = world.agent("bench", 5)
        raw = sqlite3.connect(Path(folder) / "raw.db", isolation_level=None)
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute(f"PRAGMA synchronous = {mode}")
        raw.execute("CREATE TABLE budget (id TEXT PRIMARY KEY, used INTEGER, ceiling INTEGER)")
        raw.execute("INSERT INTO budget VALUES ('a', 0, 1000000000)")
        ours, theirs, cpu = [], [], 0.0
        for number in range(rounds + WARM):
            start = time.perf_counter()
            raw.execute("BEGIN IMMEDIATE")
            raw.execute("UPDATE budget SET used = used + 1 WHERE id = 'a' AND used + 1 <= ceiling")
            raw.execute("COMMIT")
            middle, busy = time.perf_counter(), time.process_time()
            one(world.store, agent, f"k{number}")
            if number >= WARM:
                theirs.append(middle - start)
                ours.append(time.perf_counter() - middle)
                cpu += time.process_time() - busy
        raw.close()
    return {
        "authorise": statistics.median(ours) * 1e6,
        "authorise_processor": cpu / rounds * 1e6,
        "raw_update": statistics.median(theirs) * 1e6,
    }


def grouped(rounds: int, mode: str) -> dict[str, float]:
    """Time an authorisation of sixteen callers at once, threads of one process."""
    with world_with(mode) as world:
        agents = [world.agent(f"bench-{number}", 5) for number in range(CLIENTS)]
        return {"together": seconds_each(GroupCommit(world.store), agents, 4 * rounds) * 1e6}


def seconds_each(group: GroupCommit, agents: list[Agent], rounds: int) -> float:
    """Return seconds an authorisation, each agent in a thread of its own."""
    each = max(1, rounds // len(agents))

    def run(agent: Agent, tag: str, count: int) -> None:
        for number in range(count):
            amount, key = Money(amount=1, currency="USD"), f"{tag}{number}"
            grant = group.run(lambda unit: reserve(unit, agent, amount, key=key))  # noqa: B023
            if not grant.granted:
                raise RuntimeError(str(grant.reasons))

    with ThreadPoolExecutor(len(agents)) as threads:
        list(threads.map(run, agents, ["warm"] * len(agents), [2] * len(agents)))
        start = time.perf_counter()
        list(threads.map(run, agents, ["k"] * len(agents), [each] * len(agents)))
        return (time.perf_counter() - start) / (each * len(agents))


def postgres_pair(rounds: int) -> dict[str, Any]:
    server = os.environ.get("UNDERWRITER_TEST_POSTGRES_URL", POSTGRES_DEFAULT)
    each = max(10, rounds // 4)
    with postgres_world(server, small=False) as world:
        agents = [world.agent(f"bench-{number}", 5) for number in range(CLIENTS)]

        def run(number: int) -> float:
            store = world.host()
            one(store, agents[number], "warm")
            start = time.perf_counter()
            for turn in range(each):
                one(store, agents[number], f"k{turn}")
            store.close()
            return time.perf_counter() - start

        seconds = max(in_parallel(run, [(number,) for number in range(CLIENTS)]))
        together = seconds_each(GroupCommit(world.store), agents, 4 * rounds)
        simple = pgbench(world)
    return {
        "clients": CLIENTS,
        "authorisations_per_second": round(CLIENTS * each / seconds, 1),
        "authorisations_per_second_together": round(1 / together, 1),
        "pgbench_simple_update_per_second": simple,
    }


def pgbench(world: World) -> float | None:
    """Run pgbench's simple-update on the same database for five seconds."""
    url = make_url(world.url)
    where = ["-h", url.host or "", "-p", str(url.port or 5432), "-U", url.username or "postgres"]
    environment = {**os.environ, "PGPASSWORD": url.password or ""}
    name = url.database or ""
    made = subprocess.run(
        ["pgbench", "-i", "-q", "-s", "1", *where, name], capture_output=True, env=environment
    )
    if made.returncode:
        return None
    ran = subprocess.run(
        ["pgbench", "-N", "-c", str(CLIENTS), "-j", "2", "-T", "5", *where, name],
        capture_output=True,
        text=True,
        env=environment,
    )
    match = re.search(r"tps = ([\d.]+)", ran.stdout)
    return None if match is None else round(float(match.group(1)), 1)


def peer() -> Path | None:
    """Return the Python of vaara's own environment; its licence keeps it out of ours."""
    python = PEER / "bin" / "python"
    if not python.exists():
        venv.create(PEER, with_pip=True)
        made = subprocess.run(
            [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "vaara"],
            capture_output=True,
            text=True,
        )
        if made.returncode:
            shutil.rmtree(PEER)
            return None
    return python


def timed_peer(python: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Time vaara's durable path; raises CalledProcessError where it fails."""
    ran = subprocess.run(
        [str(python), str(PEER_SCRIPT), str(rounds), str(CLIENTS)],
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    found: dict[str, dict[str, float]] = json.loads(ran.stdout.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main())
