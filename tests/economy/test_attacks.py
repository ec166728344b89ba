"""The attack suite in its short form; `make attack` runs the long one."""

from __future__ import annotations

import pytest

from bench.attack.__main__ import open_world
from bench.attack.attacks import ATTACKS
from bench.attack.others import attack_others


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_is_overspent_on_sqlite(attack: str) -> None:
    with open_world("sqlite", attack, short=True) as world:
        outcome = ATTACKS[attack](world)
    assert (outcome.worst_overspend_percent, outcome.faults) == (0, [])
    assert outcome.granted > 0


@pytest.mark.postgres
@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_is_overspent_on_postgresql(attack: str, postgres_server: str) -> None:
    with open_world("postgresql", attack, short=True) as world:
        outcome = ATTACKS[attack](world)
    assert (outcome.worst_overspend_percent, outcome.faults) == (0, [])
    assert outcome.granted > 0


def test_every_other_rule_can_be_overspent() -> None:
    assert all(max(attacks.values()) >= 900 for attacks in attack_others().values())
