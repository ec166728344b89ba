from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from governance.economy.books import Transfer, account_id, balance, balances, post
from governance.economy.check import check_books
from governance.economy.contracts import (
    ContractAnswer,
    accept_contract,
    cosign_contract,
    find_contract,
    list_contracts,
    party_account,
    post_contract,
    submit_work,
    verify_work,
)
from governance.economy.delegations import find_delegation, grant_delegation
from governance.economy.revoking import revoke
from governance.economy.settling import cancel_contract, expire_contract, settle_contract
from governance.economy.show import show_authority
from governance.economy.terms import Terms
from governance.economy.tick import tick
from governance.kernel.clock import FixedClock
from governance.kernel.errors import InputError
from governance.kernel.money import MAX_MINOR_UNITS
from governance.kernel.value import parse
from governance.registry.agents import find_agent
from governance.store.agents import Agent
from governance.store.store import Store
from governance.store.verify import verify_ledger
from tests.economy.conftest import usd

Make = Callable[[str, int | None], Agent]
OK = {"kind": "contains", "phrases": ["done"]}


def terms_of(**changes: object) -> Terms:
    data: dict[str, object] = {
        "objective": "Say that it is done",
        "constraints": [OK],
        "minimum_tier": 2,
        "reward": "20.00 USD",
        "penalty": "5.00 USD",
        "deadline": "2026-03-08T12:00:00Z",
    }
    return parse(Terms, {**data, **changes})


