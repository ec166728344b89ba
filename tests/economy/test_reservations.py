from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Select, select

from governance.economy.answers import Grant
from governance.economy.check import check_books
from governance.economy.closing import commit, find_reservation, refund, release
from governance.economy.reservations import reserve
from governance.economy.show import show_authority
from governance.kernel.clock import FixedClock
from governance.kernel.errors import InputError
from governance.kernel.money import MAX_MINOR_UNITS, Money
from governance.registry.agents import change_agent, retire_agent
from governance.registry.policies import set_policy
from governance.store.agents import Agent
from governance.store.economy_delegations import IS_ACTIVE, Delegation
from governance.store.economy_reservations import IS_HELD, Reservation
from governance.store.store import Store
from governance.store.verify import verify_ledger
from tests.conftest import START
from tests.economy.conftest import certify, quiet_policy, usd

Make = Callable[[str, int | None], Agent]


def ask(store: Store, agent: Agent, amount: int, key: str, **options: object) -> Grant:
    with store.write() as transaction:
        return reserve(transaction, agent, usd(amount), key=key, **options)  # type: ignore[arg-type]


def codes(grant: Grant) -> set[str]:
    return {reason.code for reason in grant.reasons}


def view(store: Store, agent: Agent) -> dict[str, object]:
    with store.read() as session:
        return show_authority(session, agent, store.clock.now()).model_dump(mode="json")


def assert_in_order(store: Store) -> None:
    with store.read() as session:
        books, ledger = check_books(session), verify_ledger(session)
    assert books.faults == ()
    assert ledger.ok


def test_reserve_up_to_the_ceiling_and_not_one_cent_more(economy: Store, agent_of: Make) -> None:
    bot = agent_of("bot", 3)
    assert ask(economy, bot, 10000, "all").granted
    denied = ask(economy, bot, 1, "more")
    assert not denied.granted
    assert codes(denied) == {"ceiling"}
    assert (denied.exposure, denied.ceiling, denied.available) == (10000, 10000, 0)
    assert_in_order(economy)


def test_a_key_reserves_once(economy: Store, agent_of: Make) -> None:
    bot = agent_of("bot", 3)
    first, again = ask(economy, bot, 700, "k"), ask(economy, bot, 700, "k")
    assert first.reservation == again.reservation
    assert again.replayed
    assert view(economy, bot)["exposure"] == 700
    with pytest.raises(InputError, match="another request"):
        ask(economy, bot, 701, "k")
    assert_in_order(economy)


def test_a_repetition_says_what_became_of_the_reservation(
    economy: Store, agent_of: Make, clock: FixedClock
) -> None:
    bot = agent_of("bot", 3)
    ended, spent = ask(economy, bot, 700, "k"), ask(economy, bot, 10, "spent")
    assert (ended.state, ask(economy, bot, 10**9, "much").state) == ("held", None)
    with economy.write() as transaction:
        commit(transaction, spent.reservation or "")
    clock.advance(1)
    again = [ask(economy, bot, 700, "k"), ask(economy, bot, 10, "spent")]
    assert [(one.granted, one.state) for one in again] == [(True, "expired"), (True, "committed")]


def test_a_key_belongs_to_its_agent(economy: Store, agent_of: Make) -> None:
    one, two = agent_of("one", 2), agent_of("two", 2)
    grants = ask(economy, one, 5, "k"), ask(economy, two, 5, "k")
    assert grants[0].reservation != grants[1].reservation


def test_partial_commit_gives_the_rest_back(economy: Store, agent_of: Make) -> None:
    bot = agent_of("bot", 2)
    held = ask(economy, bot, 1000, "k").reservation
    assert held is not None
    with economy.write() as transaction:
        outcome = commit(transaction, held, usd(400))
    assert (outcome.done, outcome.reservation.state) == (True, "committed")
    shown = view(economy, bot)
    assert (shown["spent"], shown["reserved"], shown["available"]) == (400, 0, 600)
    with economy.write() as transaction:
        assert commit(transaction, held, usd(400)).changed is False
        assert commit(transaction, held, usd(300)).done is False
        assert release(transaction, held).done is False
    assert_in_order(economy)


def test_refunds_need_a_key_for_a_part_and_count_once(economy: Store, agent_of: Make) -> None:
    bot = agent_of("bot", 2)
    held = ask(economy, bot, 1000, "k").reservation
    assert held is not None
    with economy.write() as transaction:
        assert refund(transaction, held).done is False  # nothing is spent yet
        commit(transaction, held)
    with economy.write() as transaction:
        assert refund(transaction, held, usd(300), key="r1").changed
        assert not refund(transaction, held, usd(300), key="r1").changed
        with pytest.raises(InputError, match="needs a key"):
            refund(transaction, held, usd(1))
        with pytest.raises(InputError, match="another refund"):
            refund(transaction, held, usd(299), key="r1")
        with pytest.raises(InputError, match="at most"):
            refund(transaction, held, usd(701), key="r2")
    assert view(economy, bot)["spent"] == 700
    with economy.write() as transaction:
        assert refund(transaction, held).reservation.state == "refunded"
        assert refund(transaction, held).changed is False
    assert view(economy, bot)["exposure"] == 0
    assert_in_order(economy)


