"""Whatever is asked in whatever order: money is conserved and nothing exceeds its ceiling."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.economy.check import check_books
from governance.economy.closing import commit, find_reservation, refund, release
from governance.economy.delegations import find_delegation, grant_delegation
from governance.economy.node import read_node
from governance.economy.reservations import reserve
from governance.economy.revoking import revoke
from governance.economy.tick import tick
from governance.economy.unwinding import enforce_standing
from governance.kernel.errors import InputError
from governance.store.agents import Agent
from governance.store.economy import Authority
from governance.store.economy_delegations import Delegation
from governance.store.verify import verify_ledger
from tests.economy.conftest import add_agent, certify, memory_store, quiet_policy, usd

AGENTS = 4
who = st.integers(0, AGENTS - 1)
cents = st.sampled_from([1, 40, 100, 999, 1000, 4000, 10000, 60000])
terms = st.sampled_from([timedelta(minutes=5), timedelta(hours=1), timedelta(days=9)])
keys = st.sampled_from(["k1", "k2", "k3", "k4", "k5"])


class AuthorityMachine(RuleBasedStateMachine):
    """Four agents that reserve, commit, give back, delegate, revoke, decay and are re-audited."""

    reservations = Bundle("reservations")
    delegations = Bundle("delegations")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.committed: dict[str, int] = {}

    @initialize(window=st.sampled_from(["certification", "day", "transaction"]))
    def open(self, window: str) -> None:
        self.store = self.stack.enter_context(memory_store(quiet_policy(window=window)))
        self.agents: list[Agent] = []
        with self.store.write() as transaction:
            for number in range(AGENTS):
                self.agents.append(add_agent(transaction, f"agent-{number}", 4))

    def teardown(self) -> None:
        self.stack.close()

    @rule(target=reservations, agent=who, amount=cents, term=terms, key=keys)
    def ask(self, agent: int, amount: int, term: timedelta, key: str) -> str:
        with self.store.write() as transaction:
            before = self._exposure(transaction.session, agent)
            try:
                grant = reserve(transaction, self.agents[agent], usd(amount), key=key, term=term)
            except InputError:
                return ""
            if grant.granted and not grant.replayed:
                assert grant.exposure <= grant.ceiling
            if grant.replayed:
                assert self._exposure(transaction.session, agent) == before
            return grant.reservation or ""

    @rule(identifier=reservations, amount=st.none() | cents)
    def spend(self, identifier: str, amount: int | None) -> None:
        self._end(identifier, "commit", amount)

    @rule(identifier=reservations)
    def give_back(self, identifier: str) -> None:
        self._end(identifier, "release", None)

    @rule(identifier=reservations, amount=st.none() | cents, key=keys)
    def take_back(self, identifier: str, amount: int | None, key: str) -> None:
        self._end(identifier, "refund", amount, key)

    def _end(self, identifier: str, how: str, amount: int | None, key: str = "k") -> None:
        if not identifier:
            return
        money = None if amount is None else usd(amount)
        with self.store.write() as transaction:
            before = find_reservation(transaction.session, identifier).state
            try:
                if how == "commit":
                    done = commit(transaction, identifier, money).done
                    assert not (done and before in ("released", "expired"))
                elif how == "release":
                    release(transaction, identifier)
                else:
                    refund(transaction, identifier, money, key=key)
            except InputError:
                return

    @rule(target=delegations, parent=who, child=who, amount=cents, term=terms)
    def hand(self, parent: int, child: int, amount: int, term: timedelta) -> str:
        with self.store.write() as transaction:
            answer = grant_delegation(
                transaction, self.agents[parent], self.agents[child], usd(amount), term=term
            )
            return answer.delegation or ""

    @rule(identifier=delegations)
    def revoke(self, identifier: str) -> None:
        if identifier:
            with self.store.write() as transaction:
                revoke(transaction, find_delegation(transaction.session, identifier), "test")

    @rule(agent=who, tier=st.integers(0, 5))
    def audit(self, agent: int, tier: int) -> None:
        with self.store.write() as transaction:
            certify(transaction, self.agents[agent], tier)
            enforce_standing(transaction, self.agents[agent].id)

    @rule(hours=st.sampled_from([0.1, 1, 24, 240]))
    def wait(self, hours: float) -> None:
        self.store.clock.advance(hours / 24)  # type: ignore[attr-defined]
        tick(self.store)

    def _exposure(self, session: Session, agent: int) -> int:
        return read_node(
            session, self.agents[agent].id, "USD", self.store.clock.now()
        ).used.exposure

    @invariant()
    def books_and_ledger_are_in_order(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.read() as session:
            assert check_books(session).faults == ()
            assert verify_ledger(session).ok

    @invariant()
    def nothing_at_risk_is_above_its_ceiling(self) -> None:
        if not hasattr(self, "store"):
            return
        now = self.store.clock.now()
        with self.store.read() as session:
            for agent_id, currency in session.execute(
                select(Authority.agent_id, Authority.currency)
            ).all():
                node = read_node(session, agent_id, currency, now)
                assert node.used.at_risk <= node.limit(now).ceiling

    @invariant()
    def the_tree_is_a_tree(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.read() as session:
            rows = session.scalars(select(Delegation).where(Delegation.state == "active")).all()
        parent = {row.child_id: row.parent_id for row in rows}
        assert len(parent) == len(rows)
        for start in parent:
            seen, here = {start}, parent[start]
            while here in parent:
                assert here not in seen
                seen.add(here)
                here = parent[here]


TestAuthority = AuthorityMachine.TestCase
TestAuthority.settings = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
