"""Whatever happens to contracts in whatever order: escrow holds exactly what is owed."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from governance.economy.books import balances
from governance.economy.check import check_books
from governance.economy.contracts import (
    accept_contract,
    find_contract,
    post_contract,
    submit_work,
    verify_work,
)
from governance.economy.node import read_node
from governance.economy.settling import cancel_contract, expire_contract, settle_contract
from governance.economy.terms import Terms
from governance.economy.tick import tick
from governance.kernel.clock import format_time
from governance.kernel.value import parse
from governance.store.agents import Agent
from governance.store.economy_contracts import Contract
from governance.store.store import Store
from governance.store.verify import verify_ledger
from tests.economy.conftest import add_agent, memory_store

ENDINGS = st.sampled_from([settle_contract, cancel_contract, expire_contract])
ENDED = ("settled", "expired", "cancelled")
money = st.sampled_from([0, 1, 300, 700, 1000])


class EscrowMachine(RuleBasedStateMachine):
    """Two agents and a poster; work that is right, wrong or never comes."""

    contracts = Bundle("contracts")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.store: Store | None = None
        self.paid: dict[str, int] = {}

    @initialize()
    def open(self) -> None:
        self.store = self.stack.enter_context(memory_store())
        with self.store.write() as transaction:
            self.agents: list[Agent] = [
                add_agent(transaction, "one", 2),
                add_agent(transaction, "two", 3),
            ]

    def teardown(self) -> None:
        self.stack.close()

    @rule(
        target=contracts, reward=money, penalty=money, days=st.integers(1, 5), human=st.booleans()
    )
    def post(self, reward: int, penalty: int, days: int, human: bool) -> str:
        assert self.store is not None
        if reward == penalty == 0:
            return ""
        deadline = self.store.clock.now().replace(microsecond=0)
        constraints: list[dict[str, object]] = [{"kind": "contains", "phrases": ["done"]}]
        if human:
            constraints.append({"kind": "cosigner", "person": "tester"})
        terms = parse(
            Terms,
            {
                "objective": "work",
                "constraints": constraints,
                "reward": {"amount": reward, "currency": "USD"},
                "penalty": {"amount": penalty, "currency": "USD"},
                "deadline": format_time(deadline + timedelta(days=days)),
                "review_days": 2.0,
            },
        )
        with self.store.write() as transaction:
            return post_contract(transaction, terms, "poster").contract.id

    @rule(contract=contracts, agent=st.integers(0, 1))
    def accept(self, contract: str, agent: int) -> None:
        if contract and self.store is not None:
            with self.store.write() as transaction:
                row = find_contract(transaction.session, contract)
                accept_contract(transaction, row, self.agents[agent])

    @rule(contract=contracts, text=st.sampled_from(["done", "no"]))
    def submit(self, contract: str, text: str) -> None:
        if contract and self.store is not None:
            with self.store.write() as transaction:
                submit_work(transaction, find_contract(transaction.session, contract), text)

    @rule(contract=contracts, signed=st.booleans())
    def verify(self, contract: str, signed: bool) -> None:
        if contract and self.store is not None:
            verify_work(self.store, contract, signed_by="tester" if signed else None)

    @rule(
        contract=contracts, how=st.sampled_from([settle_contract, cancel_contract, expire_contract])
    )
    def end(self, contract: str, how: object) -> None:
        if contract and self.store is not None:
            with self.store.write() as transaction:
                row = find_contract(transaction.session, contract)
                before = row.state
                answer = how(transaction, row)  # type: ignore[operator]
                if answer.changed:
                    assert before not in ENDED
                    self.paid[contract] = self.paid.get(contract, 0) + 1

    @rule(days=st.sampled_from([0.5, 1, 3, 15]))
    def wait(self, days: float) -> None:
        if self.store is not None:
            self.store.clock.advance(days)  # type: ignore[attr-defined]
            tick(self.store)

    @invariant()
    def everything_adds_up(self) -> None:
        if self.store is None:
            return
        assert all(count == 1 for count in self.paid.values())
        with self.store.read() as session:
            assert check_books(session).faults == ()
            assert verify_ledger(session).ok
            totals = balances(session)
            rows = session.scalars(select(Contract)).all()
            for agent in self.agents:
                node = read_node(session, agent.id, "USD", self.store.clock.now())
                assert node.used.at_risk <= node.limit(node.at).ceiling
        owed = 0
        for row in rows:
            if row.state not in ENDED:
                owed += row.reward + (row.penalty if row.agent_id is not None else 0)
        funds = sum(amount for account, amount in totals.items() if "/funds/" in account)
        assert owed + funds == 0


TestEscrow = EscrowMachine.TestCase
TestEscrow.settings = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
