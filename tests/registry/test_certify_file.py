from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from governance.economy.tick import tick
from governance.gate.policy import default_policy
from governance.gate.rows import read_vectors
from governance.kernel.clock import FixedClock
from governance.kernel.errors import ConflictError, InputError
from governance.registry import certify_batch
from governance.registry.agents import change_agent, find_agent, register_agent, retire_agent
from governance.registry.certificates import revoke_certificate
from governance.registry.certify_file import certify_file
from governance.registry.certify_rows import certify_one
from governance.registry.enforcement import enforce_agents
from governance.registry.keys import signing_key
from governance.registry.policies import set_policy
from governance.registry.standing import AgentStanding, all_standings
from governance.store.agents import Agent, Certification
from governance.store.ledger import ledger_head
from governance.store.store import Store, Transaction
from governance.store.verify import verify_ledger
from tests.registry.batch_world import (
    PASSWORD,
    Row,
    attempts,
    certificates_hold,
    fleet,
    run,
    told,
    write,
)
from tests.registry.renaming import MODEL, OTHER

NUMBERS = iter(range(10**6))
names = st.sampled_from(("ash", "birch", "cedar", "known", "declared", "twin"))
rows = st.lists(st.builds(Row, names, st.sampled_from((0.1, 0.7, 0.95))), max_size=7)
DATA = files("governance.registry") / "data"


@pytest.fixture
def ready(set_up_store: Store) -> Store:
    """A store of either kind with ontology and policy."""
    return set_up_store


def test_no_published_certificate_yields_authority_from_a_default(
    set_up_sqlite_store: Store,
) -> None:
    with as_file(DATA / "published-certificates.csv") as file:
        standings = certify_file(set_up_sqlite_store, str(file), password=PASSWORD, basis="point")
    assert len(standings) == 25
    for standing in standings:
        assert standing.tier == 0
        assert {"er", "ih"} <= set(standing.missing)


