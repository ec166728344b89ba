"""Times vaara's durable decision in its own environment; imports nothing of Underwriter.

    python vaara_peer.py ROUNDS CALLERS

prints, for each durability, the median of one caller's decision and the time a decision of several
callers at once, in microseconds.
"""

import json
import statistics
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from vaara import InterceptionPipeline
from vaara.audit.sqlite_backend import SQLiteAuditBackend
from vaara.audit.trail import AuditTrail


@contextmanager
def pipeline(synchronous):
    with tempfile.TemporaryDirectory() as folder:
        backend = SQLiteAuditBackend(str(Path(folder) / "trail.db"))
        backend._conn.execute(f"PRAGMA synchronous = {synchronous}")  # noqa: SLF001
        made = InterceptionPipeline(trail=AuditTrail(on_record=backend.write_record))
        for number in range(20):
            made.intercept("agent", "pay", {"amount": 1, "order": f"warm {number}"})
        yield made


def alone(synchronous, rounds):
    seconds = []
    with pipeline(synchronous) as made:
        for number in range(rounds):
            start = time.perf_counter()
            made.intercept("agent", "pay", {"amount": 1, "order": number})
            seconds.append(time.perf_counter() - start)
    return round(statistics.median(seconds) * 1e6, 1)


def together(synchronous, rounds, callers):
    each = max(1, rounds // callers)
    with pipeline(synchronous) as made:

        def run(caller):
            for number in range(each):
                made.intercept(f"agent-{caller}", "pay", {"amount": 1, "order": number})

        threads = [threading.Thread(target=run, args=(caller,)) for caller in range(callers)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return round((time.perf_counter() - start) / (each * callers) * 1e6, 1)


rounds, callers = int(sys.argv[1]), int(sys.argv[2])
print(
    json.dumps(
        {
            mode: {"alone": alone(mode, rounds), "together": together(mode, rounds, callers)}
            for mode in ("FULL", "NORMAL")
        }
    )
)
