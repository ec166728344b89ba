"""The work that every engine of the comparison is given, and the exact answers."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

# Poisson(3) events a year, lognormal losses with 90 % between 10,000 and 1,000,000. The exact
# values are those of governance/risk/data/reference_cases.json (case crq-lognormal).
RATE, MU, SIGMA = 3.0, 11.512925464970229, 1.399872338343926
EXACT = {
    "var95": 2655856.75955556,
    "var99": 5363335.991543064,
    "var999": 12681962.316787183,
    "tvar99": 8496738.188868921,
}
YEARS = 1_000_000


def portfolio(size: int = 53, seed: int = 1) -> list[tuple[float, float, float]]:
    """Return (rate, mu, sigma) of a portfolio of scenarios of very different size."""
    generator = random.Random(seed)
    return [
        (
            generator.lognormvariate(-1.0, 1.0),
            generator.uniform(8.0, 13.0),
            generator.uniform(0.6, 1.9),
        )
        for _ in range(size)
    ]


def many(count: int, seed: int = 2) -> list[list[tuple[float, float, float]]]:
    """Return portfolios of five scenarios."""
    return [portfolio(5, seed + index) for index in range(count)]


def measured(function: Callable[[], Any], rounds: int = 11) -> tuple[float, Any]:
    """Return (least CPU seconds, last result) after a warm-up.

    Waiting is not counted, and what else the machine does only ever adds to the time.
    """
    result = function()
    times = []
    for _ in range(rounds):
        start = time.process_time()
        result = function()
        times.append(time.process_time() - start)
    return min(times), result


def report(name: str, version: str, rows: dict[str, dict[str, Any]]) -> None:
    """Print one engine's results as JSON."""
    json.dump({"name": name, "version": version, "rows": rows}, sys.stdout)
    sys.stdout.write("\n")