@pytest.mark.parametrize("key", ["all", "rest", "*"])
def test_no_key_of_a_part_stands_for_the_rest(economy: Store, agent_of: Make, key: str) -> None:
    held = ask(economy, agent_of("bot", 3), 1000, "k").reservation or ""
    with economy.write() as transaction:
        commit(transaction, held)
        refund(transaction, held, usd(100), key=key)
        outcome = refund(transaction, held)
    assert (outcome.changed, outcome.reservation.refunded) == (True, 1000)


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "a\0b"])
def test_a_refund_needs_a_usable_key(economy: Store, agent_of: Make, key: str) -> None:
    held = ask(economy, agent_of("bot", 3), 1000, "k").reservation or ""
    with economy.write() as transaction:
        commit(transaction, held)
        with pytest.raises(InputError, match="key"):
            refund(transaction, held, usd(100), key=key)


def test_an_hour_said_is_the_hour_left_out(economy: Store, agent_of: Make) -> None:
    bot = agent_of("bot", 3)
    with economy.write() as transaction:
        first = reserve(transaction, bot, usd(100), key="k")
        again = reserve(transaction, bot, usd(100), key="k", term=timedelta(hours=1))
        assert (again.replayed, again.reservation) == (True, first.reservation)
        with pytest.raises(InputError, match="another request"):
            reserve(transaction, bot, usd(100), key="k", term=timedelta(hours=2))


def test_release_twice_is_release_once(economy: Store, agent_of: Make) -> None:
    bot = agent_of("bot", 2)
    held = ask(economy, bot, 900, "k").reservation
    assert held is not None
    with economy.write() as transaction:
        assert release(transaction, held).changed
        assert not release(transaction, held).changed
        assert not commit(transaction, held).done
    assert view(economy, bot)["exposure"] == 0
    assert_in_order(economy)


def test_an_expired_reservation_cannot_be_committed_and_frees_its_money(
    economy: Store, agent_of: Make, clock: FixedClock
) -> None:
    bot = agent_of("bot", 2)
    held = ask(economy, bot, 1000, "k", term=timedelta(minutes=5)).reservation
    assert held is not None
    clock.moment += timedelta(minutes=5)
    assert ask(economy, bot, 1000, "next").granted  # what is due is ended on the way
    with economy.write() as transaction:
        outcome = commit(transaction, held)
    assert (outcome.done, outcome.reservation.state) == (False, "expired")
    assert view(economy, bot)["reserved"] == 1000
    assert_in_order(economy)


def test_a_slow_clock_revives_nothing(economy: Store, agent_of: Make, clock: FixedClock) -> None:
    bot = agent_of("bot", 2)
    held = ask(economy, bot, 1000, "k", term=timedelta(minutes=2)).reservation
    assert held is not None
    clock.moment += timedelta(minutes=3)
    ask(economy, bot, 1, "tick")
    clock.moment -= timedelta(minutes=3)
    with economy.write() as transaction:
        assert not commit(transaction, held).done
    assert_in_order(economy)


def test_the_lowest_ceiling_until_the_deadline_counts(economy: Store, agent_of: Make) -> None:
    bot = agent_of("bot", 3)  # 0.79 holds T3 (0.65) for 19.5 days at 0.01 a day
    assert ask(economy, bot, 10000, "short", term=timedelta(days=19)).granted
    with economy.write() as transaction:
        row = show_authority(transaction.session, bot, economy.clock.now()).reservations[0]
        release(transaction, row.id)
    late = ask(economy, bot, 10000, "long", term=timedelta(days=20))
    assert (late.granted, late.ceiling) == (False, 1000)


@pytest.mark.parametrize(
    ("amount", "message"), [(0, "above 0"), (-5, "above 0"), (MAX_MINOR_UNITS, None)]
)
def test_impossible_amounts(
    economy: Store, agent_of: Make, amount: int, message: str | None
) -> None:
    bot = agent_of("bot", 5)
    if message is None:
        assert codes(ask(economy, bot, amount, "k")) == {"ceiling"}
        return
    with pytest.raises(InputError, match=message):
        ask(economy, bot, amount, "k")


@pytest.mark.parametrize("term", [timedelta(0), -timedelta(seconds=1)])
def test_a_term_that_is_no_time_is_refused(economy: Store, agent_of: Make, term: timedelta) -> None:
    with pytest.raises(InputError, match="future") as error:
        ask(economy, agent_of("bot", 5), 100, "k", term=term)
    assert error.value.field == "expires_in"


def test_another_currency_has_no_ceiling_unless_the_policy_names_one(
    economy: Store, agent_of: Make
) -> None:
    bot = agent_of("bot", 5)
    with economy.write() as transaction:
        grant = reserve(transaction, bot, Money(amount=1, currency="EUR"), key="k")
    assert codes(grant) == {"currency", "ceiling"}
    held = ask(economy, bot, 100, "usd").reservation
    assert held is not None
    with economy.write() as transaction, pytest.raises(InputError, match="is in EUR"):
        commit(transaction, held, Money(amount=1, currency="EUR"))