def test_the_example_agents_reach_every_tier_and_say_that_they_are_examples(
    set_up_sqlite_store: Store,
) -> None:
    with as_file(DATA / "example-agents.csv") as file:
        standings = certify_file(set_up_sqlite_store, str(file), password=PASSWORD)
    assert {standing.tier for standing in standings} == {1, 2, 3, 4, 5}
    assert all("invented" in standing.agent for standing in standings)
    assert all(standing.evidence == "declared" for standing in standings)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("bot,1.5,0.5,0.5,0.5", "cc"),
        ("bot,0.5,nan,0.5,0.5", "er"),
        ("bot,0.5,0.5,much,0.5", "as"),
        (",0.5,0.5,0.5,0.5", "agent"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_stored(
    set_up_sqlite_store: Store, tmp_path: Path, row: str, field: str
) -> None:
    file = tmp_path / "vectors.csv"
    file.write_text(f"agent,cc,er,as_,ih\ngood,0.5,0.5,0.5,0.5\n{row}\n")
    with pytest.raises(InputError) as caught:
        certify_file(set_up_sqlite_store, str(file), password=PASSWORD)
    assert (caught.value.file, caught.value.line) == (str(file), 3)
    assert caught.value.field == field
    with set_up_sqlite_store.read() as session:
        assert all_standings(session, set_up_sqlite_store.clock.now()) == []


def test_a_file_cannot_call_its_own_scores_verified(
    set_up_sqlite_store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "vectors.csv"
    file.write_text("agent,cc,er,as_,ih,evidence_cc\nbot,0.9,0.9,0.9,0.9,verified\n")
    certify_file(set_up_sqlite_store, str(file), password=PASSWORD, basis="point")
    with set_up_sqlite_store.read() as session:
        stored = session.scalars(select(Certification)).one()
    assert stored.vector.evidence_cc == "declared"
    assert set(stored.decision.evidence.values()) == {"declared"}


def _prepare(store: Store, prefix: str, digest: str) -> None:
    """Agents that are there before: one plain, two of the same digests, one retired."""
    with store.write() as transaction:
        register_agent(transaction, f"{prefix}known")
        for name in ("declared", "twin"):
            register_agent(transaction, f"{prefix}{name}", digests={"model": digest})
    with store.write() as transaction:
        gone = register_agent(transaction, f"{prefix}gone")
        retire_agent(transaction, gone, "over")


def _one_by_one(store: Store, file: Path) -> None:
    key = signing_key(store, PASSWORD)
    for row in read_vectors(str(file)):
        assert row.name is not None
        with store.write() as transaction:
            known = transaction.session.scalar(select(Agent).where(Agent.name == row.name))
            if known is None:
                register_agent(transaction, row.name)
            certify_one(transaction, row.name, row.vector, key=key, evidence=file)


def _outcome(store: Store, prefix: str, since: int) -> tuple[Any, ...]:
    with store.read() as session:
        standings = all_standings(session, store.clock.now())
    stands = [
        (one.agent.removeprefix(prefix), one.tier, one.ceiling, one.attempt, one.reasons)
        for one in standings
        if one.agent.startswith(prefix)
    ]
    return attempts(store, prefix), told(store, since), stands


def _head(store: Store) -> int:
    with store.read() as session:
        return ledger_head(session)[0]


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(rows, st.integers(1, 4))
def test_a_file_in_batches_comes_to_what_its_rows_come_to_one_by_one(
    ready: Store, tmp_path: Path, rows: list[Row], batch: int
) -> None:
    signing_key(ready, PASSWORD)
    number, found = next(NUMBERS), []
    for side in ("batch", "single"):
        hand, prefix = ready.acting_as(f"{side}-{number}"), f"{side} in {number}: "
        _prepare(hand, prefix, f"{MODEL[:-9]}{int(side == 'batch')}{number:08x}")
        before = _head(ready)
        renamed = [row._replace(agent=prefix + row.agent) for row in rows]
        file = write(tmp_path / f"{side}.csv", renamed)
        if side == "batch":
            run(hand, file, batch=batch)
        else:
            _one_by_one(hand, file)
        found.append(_outcome(ready, prefix, before))
    assert found[0] == found[1]
    assert certificates_hold(ready)
    with ready.read() as session:
        assert verify_ledger(session).ok


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(rows, st.integers(1, 3), st.integers(1, 4))
def test_a_file_that_was_stopped_goes_on_and_comes_to_the_same(
    ready: Store, tmp_path: Path, rows: list[Row], batch: int, batches: int
) -> None:
    signing_key(ready, PASSWORD)
    number, found = next(NUMBERS), []

    def stop_behind(calls: list[int]) -> None:
        calls.append(1)
        if len(calls) == batches:
            raise KeyboardInterrupt

    for side in ("stopped", "whole"):
        hand, prefix = ready.acting_as(f"{side}-{number}"), f"{side} in {number}: "
        _prepare(hand, prefix, f"{OTHER[:-9]}{int(side == 'whole')}{number:08x}")
        before = _head(ready)
        renamed = [row._replace(agent=prefix + row.agent) for row in rows]
        file = write(tmp_path / f"{side}.csv", renamed)
        if side == "stopped":
            calls: list[int] = []
            with suppress(KeyboardInterrupt):
                run(hand, file, batch=batch, after=lambda calls=calls: stop_behind(calls))
        answered = run(hand, file, batch=batch)
        assert [one.agent for one in answered] == [row.agent for row in renamed]
        found.append(_outcome(ready, prefix, before))
    assert found[0] == found[1]


def test_a_stop_inside_a_batch_leaves_whole_batches(
    ready: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, enforcing, calls = write(tmp_path / "vectors.csv", fleet(8)), enforce_agents, []

    def stop(transaction: Transaction, causes: dict[str, str]) -> None:
        enforcing(transaction, causes)
        calls.append(causes)
        if len(calls) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(certify_batch, "enforce_agents", stop)
        run(ready, file, batch=3)
    assert len(attempts(ready)) == 3
    run(ready, file, batch=3)
    assert [(one[0], one[1]) for one in attempts(ready)] == [(row.agent, 1) for row in fleet(8)]


def test_a_file_that_is_done_adds_nothing_and_is_answered_again(
    ready: Store, tmp_path: Path
) -> None:
    file = write(tmp_path / "vectors.csv", [*fleet(4), *fleet(2)])
    first = run(ready, file)
    before = _head(ready)
    assert run(ready, file, batch=2)[2:4] == first[2:4]
    assert _head(ready) == before
    assert [one.attempt for one in first] == [1, 1, 1, 1, 2, 2]


@pytest.mark.parametrize("change", ["score", "file", "basis", "policy", "digests", "void"])
def test_what_differs_in_anything_is_another_attempt(
    ready: Store, tmp_path: Path, change: str
) -> None:
    file = write(tmp_path / "vectors.csv", [Row("bot", 0.95), Row("other", 0.95)])
    run(ready, file)
    with ready.write() as transaction:
        bot = find_agent(transaction.session, "bot")
        if change == "policy":
            set_policy(transaction, default_policy().model_copy(update={"name": "another"}))
        if change == "digests":
            change_agent(transaction, bot, {"model": MODEL})
        if change == "void":
            revoke_certificate(transaction, bot, "leaked")
    if change == "score":
        write(file, [Row("bot", 0.94), Row("other", 0.95)])
    if change == "file":
        file.write_text(file.read_text() + "\n")
    certify_file(ready, str(file), password=PASSWORD, basis="point" if change == "basis" else None)
    numbers = {name: attempt for name, attempt, *_ in attempts(ready)}
    # A changed score makes another file, and so does a blank line at its end.
    others = 1 if change in ("digests", "void") else 2
    assert numbers == {"bot": 1 if change == "digests" else 2, "other": others}


def test_an_agent_that_is_retired_is_refused_and_nothing_is_stored(
    ready: Store, tmp_path: Path
) -> None:
    with ready.write() as transaction:
        retire_agent(transaction, register_agent(transaction, "gone"), "over")
    before = _head(ready)
    with pytest.raises(ConflictError, match="is retired") as caught:
        run(ready, write(tmp_path / "vectors.csv", [*fleet(3), Row("gone", 0.9)]), batch=1)
    assert caught.value.line == 5
    assert _head(ready) == before


def test_two_names_of_a_file_that_look_alike_are_refused_and_nothing_is_stored(
    ready: Store, tmp_path: Path
) -> None:
    before = _head(ready)
    rows = [*fleet(3), Row("BOT-AA", 0.9)]
    with pytest.raises(ConflictError, match="'BOT-AA' looks like 'bot-aa'") as caught:
        run(ready, write(tmp_path / "vectors.csv", rows), batch=1)
    assert caught.value.line == 5
    assert _head(ready) == before


def _statements(store: Store, work: Callable[[], object]) -> int:
    seen: list[str] = []

    def trace(connection: Any, *_: object) -> None:
        connection.set_trace_callback(seen.append)

    store.close()
    event.listen(store.engine, "connect", trace)
    try:
        work()
    finally:
        event.remove(store.engine, "connect", trace)
        store.close()
    return len(seen)


def test_twice_as_many_agents_take_at_most_twice_as_many_statements(
    set_up_sqlite_store: Store, tmp_path: Path, clock: FixedClock
) -> None:
    store = set_up_sqlite_store
    signing_key(store, PASSWORD)
    counts: dict[str, list[int]] = {"certify": [], "list": [], "tick": []}
    for number in (50, 100):
        file = write(tmp_path / f"{number}.csv", fleet(number, f"of-{number}"))
        counts["certify"].append(_statements(store, partial(run, store, file)))
        counts["list"].append(_statements(store, partial(_list, store)))
        counts["tick"].append(_statements(store, partial(tick, store)))
        clock.advance(1)
    first, second = counts["certify"]
    assert second <= 2 * first
    assert second - first < 50 * 12  # two events, two rows and the keys of a name
    assert counts["list"][0] == counts["list"][1]
    assert counts["tick"][1] <= 2 * counts["tick"][0]


def _list(store: Store) -> list[AgentStanding]:
    with store.read() as session:
        return all_standings(session, store.clock.now())
