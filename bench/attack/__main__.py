"""`python -m bench.attack`: the attack table; with JSON=1 one JSON document."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from bench.attack.attacks import ATTACKS, MOVES_CLOCK, START
from bench.attack.others import attack_others
from bench.attack.world import POSTGRES_DEFAULT, World, postgres_world, sqlite_world
from governance.kernel.clock import FixedClock


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.attack", description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer rounds, as in the tests")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--attack", action="append", choices=sorted(ATTACKS))
    options = parser.parse_args()
    as_json = os.environ.get("JSON", "") not in ("", "0")
    found: dict[str, dict[str, Any]] = {}
    models = attack_others()
    for database in options.database or ("sqlite", "postgresql"):
        if database == "postgresql" and not _answers():
            print("PostgreSQL does not answer: left out", file=sys.stderr)
            continue
        found[database] = {}
        for name in options.attack or ATTACKS:
            with open_world(database, name, options.short) as world:
                outcome = ATTACKS[name](world)
            others = {rule: attacks.get(name) for rule, attacks in models.items()}
            found[database][name] = {**outcome.to_json(), "models_of_others_percent": others}
            print(f"{database}: {name}: {outcome.detail}", file=sys.stderr)
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        _print_table(found, models)
    broken = [
        one
        for attacks in found.values()
        for one in attacks.values()
        if one["worst_overspend_percent"] > 0 or one["faults"]
    ]
    return 1 if broken else 0


@contextmanager
def open_world(database: str, attack: str, short: bool) -> Iterator[World]:
    """A fresh database for one attack, with a clock that stands still where time is moved."""
    policy = MOVES_CLOCK.get(attack)
    clock = None if policy is None else FixedClock(START)
    if database == "sqlite":
        with sqlite_world(short, clock, **(policy or {})) as world:
            yield world
        return
    with postgres_world(_server(), short, clock, **(policy or {})) as world:
        yield world


def _server() -> str:
    return os.environ.get("UNDERWRITER_TEST_POSTGRES_URL", POSTGRES_DEFAULT)


def _answers() -> bool:
    engine = create_engine(_server(), connect_args={"connect_timeout": 3})
    try:
        with engine.connect():
            return True
    except OperationalError:
        return False
    finally:
        engine.dispose()


def _print_table(found: dict[str, dict[str, Any]], others: dict[str, dict[str, float]]) -> None:
    columns = [*found, *others]
    print("worst overspend in per cent of the ceiling (others: models of their rules)")
    print(f"{'attack':30}" + "".join(f"{name:>17}" for name in columns))
    for attack in next(iter(found.values()), {}):
        cells = [f"{found[name][attack]['worst_overspend_percent']:.6g}" for name in found]
        cells += [
            f"{others[name][attack]:.6g}" if attack in others[name] else "-" for name in others
        ]
        print(f"{attack:30}" + "".join(f"{cell:>17}" for cell in cells))
    faults = sum(len(one["faults"]) for attacks in found.values() for one in attacks.values())
    print(
        f"ledger and books after every attack: {'in order' if not faults else f'{faults} faults'}"
    )


if __name__ == "__main__":
    sys.exit(main())
