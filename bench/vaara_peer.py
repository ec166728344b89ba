"""Times vaara's durable decision in its own environment; imports nothing of Underwriter."""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from vaara import InterceptionPipeline
from vaara.audit.sqlite_backend import SQLiteAuditBackend
from vaara.audit.trail import AuditTrail


def timed(rounds: int, synchronous: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        backend = SQLiteAuditBackend(str(Path(folder) / "trail.db"))
        backend._conn.execute(f"PRAGMA synchronous = {synchronous}")  # noqa: SLF001
        pipeline = InterceptionPipeline(trail=AuditTrail(on_record=backend.write_record))
        seconds = []
        for number in range(rounds + 20):
            start = time.perf_counter()
            pipeline.intercept("agent", "pay", {"amount": 1, "order": number})
            seconds.append(time.perf_counter() - start)
        return round(statistics.median(seconds[20:]) * 1e6, 1)


rounds = int(sys.argv[1])
print(
    json.dumps(
        {
            "p50_us_FULL": timed(rounds, "FULL"),
            "p50_us_NORMAL": timed(rounds, "NORMAL"),
            "note": "as shipped (NORMAL) a commit is not flushed to the disk",
        }
    )
)
