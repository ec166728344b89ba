"""The law of authority: every reader says the same, now and of any past moment, on both databases.

`HYPOTHESIS_PROFILE=long` runs many more examples.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.kernel.clock import FixedClock
from governance.registry.setup import set_up
from governance.store.store import Store
from tests.authority.world import AGENTS, CURRENCIES, POLICIES, new_world
from tests.reports.report_filled import add_incidents

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
who = st.integers(0, AGENTS - 1)
score = st.sampled_from([0.2, 0.49, 0.64, 0.79, 0.82, 0.89, 0.97, 1.0])
amounts = st.sampled_from([1, 40, 999, 5_000, 60_000])
hours = st.sampled_from([0.1, 1.0, 30.0])


Step = tuple[str, tuple[Any, ...]]


def _step(name: str, *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(name), st.tuples(*parts))


certified = _step(
    "certify",
    who,
    st.lists(score, min_size=4, max_size=4),
    st.sampled_from([None, 400]),
    st.sampled_from(["point", "bound"]),
)
policy = _step("set_policy", st.integers(0, 2), st.integers(0, len(POLICIES) - 1))
steps = st.one_of(
    certified,
    policy,
    _step("wait", st.sampled_from([1.0, 24.0, 60.0, 400.0])),
    _step("tick"),
    _step("incident", who, st.sampled_from(["low", "medium", "high", "critical"])),
    _step("lift", who),
    _step("retire", who),
    _step("void", who, st.sampled_from(["revoke", "change"])),
    _step("reserve", who, amounts, st.sampled_from(CURRENCIES), hours),
    _step("close", st.integers(0, 9), st.sampled_from(["commit", "release", "refund"])),
    _step("delegate", who, who, amounts, st.sampled_from(CURRENCIES)),
    _step("undelegate", st.integers(0, 9)),
)
strong = [("certify", (number, [0.97, 0.97, 0.97, 1.0], None, "point")) for number in range(AGENTS)]


@pytest.fixture
def ready(store: Store) -> Store:
    """A store of either kind with the ontology, the default policy and incidents."""
    set_up(store)
    add_incidents(store, 8)
    return store


@settings(
    max_examples=1000 if LONG else 5,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    happened=st.lists(st.one_of(steps, certified, policy), min_size=1, max_size=12),
    asked=st.tuples(who, st.sampled_from(CURRENCIES)),
    every=st.sampled_from([2, 5]),
)
def test_every_reader_says_the_same_now_and_of_the_past(
    ready: Store,
    clock: FixedClock,
    happened: list[Step],
    asked: tuple[int, str],
    every: int,
) -> None:
    world = new_world(ready, clock)
    for number, (name, parts) in enumerate([*strong, *happened]):
        getattr(world, name)(*parts)
        if number >= len(strong) - 1 and number % every == 0:
            world.ask()
            world.check_reservation(*asked)
    world.ask()
    world.check_past()