def test_every_reason_is_named_at_once(economy: Store, agent_of: Make) -> None:
    bot = agent_of("bot", None)
    grant = ask(economy, bot, 5, "k", term=timedelta(days=365))
    assert codes(grant) == {"never_certified", "tier", "too_long", "ceiling"}
    assert codes(ask(economy, agent_of("b", 5), 5, "k", action="fly")) == {"unknown_action"}


def test_retired_changed_and_demoted_agents_are_denied(economy: Store, agent_of: Make) -> None:
    bot = agent_of("bot", 5)
    with economy.write() as transaction:
        certify(transaction, bot, 1)
    assert "tier" in codes(ask(economy, bot, 5, "k"))
    other = agent_of("other", 5)
    with economy.write() as transaction:
        merged = transaction.session.merge(other)
        change_agent(transaction, merged, {"prompt": "sha256:" + "0" * 64})
    assert "void" in codes(ask(economy, other, 5, "k"))
    third = agent_of("third", 5)
    with economy.write() as transaction:
        retire_agent(transaction, transaction.session.merge(third), "done")
    assert "status" in codes(ask(economy, third, 5, "k"))


def test_a_stricter_policy_in_force_binds_at_once(economy: Store, agent_of: Make) -> None:
    bot = agent_of("bot", 2)
    stricter = quiet_policy(
        ceilings={"currency": "USD", "minor_units": [0, 10, 20, 30, 40, 50], "other_currencies": {}}
    )
    with economy.write() as transaction:
        set_policy(transaction, stricter)
    assert ask(economy, bot, 21, "k").ceiling == 20
    assert ask(economy, bot, 20, "k").granted


def test_spend_counts_within_the_certification(economy: Store, agent_of: Make) -> None:
    bot = agent_of("bot", 2)
    held = ask(economy, bot, 1000, "k").reservation
    assert held is not None
    with economy.write() as transaction:
        commit(transaction, held)
    assert not ask(economy, bot, 1, "k2").granted
    with economy.write() as transaction:
        certify(transaction, bot, 2)
    assert ask(economy, bot, 600, "k3").granted
    with economy.write() as transaction:  # money of the old window frees nothing in the new one
        refund(transaction, held)
    assert ask(economy, bot, 401, "k4").available == 400
    assert_in_order(economy)


@pytest.mark.parametrize(("window", "next_day"), [("day", 1000), ("transaction", 1000)])
def test_other_windows(
    economy: Store, agent_of: Make, clock: FixedClock, window: str, next_day: int
) -> None:
    with economy.write() as transaction:
        set_policy(transaction, quiet_policy(window=window))
    bot = agent_of("bot", 2)
    for number in range(2):
        held = ask(economy, bot, 1000, f"k{number}").reservation
        if window == "day" and number == 1:
            assert held is None
            break
        assert held is not None
        with economy.write() as transaction:
            commit(transaction, held)
    clock.advance(1)
    assert ask(economy, bot, next_day, "tomorrow").granted
    assert_in_order(economy)


def test_the_safety_floor_refuses_what_would_lower_safety(economy: Store, agent_of: Make) -> None:
    with economy.write() as transaction:
        set_policy(transaction, quiet_policy(safety={"floor": 0.85}))
    good, weak = agent_of("good", 5), agent_of("weak", 2)
    assert ask(economy, good, 1000, "k").granted
    refused = ask(economy, weak, 1000, "k")
    assert codes(refused) == {"safety_floor"}
    assert ask(economy, weak, 100, "k").granted
    with economy.write() as transaction:
        seen = reserve(transaction, weak, usd(10), key="k2", with_safety=True)
    assert seen.safety is not None
    assert seen.safety.after < seen.safety.before  # type: ignore[operator]


def test_tampered_books_are_found(economy: Store, agent_of: Make) -> None:
    from sqlalchemy import text

    bot = agent_of("bot", 2)
    ask(economy, bot, 10, "k")
    with economy.write() as transaction:
        transaction.session.execute(text("UPDATE authority SET reserved = 0"))
    with economy.read() as session:
        faults = check_books(session).faults
    assert any("reserved is 0, its postings say 10" in fault for fault in faults)


def test_an_unknown_reservation_is_named(economy: Store) -> None:
    with economy.read() as session, pytest.raises(InputError, match="no reservation"):
        find_reservation(session, "nothing")


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (
            select(Reservation.id).where(IS_HELD, Reservation.expires_at <= START),
            "ix_reservation_held",
        ),
        (
            select(Delegation.id).where(
                Delegation.child_id == "a", Delegation.currency == "USD", IS_ACTIVE
            ),
            "uq_delegation_active_child",
        ),
    ],
)
def test_the_indexes_over_a_state_are_found(
    sqlite_store: Store, query: Select[tuple[str]], index: str
) -> None:
    """A state that is bound as a parameter would hide them, and be planned anew at every run."""
    with sqlite_store.read() as session:
        compiled = query.compile(session.get_bind())
        plan = session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {compiled}", tuple(compiled.params.values())
        )
        assert index in " ".join(row[-1] for row in plan)
