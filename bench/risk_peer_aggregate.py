"""`aggregate` (BSD-3, Mildenhall) on the common work, with its defaults."""

from __future__ import annotations

import logging
import math
from importlib.metadata import version
from typing import Any

from aggregate import build
from risk_cases import MU, RATE, SIGMA, many, measured, portfolio, report

logging.disable(logging.CRITICAL)
SAMPLE = 10


def line(name: str, rate: float, mu: float, sigma: float) -> str:
    return f"agg {name} {rate} claims sev {math.exp(mu)!r} * lognorm {sigma!r} poisson"


def one() -> dict[str, float]:
    law = build(line("One", RATE, MU, SIGMA))
    return {
        "var95": float(law.q(0.95)),
        "var99": float(law.q(0.99)),
        "var999": float(law.q(0.999)),
        "tvar99": float(law.tvar(0.99)),
    }


def port(scenarios: list[tuple[float, float, float]], name: str) -> float:
    lines = [line(f"U{name}x{i}", *row) for i, row in enumerate(scenarios)]
    law = build(f"port {name}\n\t" + "\n\t".join(lines))
    return float(law.q(0.99))


def main() -> None:
    rows: dict[str, dict[str, Any]] = {}
    seconds, found = measured(one)
    rows["one"] = {"seconds": seconds, **found}
    seconds, found = measured(lambda: port(portfolio(), "Whole"), rounds=1)
    rows["portfolio"] = {"seconds": seconds, "var99": [found]}
    few = many(SAMPLE)
    seconds, found = measured(lambda: [port(p, f"P{i}") for i, p in enumerate(few)], rounds=1)
    rows["many"] = {
        "seconds": seconds * 10_000 / SAMPLE,
        "var99": found,
        "note": f"{SAMPLE} run, scaled",
    }
    report("aggregate", version("aggregate"), rows)


main()
