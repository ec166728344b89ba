"""Laws and state machines, over and over with new examples until the time is over.

    python -m tests.fuzzing SECONDS [files and folders]

Every core runs all of them in an order of its own. What failed is run first the next time, from
Hypothesis' own store of examples; a failure ends its core's run and is printed in full.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

PROFILE = "UNDERWRITER_TEST_PROFILE"
ROUNDS = "UNDERWRITER_TEST_ROUNDS"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz-seconds", type=float, default=60.0, help="how long to go on")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what Hypothesis drives."""
    left_out = [item for item in items if not _is_law(item)]
    items[:] = [item for item in items if _is_law(item)]
    config.hook.pytest_deselected(items=left_out)


def _is_law(item: pytest.Item) -> bool:
    owner = getattr(item, "cls", None)
    machine = owner is not None and owner.__module__.startswith("hypothesis.stateful")
    return machine or hasattr(getattr(item, "obj", None), "hypothesis")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Run the laws in turns; the one that runs when the time is over still ends."""
    if session.testsfailed:
        raise session.Interrupted(f"{session.testsfailed} errors during collection")
    rounds: Counter[str] = Counter({item.nodeid: 0 for item in session.items})
    order = random.Random()
    end = time.monotonic() + session.config.getoption("--fuzz-seconds")
    while session.items and not session.testsfailed and time.monotonic() < end:
        order.shuffle(session.items)
        for item in session.items:
            if session.testsfailed or time.monotonic() >= end:
                break
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            rounds[item.nodeid] += 1
    Path(os.environ[ROUNDS]).write_text(json.dumps(rounds), encoding="utf-8")
    return True


def main(arguments: list[str]) -> int:
    seconds, places = arguments[0], arguments[1:]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    begun = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-p", "tests.fuzzing", "--fuzz-seconds", seconds]
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{core}.json" for core in range(cores or 1)]
        running = [
            subprocess.Popen(
                [*command, *places],
                env={**os.environ, PROFILE: "long", ROUNDS: str(file)},
                stdout=file.with_suffix(".txt").open("wb"),
                stderr=subprocess.STDOUT,
            )
            for file in files
        ]
        codes = [process.wait() for process in running]
        for file, code in zip(files, codes, strict=True):
            if code != 0:
                sys.stdout.write(file.with_suffix(".txt").read_text("utf-8", "replace"))
        rounds: Counter[str] = Counter()
        for file in files:
            rounds.update(json.loads(file.read_text("utf-8")) if file.exists() else {})
    _tell(rounds, round(time.monotonic() - begun), len(codes))
    return int(any(codes) or not rounds.total())


def _tell(rounds: Counter[str], seconds: int, cores: int) -> None:
    ran = sum(count > 0 for count in rounds.values())
    lines = [f"{count:5} times  {law}" for law, count in sorted(rounds.items())]
    lines.append(
        f"{ran} of {len(rounds)} laws and machines, {rounds.total()} runs in {seconds} s, "
        f"workers: {cores}"
    )
    if ran < len(rounds):
        lines.append("with more SECONDS= all of them get their turn")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
