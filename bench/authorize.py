"""Durable authorise + reserve + ledger event, against the least that a database can do.

SQLite: one raw conditional UPDATE + commit through sqlite3 with the same durability (WAL, and
synchronous FULL as Underwriter has it, or NORMAL, which a power cut may undo), in turns in the same
run. PostgreSQL: 16 clients, against pgbench's
simple-update on the same server. vaara (a benchmark peer only): its durable `intercept`, in an
environment of its own under build/, where it can be installed.
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
from governance.store.store import Store

CLIENTS = 16
MODES = ("FULL", "NORMAL")
PEER = Path("build") / "vaara"
PEER_SCRIPT = Path(__file__).with_name("vaara_peer.py")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.authorize", description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--no-peer", action="store_true", help="do not install and time vaara")
    options = parser.parse_args()
    found: dict[str, Any] = {
        f"sqlite, synchronous {mode}": sqlite_pair(options.rounds, mode) for mode in MODES
    }
    if not options.no_peer:
        found["vaara"] = peer(options.rounds)
        for mode in MODES if "left_out" not in found["vaara"] else ():
            own = found[f"sqlite, synchronous {mode}"]["authorise_p50_us"]
            found["vaara"][f"times_ours_{mode}"] = round(found["vaara"][f"p50_us_{mode}"] / own, 2)
    if shutil.which("pgbench") and not os.environ.get("NOPG"):
        found["postgresql"] = postgres_pair(options.rounds)
    print(json.dumps(found, indent=2))


def one(store: Store, agent: Agent, key: str) -> None:
    with store.write() as transaction:
        grant = reserve(transaction, agent, Money(amount=1, currency="USD"), key=key)
    if not grant.granted:
        raise RuntimeError(str(grant.reasons))


def sqlite_pair(rounds: int, mode: str) -> dict[str, float]:
    """Time both in turns, so that a busy machine is equally busy for both."""
    with sqlite_world(small=False) as world, tempfile.TemporaryDirectory() as folder:
        event.listen(
            world.store.engine,
            "connect",
            lambda connection, _: connection.execute(f"PRAGMA synchronous = {mode}"),
        )
        world.store.engine.dispose()
        agent = world.agent("bench", 5)
        raw = sqlite3.connect(Path(folder) / "raw.db", isolation_level=None)
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute(f"PRAGMA synchronous = {mode}")
        raw.execute("CREATE TABLE budget (id TEXT PRIMARY KEY, used INTEGER, ceiling INTEGER)")
        raw.execute("INSERT INTO budget VALUES ('a', 0, 1000000000)")
        ours, theirs, cpu = [], [], 0.0
        for number in range(rounds + 20):
            start = time.perf_counter()
            raw.execute("BEGIN IMMEDIATE")
            raw.execute("UPDATE budget SET used = used + 1 WHERE id = 'a' AND used + 1 <= ceiling")
            raw.execute("COMMIT")
            middle, busy = time.perf_counter(), time.process_time()
            one(world.store, agent, f"k{number}")
            if number >= 20:
                theirs.append(middle - start)
                ours.append(time.perf_counter() - middle)
                cpu += time.process_time() - busy
        raw.close()
    own, other = statistics.median(ours) * 1e6, statistics.median(theirs) * 1e6
    return {
        "authorise_p50_us": round(own, 1),
        "authorise_cpu_us": round(cpu / rounds * 1e6, 1),
        "raw_update_p50_us": round(other, 1),
        "times_raw": round(own / other, 2),
    }


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
        simple = pgbench(world)
    return {
        "clients": CLIENTS,
        "authorisations_per_second": round(CLIENTS * each / seconds, 1),
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


def peer(rounds: int) -> dict[str, Any]:
    """Time vaara's durable path in its own environment; its licence keeps it out of ours."""
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
            return {"left_out": "vaara cannot be installed here"}
    ran = subprocess.run(
        [str(python), str(PEER_SCRIPT), str(rounds)], capture_output=True, text=True, timeout=600
    )
    if ran.returncode:
        return {"left_out": ran.stderr.strip().splitlines()[-1:]}
    found: dict[str, Any] = json.loads(ran.stdout.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main())
