from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from governance.economy.answers import DelegationAnswer, Grant
from governance.economy.check import check_books
from governance.economy.closing import commit
from governance.economy.delegations import find_delegation, grant_delegation
from governance.economy.reservations import reserve
from governance.economy.revoking import expire_delegations, revoke
from governance.economy.show import show_authority
from governance.economy.tree import delegation_tree
from governance.economy.unwinding import enforce_standing
from governance.kernel.clock import FixedClock
from governance.kernel.errors import InputError
from governance.registry.policies import set_policy
from governance.store.agents import Agent
from governance.store.economy_delegations import Delegation
from governance.store.store import Store
from governance.store.verify import verify_ledger
from tests.economy.conftest import certify, quiet_policy, usd

Make = Callable[[str, int | None], Agent]


def hand(
    store: Store, parent: Agent, child: Agent, amount: int, **options: object
) -> DelegationAnswer:
    with store.write() as transaction:
        return grant_delegation(transaction, parent, child, usd(amount), **options)  # type: ignore[arg-type]


def ask(store: Store, agent: Agent, amount: int, key: str) -> Grant:
    with store.write() as transaction:
        return reserve(transaction, agent, usd(amount), key=key)


def seen(store: Store, agent: Agent) -> dict[str, int]:
    with store.read() as session:
        data = show_authority(session, agent, store.clock.now()).model_dump(mode="json")
    return {name: data[name] for name in ("spent", "reserved", "delegated", "available")}


def codes(answer: DelegationAnswer | Grant) -> set[str]:
    return {reason.code for reason in answer.reasons}


def assert_in_order(store: Store) -> None:
    with store.read() as session:
        books, ledger = check_books(session), verify_ledger(session)
    assert books.faults == ()
    assert ledger.ok


def test_a_sub_budget_stays_inside_its_principal(economy: Store, agent_of: Make) -> None:
    root, child = agent_of("root", 4), agent_of("child", 4)
    assert hand(economy, root, child, 30000).granted
    assert seen(economy, root) == {
        "spent": 0,
        "reserved": 0,
        "delegated": 30000,
        "available": 70000,
    }
    assert seen(economy, child)["available"] == 30000
    assert codes(ask(economy, child, 30001, "k")) == {"sub_budget"}
    assert ask(economy, child, 30000, "k").granted
    assert codes(ask(economy, root, 70001, "r")) == {"ceiling"}
    assert_in_order(economy)


def test_many_children_share_one_ceiling(economy: Store, agent_of: Make) -> None:
    root = agent_of("root", 4)
    granted = sum(
        hand(economy, root, agent_of(f"child-{number}", 4), 30000).granted for number in range(5)
    )
    assert granted == 3
    assert seen(economy, root)["available"] == 10000


def test_revocation_cascades_and_keeps_the_spend(economy: Store, agent_of: Make) -> None:
    root, middle, leaf = (agent_of(name, 4) for name in ("root", "middle", "leaf"))
    top = hand(economy, root, middle, 50000).delegation
    assert hand(economy, middle, leaf, 20000).granted
    spent, held = ask(economy, leaf, 5000, "a"), ask(economy, leaf, 7000, "b")
    with economy.write() as transaction:
        assert spent.reservation is not None
        commit(transaction, spent.reservation)
    with economy.write() as transaction:
        ended = revoke(transaction, find_delegation(transaction.session, top or ""), "test")
        assert [row.state for row in ended] == ["revoked", "revoked"]
    assert seen(economy, root) == {
        "spent": 5000,
        "reserved": 0,
        "delegated": 0,
        "available": 95000,
    }
    assert seen(economy, middle)["spent"] == 5000
    with economy.write() as transaction:
        assert held.reservation is not None
        assert not commit(transaction, held.reservation).done
        assert revoke(transaction, find_delegation(transaction.session, top or ""), "again") == []
    assert_in_order(economy)


def test_cycles_two_principals_and_depth_are_refused(economy: Store, agent_of: Make) -> None:
    a, b, c, d, e = (agent_of(name, 4) for name in "abcde")
    assert "cycle" in codes(hand(economy, a, a, 10))
    assert hand(economy, a, b, 5000).granted
    assert "cycle" in codes(hand(economy, b, a, 10))
    assert hand(economy, b, c, 4000).granted
    assert "cycle" in codes(hand(economy, c, a, 10))
    assert "has_principal" in codes(hand(economy, d, c, 10))
    assert hand(economy, c, d, 3000).granted
    assert codes(hand(economy, d, e, 10)) == {"too_deep"}
    assert_in_order(economy)


def test_a_tree_under_a_new_principal_counts_its_depth(economy: Store, agent_of: Make) -> None:
    a, b, c, d, e = (agent_of(name, 4) for name in "abcde")
    for parent, child in ((b, c), (c, d), (d, e)):
        assert hand(economy, parent, child, 100).granted
    assert "too_deep" in codes(hand(economy, a, b, 10))


def test_a_delegate_needs_authority_of_its_own(economy: Store, agent_of: Make) -> None:
    root = agent_of("root", 4)
    assert "child_never_certified" in codes(hand(economy, root, agent_of("new", None), 10))
    assert "child_tier" in codes(hand(economy, root, agent_of("weak", 0), 10))
    assert "child_ceiling" in codes(hand(economy, root, agent_of("low", 1), 101))
    assert "tier" in codes(hand(economy, agent_of("t3", 3), agent_of("x", 4), 10))


def test_no_tier_is_laundered_through_a_principal_or_a_child(
    economy: Store, agent_of: Make
) -> None:
    root, child = agent_of("root", 4), agent_of("child", 5)
    hand(economy, root, child, 1000)
    with economy.write() as transaction:
        grant = reserve(transaction, child, usd(10), key="k", action="self_modify")
    assert "tier" in codes(grant)  # the chain is at T4, whatever the child holds itself


