from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from governance.gate.policy import default_policy
from governance.identity.principals import add_principal
from governance.kernel.errors import ConflictError, InputError
from governance.registry.agents import agent_by_id, change_agent, find_agent, retire_agent
from governance.registry.certifications import certify_agent
from governance.registry.changes import carry_with, request_policy
from governance.registry.incident_effects import link_incident
from governance.registry.ordering import alone
from governance.registry.proposals import decide, find_proposal
from governance.store.agents import Certification
from governance.store.incidents import Incident
from governance.store.policies import PolicyInForce
from governance.store.store import Store
from tests.registry.proposal_world import (
    EMERGENCY,
    GENEROUS,
    STALE,
    STRONG,
    approve,
    as_person,
    events,
    freeze,
    frozen_agent,
    in_force,
    people,
    propose_lift,
    propose_policy,
    report,
    set_at_once,
    statuses,
)
from tests.registry.renaming import DECLARED, certify, register


class Racing:
    """Two who act at once on one PostgreSQL database."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.error: BaseException | None = None
        self._thread: threading.Thread | None = None

    def start(self, work: Callable[[], Any]) -> None:
        """Let the other one begin, and wait until it waits for the lock or is done."""

        def run() -> None:
            try:
                work()
            except InputError as error:
                self.error = error

        self._thread = threading.Thread(target=run)
        self._thread.start()
        self._thread.join(0.5)

    @property
    def waits(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def finish(self) -> None:
        assert self._thread is not None
        self._thread.join(20)
        assert not self.waits


@pytest.fixture
def racing(set_up_postgres_store: Store) -> Racing:
    people(set_up_postgres_store)
    return Racing(set_up_postgres_store)


@pytest.mark.postgres
def test_of_two_who_approve_at_once_one_does(racing: Racing) -> None:
    store = racing.store
    with as_person(store, "ada").write() as transaction:
        add_principal(transaction, "dan", "person", ["policy_owner"])
    waiting = propose_policy(store)
    with as_person(store, "cyd").write() as transaction:
        decide(transaction, waiting, approve=True, carry=carry_with(None))
        racing.start(lambda: approve(store, waiting, "dan"))
        assert racing.waits
    racing.finish()
    assert isinstance(racing.error, InputError)
    assert "approved already" in racing.error.message


@pytest.mark.postgres
def test_an_emergency_policy_that_is_being_set_is_waited_for_and_seen(racing: Racing) -> None:
    store = racing.store
    waiting = propose_policy(store)
    with as_person(store, "bob").write() as transaction:
        assert request_policy(transaction, EMERGENCY, "default", "") is True
        racing.start(lambda: approve(store, waiting))
        assert racing.waits
    racing.finish()
    assert isinstance(racing.error, ConflictError)
    assert racing.error.message == STALE
    assert in_force(store) == "emergency"


@pytest.mark.postgres
def test_an_emergency_policy_comes_after_the_approval_that_is_under_way(racing: Racing) -> None:
    store = racing.store
    waiting = propose_policy(store)
    with as_person(store, "cyd").write() as transaction:
        decide(transaction, waiting, approve=True, carry=carry_with(None))
        racing.start(lambda: set_at_once(store))
        assert racing.waits
    racing.finish()
    assert events(store, "policy.set")[-1]["before"] == GENEROUS.digest
    assert in_force(store) == "emergency"


@pytest.mark.postgres
def test_what_was_read_before_the_others_were_waited_for_does_not_count(racing: Racing) -> None:
    store = racing.store
    waiting = propose_policy(store)
    with pytest.raises(ConflictError), as_person(store, "cyd").write() as transaction:
        session = transaction.session
        seen = (find_proposal(session, waiting), session.get_one(PolicyInForce, "default"))
        set_at_once(store)
        assert seen[1].policy_digest == default_policy().digest
        decide(transaction, waiting, approve=True, carry=carry_with(None))


@pytest.mark.postgres
def test_a_freeze_at_the_moment_of_a_lift_stays(racing: Racing) -> None:
    store = racing.store
    agent = frozen_agent(store, "bot")
    report(store, 1)
    waiting = propose_lift(store, agent)
    with as_person(store, "cyd").write() as transaction:
        decide(transaction, waiting, approve=True, carry=carry_with(None))
        racing.start(lambda: freeze(store, agent, 1))
        assert racing.waits
    racing.finish()
    assert statuses(store)["bot"] == "frozen"


def _retire(store: Store, agent_id: str) -> None:
    with store.write() as transaction:
        retire_agent(transaction, agent_by_id(transaction.session, agent_id), "replaced")


def _change(store: Store, agent_id: str) -> None:
    with store.write() as transaction:
        agent = agent_by_id(transaction.session, agent_id)
        change_agent(transaction, agent, {"model": f"sha256:{'0' * 64}"})


@pytest.mark.postgres
@pytest.mark.parametrize(("follows", "status"), [(_retire, "retired"), (_change, "active")])
def test_what_happens_to_an_agent_at_the_moment_of_a_lift_comes_after_it(
    racing: Racing, follows: Callable[[Store, str], None], status: str
) -> None:
    """Neither waits for the other in a circle, which the database would break by a failure."""
    store = racing.store
    agent = frozen_agent(store, "bot")
    waiting = propose_lift(store, agent)
    with as_person(store, "cyd").write() as transaction:
        alone(transaction)
        racing.start(lambda: follows(store, agent))
        assert racing.waits
        decide(transaction, waiting, approve=True, carry=carry_with(None))
    racing.finish()
    assert (racing.error, statuses(store)["bot"]) == (None, status)


@pytest.mark.postgres
def test_what_freezes_an_agent_at_the_moment_of_a_registration_is_waited_for(
    racing: Racing,
) -> None:
    store = racing.store
    register(store, "first", DECLARED)
    report(store, 0)
    with store.write() as transaction:
        incident = transaction.session.scalars(select(Incident)).one()
        agent = find_agent(transaction.session, "first")
        link_incident(transaction, incident, agent, "high", "it paid a forged invoice")
        racing.start(lambda: register(store, "second", DECLARED))
        assert racing.waits
    racing.finish()
    assert isinstance(racing.error, ConflictError)
    assert "'first', which is frozen" in racing.error.message


@pytest.mark.postgres
def test_no_two_attempts_get_one_number(racing: Racing) -> None:
    store = racing.store
    register(store, "first", DECLARED)
    register(store, "second", DECLARED)
    with store.write() as transaction:
        certify_agent(transaction, find_agent(transaction.session, "first"), STRONG)
        racing.start(lambda: certify(store, "second", STRONG))
        assert racing.waits
    racing.finish()
    with store.read() as session:
        assert sorted(session.scalars(select(Certification.attempt))) == [1, 2]
