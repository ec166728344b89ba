"""What is past its deadline before anybody ticked: every reader leaves it out, as requests do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from governance.economy.answers import AuthorityView, Grant
from governance.economy.delegations import grant_delegation
from governance.economy.reservations import reserve
from governance.economy.show import show_authority
from governance.economy.tick import tick
from governance.economy.tree import delegation_tree
from governance.kernel.clock import FixedClock
from governance.kernel.money import Money
from governance.registry.setup import set_up
from governance.reports.agent.collect import collect
from governance.reports.context import Context
from governance.reports.words import load_words
from governance.store.store import Store
from tests.authority.world import World, new_world

ABOVE, BELOW, OTHER = range(3)
HOUR = timedelta(hours=1)


@pytest.fixture
def world(store: Store, clock: FixedClock) -> World:
    set_up(store)
    world = new_world(store, clock)
    for number in range(3):
        world.certify(number, [0.89, 0.89, 0.89, 1.0], None, "point")  # T4: 1,000 USD
    return world


def ask(world: World, number: int, amount: int, term: timedelta | None = HOUR) -> Grant:
    with world.store.write() as transaction:
        money = Money(amount=amount, currency="USD")
        key = f"k{next(world.keys)}"
        return reserve(transaction, world.agents[number], money, key=key, term=term)


def hand(world: World, amount: int, term: timedelta) -> str:
    with world.store.write() as transaction:
        above, below = world.agents[ABOVE], world.agents[BELOW]
        money = Money(amount=amount, currency="USD")
        answer = grant_delegation(transaction, above, below, money, term=term)
    assert answer.delegation is not None
    return answer.delegation


def seen(world: World, number: int) -> AuthorityView:
    with world.store.read() as session:
        return show_authority(session, world.agents[number], world.clock.now())


def test_what_is_held_past_its_deadline_is_free_in_every_reader(world: World) -> None:
    bot = world.agents[OTHER]
    assert ask(world, OTHER, 90_000).granted
    before = world.clock.now()
    world.wait(1)
    view = seen(world, OTHER)
    assert (view.reserved, view.available) == (0, 100_000)
    assert [one.state for one in view.reservations] == ["expired"]
    with world.store.read() as session:
        report = collect(Context(session, world.clock.now(), load_words("en"), subject=bot.id))
        assert [one.total.amount for one in report.at_risk] == [0]
        then = show_authority(session, bot, before)
    assert (then.reserved, then.available) == (90_000, 10_000)
    assert [one.state for one in then.reservations] == ["held"]
    lapsed = world.clock.now()
    grant = ask(world, OTHER, 100_000)
    assert (grant.granted, grant.exposure, grant.available) == (True, 100_000, 0)
    with world.store.read() as session:
        assert show_authority(session, bot, lapsed).available == 0  # both in one moment
    world.wait(2)
    tick(world.store)
    with world.store.read() as session:
        view = show_authority(session, bot, lapsed + timedelta(hours=1, minutes=30))
    assert (view.reserved, view.available) == (0, 100_000)


def test_a_grant_leaves_what_the_reader_says_it_leaves(world: World) -> None:
    assert ask(world, OTHER, 30_000).granted
    world.wait(1)
    grant = ask(world, OTHER, 10_000, None)
    view = seen(world, OTHER)
    assert (grant.exposure, grant.available) == (view.exposure, view.available) == (10_000, 90_000)


def test_a_sub_budget_with_what_is_held_under_it_past_its_deadline(world: World) -> None:
    name = hand(world, 50_000, 3 * HOUR)
    assert ask(world, BELOW, 40_000).granted
    world.wait(1)
    view = seen(world, BELOW)
    assert view.sub_budget is not None
    assert (view.available, view.sub_budget.available) == (50_000, 50_000)
    with world.store.read() as session:
        (branch,) = delegation_tree(session, world.clock.now())
    assert (branch.id, branch.reserved, branch.available) == (name, 0, 50_000)
    assert ask(world, BELOW, 50_000).granted


def test_nothing_is_available_under_a_sub_budget_past_its_deadline(world: World) -> None:
    hand(world, 50_000, HOUR)
    world.wait(1)
    view = seen(world, BELOW)
    assert (view.available, [one.code for one in view.reasons]) == (0, ["sub_budget_over"])
    with world.store.read() as session:
        (branch,) = delegation_tree(session, world.clock.now())
    assert (branch.state, branch.available) == ("active", 0)
    grant = ask(world, BELOW, 1)
    assert (grant.granted, grant.available) == (False, 0)
    assert "sub_budget_over" in [one.code for one in grant.reasons]
    tick(world.store)
    assert seen(world, BELOW).available == 100_000
