from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from governance.economy.check import check_books
from governance.economy.contracts import accept_contract, post_contract, submit_work
from governance.economy.delegations import grant_delegation
from governance.economy.reservations import reserve
from governance.economy.show import show_authority
from governance.economy.terms import Terms
from governance.economy.tick import Ticked, tick
from governance.gate.policy import Policy, default_policy
from governance.gate.reaudit import reveal_fits
from governance.kernel.clock import FixedClock
from governance.kernel.value import parse
from governance.registry.agents import retire_agent
from governance.registry.policies import set_policy
from governance.store.agents import Agent
from governance.store.engine import make_engine
from governance.store.ledger import LedgerEvent
from governance.store.store import Store
from governance.store.verify import verify_ledger
from tests.economy.conftest import certify, quiet_policy, usd

Make = Callable[[str, int | None], Agent]
NOTHING = Ticked(**dict.fromkeys(Ticked.model_fields, 0))


def events(store: Store, kind: str) -> list[LedgerEvent]:
    with store.read() as session:
        return list(session.scalars(select(LedgerEvent).where(LedgerEvent.kind == kind)))


def test_an_empty_economy_has_nothing_due(economy: Store) -> None:
    assert tick(economy) == NOTHING


def test_tier_drops_are_told_once_with_their_cause(
    economy: Store, agent_of: Make, clock: FixedClock
) -> None:
    bot = agent_of("bot", 3)  # 0.79: T3 until day 19.5, T2 until 45.7, T1 until 96.8
    assert tick(economy).agents_watched == 1
    assert tick(economy) == NOTHING
    clock.advance(19)
    assert tick(economy) == NOTHING
    clock.advance(1)
    assert tick(economy).tier_drops == 1
    assert tick(economy) == NOTHING
    clock.advance(100)
    assert tick(economy).tier_drops == 1  # T2 and T1 went by unseen
    assert tick(economy) == NOTHING
    told = [event.data() for event in events(economy, "agent.tier_dropped")]
    assert [(one["from"], one["to"], one["cause"]) for one in told] == [
        (3, 2, "decay"),
        (2, 0, "decay"),
    ]
    assert {event.subject for event in events(economy, "agent.tier_dropped")} == {bot.id}


def test_a_year_without_a_tick_and_a_clock_that_goes_back(
    economy: Store, agent_of: Make, clock: FixedClock
) -> None:
    root, child = agent_of("root", 5), agent_of("child", 5)
    terms = {
        "objective": "work",
        "constraints": [{"kind": "contains", "phrases": ["done"]}],
        "reward": "1 USD",
        "penalty": "2 USD",
        "deadline": "2026-03-04T12:00:00Z",
    }
    with economy.write() as transaction:
        term = timedelta(days=20)
        assert grant_delegation(transaction, root, child, usd(5000), term=term).granted
        for number in range(3):
            assert reserve(transaction, child, usd(10), key=f"{number}").granted
        for _ in range(3):
            row = post_contract(transaction, parse(Terms, terms), "acme").contract
            assert accept_contract(transaction, row, child).done
        submit_work(transaction, row, "done")
    clock.advance(365)
    done = tick(economy)
    assert (done.reservations_expired, done.sub_budgets_ended, done.contracts_ended) == (3, 1, 3)
    assert tick(economy) == NOTHING
    with economy.read() as session:
        view = show_authority(session, root, clock.now()).model_dump(mode="json")
    assert (view["spent"], view["delegated"]) == (400, 0)  # two penalties; the third was returned
    clock.advance(-300)
    assert tick(economy) == NOTHING
    with economy.read() as session:
        assert check_books(session).faults == ()
        assert verify_ledger(session).ok


def test_retirement_and_a_new_certification_are_noticed(economy: Store, agent_of: Make) -> None:
    bot = agent_of("bot", 3)
    with economy.write() as transaction:
        reserve(transaction, bot, usd(500), key="k")
    tick(economy)
    with economy.write() as transaction:
        retire_agent(transaction, transaction.session.merge(bot), "gone")
    assert tick(economy).tier_drops == 1
    assert len(events(economy, "authority.released")) == 1
    assert tick(economy) == NOTHING
    other = agent_of("other", 3)
    tick(economy)
    with economy.write() as transaction:
        certify(transaction, other, 2)
    assert tick(economy).agents_watched == 1


def test_a_new_policy_is_noticed(economy: Store, agent_of: Make) -> None:
    bot = agent_of("bot", 3)
    with economy.write() as transaction:
        reserve(transaction, bot, usd(5000), key="k")
    tick(economy)
    lower = {"currency": "USD", "minor_units": [0, 1, 2, 3, 4, 5], "other_currencies": {}}
    with economy.write() as transaction:
        set_policy(transaction, quiet_policy(ceilings=lower))
    tick(economy)
    assert len(events(economy, "authority.released")) == 1


def test_spot_audits_are_revealed_and_lapse(sqlite_store: Store, clock: FixedClock) -> None:
    from tests.economy.conftest import add_agent

    store = sqlite_store
    with store.write() as transaction:
        set_policy(transaction, default_policy())
        agent = add_agent(transaction, "bot", 3)
    tick(store)
    for _ in range(110):  # a stale IH* makes an audit due after 90 days at the latest
        clock.advance(1)
        tick(store)
    (due,), (late,) = events(store, "audit.due"), events(store, "audit.overdue")
    assert (due.subject, late.subject) == (agent.id, agent.id)
    told = due.data()
    assert reveal_fits(told["commitment"], bytes.fromhex(told["seed"]), told["certification"])
    assert 6.9 < (late.at - due.at) / timedelta(days=1) <= 8.1


def test_nothing_is_granted_beyond_the_grace_of_an_audit_that_is_due(
    store: Store, clock: FixedClock
) -> None:
    from tests.economy.conftest import add_agent

    with store.write() as transaction:
        data = quiet_policy().model_dump(mode="json")
        data["ih"]["fresh_days"], data["reaudit"]["overdue_days"] = 3.0, 2.0
        set_policy(transaction, Policy.model_validate(data))
        agent = add_agent(transaction, "bot", 3)

    def granted(key: str, days: float) -> bool:
        with store.write() as transaction:
            term = timedelta(days=days)
            return reserve(transaction, agent, usd(1), key=key, term=term).granted

    clock.advance(3.5)
    assert granted("within", 1.4)
    assert not granted("beyond", 1.6)
    clock.advance(2)
    assert not granted("late", 0.1)


@pytest.mark.parametrize("hosts", [2])
def test_two_hosts_do_each_thing_once(
    economy: Store, agent_of: Make, database_url: str, clock: FixedClock, hosts: int
) -> None:
    bot = agent_of("bot", 3)
    for number in range(30):
        with economy.write() as transaction:
            reserve(transaction, bot, usd(1), key=f"k{number}", term=timedelta(minutes=1))
    clock.advance(1)
    done: list[Ticked] = []

    def work() -> None:
        own = Store(make_engine(database_url, lock_timeout_seconds=60), clock, "host")
        done.append(tick(own, batch=4))
        own.close()

    threads = [threading.Thread(target=work) for _ in range(hosts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.reservations_expired for one in done) == 30
    expired = Counter(one.data()["reservation"] for one in events(economy, "authority.expired"))
    assert set(expired.values()) == {1}
    with economy.read() as session:
        assert check_books(session).faults == ()
        assert verify_ledger(session).ok