class Market:
    """The steps of a contract, each in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def post(self, key: str | None = None, **changes: object) -> str:
        with self.store.write() as transaction:
            answer = post_contract(transaction, terms_of(**changes), "acme", key=key)
        return answer.contract.id

    def accept(self, contract: str, agent: Agent) -> ContractAnswer:
        with self.store.write() as transaction:
            row = find_contract(transaction.session, contract)
            return accept_contract(transaction, row, agent)

    def submit(self, contract: str, text: str) -> ContractAnswer:
        with self.store.write() as transaction:
            return submit_work(transaction, find_contract(transaction.session, contract), text)

    def end(self, contract: str, how: Callable[..., ContractAnswer]) -> ContractAnswer:
        with self.store.write() as transaction:
            return how(transaction, find_contract(transaction.session, contract))

    def funds(self, owner: str) -> int:
        with self.store.read() as session:
            return balance(session, account_id(owner, "funds", "USD"))

    def authority(self, agent: Agent) -> dict[str, int]:
        with self.store.read() as session:
            data = show_authority(session, agent, self.store.clock.now()).model_dump(mode="json")
        return {name: data[name] for name in ("penalties", "spent", "available")}

    def assert_in_order(self) -> None:
        with self.store.read() as session:
            books, ledger = check_books(session), verify_ledger(session)
        assert books.faults == ()
        assert ledger.ok


@pytest.fixture
def market(economy: Store) -> Market:
    return Market(economy)


def test_fulfilled_work_is_paid_once(market: Market, agent_of: Make) -> None:
    bot = agent_of("bot", 3)
    contract = market.post()
    assert market.funds("party/acme") == -2000
    assert market.accept(contract, bot).changed
    assert market.accept(contract, bot).changed is False
    assert market.authority(bot) == {"penalties": 500, "spent": 0, "available": 9500}
    assert market.submit(contract, "it is done").changed
    assert verify_work(market.store, contract).done
    first, again = (market.end(contract, settle_contract) for _ in range(2))
    assert (first.changed, again.changed) == (True, False)
    assert market.funds(f"agent/{bot.id}") == 2000
    assert market.authority(bot) == {"penalties": 0, "spent": 0, "available": 10000}
    market.assert_in_order()


def test_failed_work_costs_the_penalty_which_counts_as_spend(
    market: Market, agent_of: Make
) -> None:
    bot = agent_of("bot", 3)
    contract = market.post()
    market.accept(contract, bot)
    market.submit(contract, "no")
    answer = verify_work(market.store, contract)
    assert (answer.done, answer.changed) == (False, True)
    assert market.end(contract, settle_contract).contract.outcome == "failed"
    assert market.funds("party/acme") == 500
    assert market.funds(f"agent/{bot.id}") == -500
    assert market.authority(bot) == {"penalties": 0, "spent": 500, "available": 9500}
    market.assert_in_order()


def test_penalties_of_active_contracts_add_up_to_the_ceiling(
    market: Market, agent_of: Make
) -> None:
    bot = agent_of("bot", 2)  # may put 10.00 USD at risk
    answers = [market.accept(market.post(), bot) for _ in range(3)]
    assert [answer.done for answer in answers] == [True, True, False]
    assert {reason.code for reason in answers[2].reasons} == {"ceiling"}
    market.assert_in_order()


def test_tier_and_soft_constraints(market: Market, agent_of: Make) -> None:
    bot = agent_of("bot", 2)
    assert market.accept(market.post(minimum_tier=3), bot).reasons[-1].code == "minimum_tier"
    soft = {"kind": "contains", "phrases": ["nice"], "soft": True}
    contract = market.post(constraints=[OK, soft])
    assert market.accept(contract, bot).reasons[-1].code == "minimum_tier"  # T2 + 1 for a soft one
    higher = agent_of("higher", 3)
    other = {"kind": "contains", "phrases": ["neat"], "soft": True}
    contract = market.post(constraints=[OK, soft, other], soft_share=0.5)
    market.accept(contract, higher)
    market.submit(contract, "done and neat")
    assert verify_work(market.store, contract).done


def test_nothing_is_settled_before_it_is_verified(market: Market, agent_of: Make) -> None:
    contract = market.post()
    assert not market.end(contract, settle_contract).done
    market.accept(contract, agent_of("bot", 3))
    assert not market.end(contract, cancel_contract).done
    assert not verify_work(market.store, contract).done
    assert not market.end(contract, expire_contract).done
    assert not market.accept(contract, agent_of("other", 3)).done
    market.assert_in_order()


def test_cancelling_returns_the_reward(market: Market) -> None:
    contract = market.post()
    assert market.end(contract, cancel_contract).changed
    assert market.end(contract, cancel_contract).changed is False
    assert market.funds("party/acme") == 0
    market.assert_in_order()


def test_deadlines(market: Market, agent_of: Make, clock: FixedClock) -> None:
    bot = agent_of("bot", 4)
    idle, late, unread = (market.post() for _ in range(3))
    market.accept(late, bot)
    market.accept(unread, bot)
    market.submit(unread, "done")
    clock.advance(7)
    assert tick(market.store).contracts_ended == 2
    assert tick(market.store).contracts_ended == 0
    assert not market.submit(late, "done").done
    clock.advance(7)
    assert tick(market.store).contracts_ended == 1
    with market.store.read() as session:
        outcomes = {row.id: row.outcome for row in list_contracts(session)}
    assert outcomes == {idle: "not_accepted", late: "failed", unread: "unverified"}
    assert market.funds("party/acme") == 500
    assert market.authority(bot)["penalties"] == 0
    market.assert_in_order()


def test_a_verifier_that_hangs_or_crashes_changes_nothing(market: Market, agent_of: Make) -> None:
    bot = agent_of("bot", 3)
    for command in (["sleep", "30"], ["sh", "-c", "kill -9 $$"], ["no-such-program"]):
        check = {"kind": "command", "command": command, "timeout_seconds": 0.2}
        contract = market.post(constraints=[check])
        market.accept(contract, bot)
        market.submit(contract, "done")
        answer = verify_work(market.store, contract)
        assert (answer.done, answer.contract.state) == (False, "submitted")
        assert answer.reasons[0].code == "unknown"
    market.assert_in_order()


def test_a_cosigner_takes_the_liability_and_must_sign(market: Market, agent_of: Make) -> None:
    bot = agent_of("bot", 2)
    contract = market.post(
        penalty="900.00 USD", constraints=[OK, {"kind": "cosigner", "person": "tester"}]
    )
    assert market.accept(contract, bot).done  # far above the agent's own ceiling
    assert market.authority(bot)["penalties"] == 0
    assert market.funds("party/tester") == -90000
    market.submit(contract, "done")
    assert not verify_work(market.store, contract).done
    with pytest.raises(InputError, match="not who acts here"):
        verify_work(market.store, contract, signed_by="somebody")
    assert verify_work(market.store, contract, signed_by="tester").done
    market.end(contract, settle_contract)
    assert market.funds("party/tester") == 0
    market.assert_in_order()


def test_nobody_is_made_liable_without_agreeing(market: Market, agent_of: Make) -> None:
    bot = agent_of("bot", 2)
    contract = market.post(
        penalty="900.00 USD", constraints=[OK, {"kind": "cosigner", "person": "dana"}]
    )
    assert [one.code for one in market.accept(contract, bot).reasons] == ["cosigner"]
    with pytest.raises(InputError, match="'tester' acts here"):
        market.end(contract, cosign_contract)
    dana = Market(replace(market.store, actor="dana"))
    assert dana.end(contract, cosign_contract).changed
    assert not dana.end(contract, cosign_contract).changed
    assert market.funds("party/dana") == 0  # nothing is owed before somebody is bound
    assert market.accept(contract, bot).done
    assert market.funds("party/dana") == -90000
    assert not dana.end(contract, cosign_contract).done
    market.submit(contract, "no")
    assert not verify_work(market.store, contract).done
    assert market.end(contract, settle_contract).contract.outcome == "failed"
    assert (market.funds("party/dana"), market.funds("party/acme")) == (-90000, 90000)
    assert market.authority(bot)["spent"] == 0
    market.assert_in_order()


def test_a_cosigned_contract_can_be_taken_back(market: Market) -> None:
    contract = market.post(constraints=[OK, {"kind": "cosigner", "person": "tester"}])
    assert market.end(contract, cosign_contract).done
    assert market.end(contract, cancel_contract).done
    plain = market.post()
    with pytest.raises(InputError, match="names no co-signer"):
        market.end(plain, cosign_contract)
    market.assert_in_order()


def test_nobody_deals_with_itself(market: Market, agent_of: Make) -> None:
    bot = agent_of("acme", 3)  # the poster's name
    assert [one.code for one in market.accept(market.post(), bot).reasons] == ["self_dealing"]
    own = market.post(constraints=[OK, {"kind": "cosigner", "person": agent_of("bot", 3).name}])
    with market.store.write() as transaction:
        found = find_agent(transaction.session, "bot")
        answer = accept_contract(transaction, find_contract(transaction.session, own), found)
    assert [one.code for one in answer.reasons] == ["self_dealing"]
    with pytest.raises(InputError, match="owe the penalty to itself"):
        market.post(constraints=[OK, {"kind": "cosigner", "person": "acme"}])
    market.assert_in_order()


@pytest.mark.parametrize(("text", "outcome"), [("done", "fulfilled"), ("no", "failed")])
def test_a_verdict_that_nobody_settles_is_settled_at_the_end_of_the_review(
    market: Market, agent_of: Make, clock: FixedClock, text: str, outcome: str
) -> None:
    bot = agent_of("bot", 3)
    contract = market.post(review_days=2.0)
    market.accept(contract, bot)
    market.submit(contract, text)
    verify_work(market.store, contract)
    clock.advance(8)
    assert not market.end(contract, expire_contract).done
    assert tick(market.store).contracts_ended == 0
    clock.advance(1)
    assert tick(market.store).contracts_ended == 1
    assert tick(market.store).contracts_ended == 0
    with market.store.read() as session:
        row = find_contract(session, contract)
        assert (row.state, row.outcome) == ("settled", outcome)
    assert market.authority(bot)["penalties"] == 0
    market.assert_in_order()


def test_no_verdict_comes_after_the_review(
    market: Market, agent_of: Make, clock: FixedClock
) -> None:
    bot = agent_of("bot", 3)
    contract = market.post(review_days=2.0)
    market.accept(contract, bot)
    market.submit(contract, "no")
    clock.advance(9)
    answer = verify_work(market.store, contract)
    assert (answer.done, answer.changed) == (False, False)
    assert answer.reasons[0].message == "its review is over"
    assert market.end(contract, expire_contract).contract.outcome == "unverified"
    assert market.authority(bot) == {"penalties": 0, "spent": 0, "available": 10000}
    market.assert_in_order()


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x" * (4 * 2**20 + 1)])
def test_work_that_cannot_be_stored_is_refused(market: Market, agent_of: Make, text: str) -> None:
    contract = market.post()
    market.accept(contract, agent_of("bot", 3))
    with pytest.raises(InputError, match="submission"):
        market.submit(contract, text)
    with pytest.raises(InputError, match="NUL"):
        market.post(objective="a\0b")
    market.assert_in_order()


def test_what_a_verifier_prints_can_be_stored(market: Market, agent_of: Make) -> None:
    command = ["sh", "-c", "printf 'a\\000b\\377'"]
    contract = market.post(constraints=[{"kind": "command", "command": command}])
    market.accept(contract, agent_of("bot", 3))
    market.submit(contract, "done")
    assert verify_work(market.store, contract).done
    market.assert_in_order()


def test_a_key_posts_once(market: Market) -> None:
    assert market.post("k") == market.post("k")
    with pytest.raises(InputError, match="another contract"):
        market.post("k", minimum_tier=3)
    assert market.funds("party/acme") == -2000


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reward": "20 EUR"}, "reward in EUR, penalty in USD"),
        ({"reward": "-1 USD"}, "must not be negative"),
        ({"reward": "1.234 USD"}, "2 digits after the point"),
        ({"deadline": "2026-02-01"}, "is past"),
        ({"deadline": "9999-12-31"}, "beyond the calendar"),
        ({"constraints": []}, "at least 1 item"),
        ({"constraints": [{"kind": "pattern", "pattern": "("}]}, "no regular expression"),
        ({"constraints": [{"kind": "json_schema", "schema": {"type": 3}}]}, "the schema is none"),
        ({"constraints": [{"kind": "wish"}]}, "wish"),
        ({"constraints": [{"kind": "contains", "phrases": ["a\0b"]}]}, "NUL"),
        ({"constraints": [{"kind": "json_schema", "schema": {"a\0b": 1}}]}, "NUL"),
        ({"minimum_tier": 6}, "less than or equal to 5"),
    ],
)
def test_terms_that_nobody_can_fulfil(
    market: Market, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        market.post(**changes)
    assert market.funds("party/acme") == 0


def test_a_contract_under_a_revoked_sub_budget_stays_covered(
    market: Market, agent_of: Make, clock: FixedClock
) -> None:
    root, child = agent_of("root", 5), agent_of("child", 5)
    with market.store.write() as transaction:
        answer = grant_delegation(transaction, root, child, usd(5000), term=timedelta(days=20))
    contract = market.post()
    assert market.accept(contract, child).done
    with market.store.write() as transaction:
        row = find_delegation(transaction.session, answer.delegation or "")
        assert [one.state for one in revoke(transaction, row, "test")] == ["closing"]
    market.assert_in_order()
    with market.store.read() as session:
        assert show_authority(session, root, clock.now()).delegated == 500
    clock.advance(7)
    tick(market.store)
    assert market.authority(root) == {"penalties": 0, "spent": 500, "available": 999500}
    with market.store.read() as session:
        assert find_delegation(session, answer.delegation or "").state == "revoked"
    assert market.funds(f"agent/{child.id}") == -500
    market.assert_in_order()


def test_no_number_of_large_rewards_breaks_the_check_of_the_books(market: Market) -> None:
    largest = {"amount": MAX_MINOR_UNITS, "currency": "USD"}
    row = market.post(reward=largest)
    with market.store.write() as transaction:
        paid = Transfer(account_id(f"contract/{row}", "reward", "USD"), "party/acme/funds/USD", 1)
        whole = [replace(paid, amount=MAX_MINOR_UNITS)] * 1100  # beyond 64 bits together
        post(transaction, "test.paid", row, {}, whole, "USD")
        assert balances(transaction.session)[paid.debit] == 1101 * MAX_MINOR_UNITS
        assert balance(transaction.session, paid.credit) == -1101 * MAX_MINOR_UNITS


def test_party_accounts_add_up_to_nothing(market: Market, agent_of: Make) -> None:
    bot = agent_of("bot", 3)
    contract = market.post()
    market.accept(contract, bot)
    market.submit(contract, "done")
    verify_work(market.store, contract)
    market.end(contract, settle_contract)
    with market.store.read() as session:
        acme = balance(session, party_account("acme", "USD"))
    assert acme + market.funds(f"agent/{bot.id}") == 0