def test_attenuation_caps_the_delegate(economy: Store, agent_of: Make) -> None:
    rule = {"max_depth": 3, "attenuation": 0.1, "overcommit": 0.5}
    with economy.write() as transaction:
        set_policy(transaction, quiet_policy(delegation=rule))
    root, child, other = agent_of("root", 4), agent_of("child", 4), agent_of("other", 4)
    assert "overcommit" in codes(hand(economy, root, child, 50001))
    assert hand(economy, root, child, 50000).granted
    assert ask(economy, child, 10001, "k").ceiling == 10000
    assert "overcommit" in codes(hand(economy, root, other, 1))
    assert_in_order(economy)


def test_demotion_of_a_principal_takes_its_branch_back(economy: Store, agent_of: Make) -> None:
    root, middle, leaf = (agent_of(name, 4) for name in ("root", "middle", "leaf"))
    hand(economy, root, middle, 50000)
    hand(economy, middle, leaf, 20000)
    held = ask(economy, leaf, 7000, "b")
    with economy.write() as transaction:
        certify(transaction, root, 3)
        ended = transaction.session.scalars(
            select(Delegation.state).execution_options(populate_existing=True)
        ).all()
        assert ended == ["revoked", "revoked"]
        assert enforce_standing(transaction, root.id).revoked == ()
    with economy.write() as transaction:
        assert held.reservation is not None
        assert not commit(transaction, held.reservation).done
    assert seen(economy, root)["delegated"] == 0
    assert_in_order(economy)


def test_before_the_cascade_runs_the_child_is_denied_already(
    economy: Store, agent_of: Make
) -> None:
    root, child = agent_of("root", 4), agent_of("child", 4)
    hand(economy, root, child, 50000)
    # As another program would leave it that writes past the registry, without the cascade.
    strict = {"currency": "USD", "minor_units": [0, 1, 2, 3, 4, 5]}
    with economy.write() as transaction:
        set_policy(transaction, quiet_policy(ceilings=strict), "strict")
        transaction.session.merge(root).agent_group = "strict"
    assert "principal_over_ceiling" in codes(ask(economy, child, 10, "k"))
    with economy.write() as transaction:
        transaction.session.merge(root).status = "retired"
    assert "principal_status" in codes(ask(economy, child, 10, "k"))


def test_demotion_releases_the_newest_holds_first(
    economy: Store, agent_of: Make, clock: FixedClock
) -> None:
    bot = agent_of("bot", 4)
    old = ask(economy, bot, 900, "old")
    clock.moment += timedelta(seconds=1)
    new = ask(economy, bot, 5000, "new")
    with economy.write() as transaction:
        certify(transaction, bot, 2)
    with economy.write() as transaction:
        assert new.reservation is not None
        assert not commit(transaction, new.reservation).done
        assert old.reservation is not None
        assert commit(transaction, old.reservation).done
    assert_in_order(economy)


def test_spend_above_a_fallen_ceiling_is_recorded_with_its_cause(
    economy: Store, agent_of: Make
) -> None:
    with economy.write() as transaction:
        set_policy(transaction, quiet_policy(window="day"))
    bot = agent_of("bot", 4)
    held = ask(economy, bot, 5000, "k").reservation
    assert held is not None
    with economy.write() as transaction:
        commit(transaction, held)
        certify(transaction, bot, 2)
        assert enforce_standing(transaction, bot.id, "again").over_ceiling == {"USD": 4000}
    with economy.read() as session:
        data = show_authority(session, bot, economy.clock.now()).model_dump(mode="json")
    assert (data["over_ceiling"], data["over_ceiling_cause"]) == (4000, "certified at T2")
    assert data["available"] == 0


def test_sub_budgets_end_at_their_deadline(
    economy: Store, agent_of: Make, clock: FixedClock
) -> None:
    root, child = agent_of("root", 4), agent_of("child", 4)
    hand(economy, root, child, 5000, term=timedelta(hours=2))
    assert "outlives_sub_budget" in codes(_long(economy, child))
    clock.advance(2 / 24)
    with economy.write() as transaction:
        assert expire_delegations(transaction) == 1
        assert expire_delegations(transaction) == 0
    with economy.read() as session:
        assert delegation_tree(session, clock.now()) == []
        assert [branch.state for branch in delegation_tree(session, clock.now(), ended=True)] == [
            "expired"
        ]
    assert seen(economy, root)["available"] == 100000


def _long(store: Store, agent: Agent) -> Grant:
    with store.write() as transaction:
        return reserve(transaction, agent, usd(10), key="k", term=timedelta(hours=3))


def test_nothing_is_granted_under_a_sub_budget_whose_time_is_over(
    economy: Store, agent_of: Make, clock: FixedClock
) -> None:
    root, child, leaf = (agent_of(name, 5) for name in ("root", "child", "leaf"))
    hand(economy, root, child, 1000, term=timedelta(hours=2))
    clock.advance(1)  # and nobody has ticked
    assert codes(ask(economy, child, 10, "late")) == {"sub_budget_over"}
    assert codes(hand(economy, child, leaf, 10)) == {"sub_budget_over"}
    with economy.write() as transaction:
        assert expire_delegations(transaction) == 1
    assert ask(economy, child, 10, "late").granted
    assert_in_order(economy)


def test_unknown_sub_budgets_are_named(economy: Store) -> None:
    with economy.read() as session, pytest.raises(InputError, match="no sub-budget"):
        find_delegation(session, "x")
