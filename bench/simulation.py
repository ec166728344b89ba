"""Processor time of an agent-step of `gate simulate`, against the paper's own reference run.

The reference takes 3.7 s of processor time for 500 steps of 5 agents (another machine's figure,
so the ratio is good for orders of magnitude only).
"""

from __future__ import annotations

import argparse
import json
import time

from governance.economy.simulation.engine import simulate
from governance.economy.simulation.settings import Settings
from governance.gate.policy import default_policy

REFERENCE_SECONDS = 3.7 / (500 * 5)
TARGET = 1000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.simulation", description=__doc__)
    parser.add_argument("--agents", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=20)
    options = parser.parse_args()
    steps = options.agents * options.days
    spent = []
    for _ in range(3):
        start = time.process_time()
        simulate(Settings(agents=options.agents, days=options.days), default_policy())
        spent.append((time.process_time() - start) / steps)
    ratio = REFERENCE_SECONDS / min(spent)
    found = {
        "agents": options.agents,
        "agent_step_ns": round(min(spent) * 1e9, 1),
        "times_cheaper_than_the_reference": round(ratio),
        f"at_least_{TARGET}": ratio >= TARGET,
    }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
