"""Attempts and states of kin, under any name, now and at a moment before; on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlalchemy import event

from governance.gate.evaluate import evaluate
from governance.gate.policy import default_policy
from governance.gate.vector import RobustnessVector
from governance.kernel.clock import FixedClock
from governance.registry.agent_history import History
from governance.registry.agents import change_agent, find_agent, register_agent, retire_agent
from governance.registry.certifications import certify_agent, count_attempts
from governance.registry.incident_effects import lift_freeze
from governance.store.agents import Agent
from governance.store.store import Store, Transaction
from tests.registry.renaming import (
    DECLARED,
    MODEL,
    OTHER,
    TOOLS,
    Happened,
    certify,
    history_in,
    register,
    standing_of_kin,
)


@pytest.fixture
def ready(set_up_store: Store) -> Store:
    """A store of either kind with ontology and policy."""
    return set_up_store


@pytest.mark.parametrize(
    "digests",
    [DECLARED, {"model": MODEL}, {**DECLARED, "tools": TOOLS}],
    ids=["the same", "one left out", "one added"],
)
def test_attempt_30_is_followed_by_attempt_31_under_another_name(
    ready: Store, strong: RobustnessVector, digests: dict[str, str]
) -> None:
    register(ready, "first", DECLARED)
    certify(ready, "first", strong, times=30)
    register(ready, "second", digests)
    with ready.write() as transaction:
        agent = find_agent(transaction.session, "second")
        certification, decision = certify_agent(transaction, agent, strong)
        assert certification.attempt == 31
    assert decision.alpha == evaluate(strong, default_policy(), attempts=31).alpha
    assert decision.alpha != evaluate(strong, default_policy(), attempts=1).alpha
    assert history_in(ready, "second").attempts == history_in(ready, "first").attempts == 31


def test_what_an_agent_was_made_of_counts_when_it_has_become_another(
    ready: Store, strong: RobustnessVector
) -> None:
    register(ready, "first", {"model": MODEL})
    certify(ready, "first", strong, times=3)
    with ready.write() as transaction:
        agent = find_agent(transaction.session, "first")
        change_agent(transaction, agent, {"model": OTHER})
        assert count_attempts(transaction.session, agent) == 0
    register(ready, "second", {"model": MODEL})
    history = history_in(ready, "second")
    assert (history.attempts, history.kin) == (3, ())


def test_to_retire_an_agent_without_digests_stands_against_nobody(
    ready: Store, strong: RobustnessVector
) -> None:
    register(ready, "first")
    certify(ready, "first", strong)
    with ready.write() as transaction:
        retire_agent(transaction, find_agent(transaction.session, "first"), "replaced")
    register(ready, "second")
    history = history_in(ready, "second")
    assert (history.attempts, standing_of_kin(history)) == (1, {"first": "retired"})


def test_a_past_moment_says_what_was_said_then(
    ready: Store, happened: Happened, strong: RobustnessVector, clock: FixedClock
) -> None:
    register(ready, "subject", {"model": MODEL})

    def then(what: Callable[[Transaction, Agent], object], name: str = "first") -> None:
        with ready.write() as transaction:
            what(transaction, find_agent(transaction.session, name))

    steps: tuple[Callable[[], None], ...] = (
        lambda: register(ready, "first", DECLARED),
        lambda: certify(ready, "first", strong),
        lambda: certify(ready, "subject", strong),
        lambda: register(ready, "beside", {"model": MODEL, "prompt": OTHER}),
        lambda: then(lambda t, a: change_agent(t, a, {"model": TOOLS}), "beside"),
        lambda: happened("first"),
        lambda: then(lambda t, a: change_agent(t, a, {"model": OTHER})),
        lambda: then(lambda t, a: lift_freeze(t, a, "mended")),
        lambda: then(lambda t, a: change_agent(t, a, {"model": MODEL})),
        lambda: certify(ready, "first", strong),
        lambda: happened("first", "critical"),
        lambda: then(lambda t, a: retire_agent(t, a, "over")),
        lambda: then(lambda t, a: change_agent(t, a, {"tools": OTHER}), "beside"),
    )
    said: dict[datetime, History] = {}
    for step in steps:
        clock.advance(1)
        step()
        said[clock.now()] = history_in(ready, "subject")
    assert len({str(one) for one in said.values()}) > 8
    for moment, history in said.items():
        assert history_in(ready, "subject", moment) == history, moment


def test_a_name_without_digests_has_its_past_too(
    ready: Store, happened: Happened, strong: RobustnessVector, clock: FixedClock
) -> None:
    said: dict[datetime, History] = {}
    for name in ("first", "second", "third"):
        register(ready, name)
        certify(ready, name, strong)
    for step in range(4):
        clock.advance(1)
        if step == 1:
            happened("first")
        elif step > 1:
            with ready.write() as transaction:
                agent = find_agent(transaction.session, "first" if step == 2 else "second")
                (lift_freeze if step == 2 else retire_agent)(transaction, agent, "over")
        said[clock.now()] = history_in(ready, "third")
    assert [one.attempts for one in said.values()] == [1, 2, 1, 2]
    assert [len(one.kin) for one in said.values()] == [0, 1, 0, 1]
    for moment, history in said.items():
        assert history_in(ready, "third", moment) == history, moment


@contextmanager
def _counted(store: Store) -> Iterator[list[str]]:
    seen: list[str] = []

    def hear(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(store.engine, "before_cursor_execute", hear)
    try:
        yield seen
    finally:
        event.remove(store.engine, "before_cursor_execute", hear)


def test_ten_times_the_agents_cost_no_more_questions(
    ready: Store, strong: RobustnessVector, clock: FixedClock
) -> None:
    asked: list[tuple[int, ...]] = []
    for size in (3, 30):
        with ready.write() as transaction:
            for index in range(size):
                kin = register_agent(transaction, f"{size}-{index}", digests=DECLARED)
                certify_agent(transaction, kin, strong)
                register_agent(transaction, f"bare-{size}-{index}")
        clock.advance(1)
        counts = []
        with _counted(ready) as seen:
            register(ready, f"declared-{size}", DECLARED)
            counts.append(len(seen))
            register(ready, f"undeclared-{size}")
            counts.append(len(seen))
            certify(ready, f"declared-{size}", strong)
            counts.append(len(seen))
            assert len(history_in(ready, f"declared-{size}").kin) >= size
            counts.append(len(seen))
            history_in(ready, f"declared-{size}", clock.now())
            counts.append(len(seen))
        asked.append(tuple(counts))
        clock.advance(1)
    assert asked[0] == asked[1]
