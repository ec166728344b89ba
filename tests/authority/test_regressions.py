"""Faults that three readers of one fact once had; each is pinned under its name."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import cedarpy
import pytest

from governance.economy.reservations import reserve
from governance.economy.show import show_authority
from governance.gate.cedar import agent_entity, cedar_request, to_cedar
from governance.kernel.clock import FixedClock
from governance.kernel.errors import InputError
from governance.kernel.money import Money
from governance.registry.setup import set_up
from governance.registry.standing import all_standings, standing_of_agent
from governance.reports.build import Request, build
from governance.store.past import position_at
from governance.store.store import Store
from tests.authority.world import POLICIES, World, new_world

PLAIN, STRICT, OTHER_CEILINGS, YEN = range(4)
DEFAULT = 2  # the third group of a world is the default one, that of its last agent


@pytest.fixture
def world(store: Store, clock: FixedClock) -> World:
    set_up(store)
    return new_world(store, clock)


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def pack_says(world: World, name: str) -> dict[str, object]:
    """Return the row of an agent in the overview of the evidence pack."""
    data = build(world.store, Request(kind="evidence-pack", format="zip"))
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        overview = json.loads(pack.read("reports/overview.json"))
    rows: dict[str, dict[str, object]] = {row["name"]: row for row in overview["agents"]["agents"]}
    return rows[name]


def test_f1_a_stricter_policy_counts_in_every_report_at_once(world: World) -> None:
    bot = world.agents[DEFAULT]
    world.certify(DEFAULT, [0.89, 0.89, 0.89, 1.0], None, "point")
    before = world.clock.now()
    assert world.ask()[DEFAULT].report["tier"] == 4
    world.set_policy(DEFAULT, STRICT)
    said = world.ask()[DEFAULT]
    assert said.standing["tier"] == said.authority["USD"]["tier"] == said.report["tier"] == 0
    assert said.report["ceiling"] == {"amount": 0, "currency": "USD"}
    assert said.standing["reasons"][0] == "the policy now in force, strict, allows T0"
    assert said.report["reasons"][0] == said.standing["reasons"][0]
    assert said.overview is not None
    assert (said.overview["tier"], said.overview["ceiling"]["amount"]) == (0, 0)
    row = pack_says(world, bot.name)
    assert (row["tier"], row["ceiling"]) == (0, {"amount": 0, "currency": "USD"})
    assert said.below_certificate is not None
    assert "T4" in said.below_certificate
    assert world.said(before)[DEFAULT].report["tier"] == 4
    world.check_past()


def test_f2_each_policy_gives_its_ceiling_at_its_own_tier(world: World) -> None:
    world.certify(DEFAULT, [0.89, 0.89, 0.89, 1.0], None, "point")
    world.set_policy(DEFAULT, OTHER_CEILINGS)  # T3 under it, whose ceiling is 900 USD there
    said = world.ask()[DEFAULT]
    assert said.standing["tier"] == 3
    assert said.standing["ceiling"] == {"amount": 90_000, "currency": "USD"}
    assert said.authority["USD"]["ceiling"] == 90_000
    with world.store.write() as transaction:
        bot = world.agents[DEFAULT]
        assert reserve(transaction, bot, usd(50_000), key="a", term=timedelta(seconds=1)).granted
        assert not reserve(transaction, bot, usd(40_001), key="b").granted


def test_f2_a_currency_that_one_of_two_policies_does_not_name_has_no_ceiling(world: World) -> None:
    world.certify(DEFAULT, [0.89, 0.89, 0.89, 1.0], None, "point")
    world.set_policy(DEFAULT, YEN)
    said = world.ask()[DEFAULT]
    assert said.standing["tier"] == 4
    assert said.standing["ceiling"] == {"amount": 0, "currency": "JPY"}
    assert said.report["ceiling"] == said.standing["ceiling"]
    assert {code: view["ceiling"] for code, view in said.authority.items()} == {"USD": 0, "JPY": 0}
    with world.store.write() as transaction:
        for currency in ("USD", "JPY"):
            one = Money(amount=1, currency=currency)
            assert not reserve(transaction, world.agents[DEFAULT], one, key=currency).granted


@pytest.mark.parametrize(
    ("action", "granted"), [("contract", True), ("autonomous_contract", False)]
)
def test_f3_what_decides_over_money_is_what_cedar_is_compared_with(
    world: World, action: str, granted: bool
) -> None:
    """Both know the paper's name of the second action, which a policy need not repeat."""
    world.certify(DEFAULT, [0.64, 0.64, 0.64, 1.0], None, "point")
    bot, policy = world.agents[DEFAULT], POLICIES[PLAIN]
    with world.store.write() as transaction:
        certified = position_at(transaction.session, bot, transaction.now).certified
        assert certified is not None
        short = timedelta(microseconds=1)
        grant = reserve(transaction, bot, usd(1000), key="a", action=action, term=short)
    assert grant.granted == granted
    asked = cedar_request(bot.name, action, amount=1000, exposure=0, currency="USD")
    entity = agent_entity(bot.name, certified.own.standing, policy)
    answer = cedarpy.is_authorized(asked, to_cedar(policy), json.dumps([entity]))
    assert answer.allowed == granted


def test_a_moment_before_the_registration_is_refused(world: World, clock: FixedClock) -> None:
    early = clock.now() - timedelta(days=1)
    with world.store.read() as session:
        assert all_standings(session, early) == []
        for how in (standing_of_agent, show_authority):
            with pytest.raises(InputError, match="registered later") as caught:
                how(session, world.agents[0], early)
            assert caught.value.field == "at"


def test_a_moment_is_the_last_event_until_it(world: World, clock: FixedClock) -> None:
    """Spend of a window that was over counts neither then nor when one looks back."""
    world.set_policy(DEFAULT, 4)  # spend adds up over a day
    world.certify(DEFAULT, [0.89, 0.89, 0.89, 1.0], None, "point")
    world.reserve(DEFAULT, 5_000, "USD", 1.0)
    world.close(0, "commit")
    assert world.ask()[DEFAULT].authority["USD"]["spent"] == 5_000
    clock.advance(1)
    assert world.ask()[DEFAULT].authority["USD"]["spent"] == 0
    world.reserve(DEFAULT, 40, "USD", 1.0)
    world.close(1, "commit")
    assert world.ask()[DEFAULT].authority["USD"]["spent"] == 40
    world.check_past()
