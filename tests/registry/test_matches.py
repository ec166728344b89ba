"""What a frozen or retired agent is made of does not come back unless a second person agrees."""

from __future__ import annotations

from pathlib import Path

import pytest

from governance.economy.closing import commit
from governance.economy.reservations import reserve
from governance.gate.certificate.page import certificate_in, to_html
from governance.gate.certificate.verify import verify_certificate
from governance.gate.policy import Policy, default_policy
from governance.gate.vector import RobustnessVector
from governance.identity.principals import find_principal
from governance.kernel.clock import FixedClock
from governance.kernel.errors import ConflictError, InputError
from governance.kernel.money import Money
from governance.registry.agent_history import History, history_of
from governance.registry.agents import change_agent, find_agent, retire_agent
from governance.registry.certify_file import certify_file
from governance.registry.changes import request_digests, request_registration
from governance.registry.incident_effects import lift_freeze
from governance.registry.policies import set_policy
from governance.store.agents import Agent
from governance.store.ledger_query import last_events
from governance.store.roles import Proposal
from governance.store.store import Store
from tests.registry.renaming import (
    DECLARED,
    MODEL,
    OTHER,
    PROMPT,
    TOOLS,
    Happened,
    approve,
    certify,
    history_in,
    operator,
    propose,
    register,
    signed,
    standing_of_kin,
)


@pytest.fixture
def ready(set_up_store: Store) -> Store:
    """A store of either kind with ontology and policy."""
    return set_up_store


@pytest.mark.parametrize(
    "digests",
    [DECLARED, {"prompt": PROMPT}, {**DECLARED, "tools": TOOLS}],
    ids=["the same", "one left out", "one added"],
)
@pytest.mark.parametrize("state", ["frozen", "retired"])
def test_a_frozen_or_retired_agent_does_not_come_back_under_another_name(
    ready: Store, happened: Happened, digests: dict[str, str], state: str
) -> None:
    register(ready, "first", DECLARED)
    _lose_authority(ready, happened, "first", state)
    with pytest.raises(ConflictError, match=f"'first', which is {state}") as caught:
        register(ready, "second", digests)
    assert caught.value.field == "digests"
    assert "second person" in str(caught.value.hint)
    register(ready, "another", {"model": OTHER, "prompt": PROMPT})
    with (
        pytest.raises(ConflictError, match=f"'first', which is {state}"),
        ready.write() as transaction,
    ):
        change_agent(transaction, find_agent(transaction.session, "another"), {"model": MODEL})


def _lose_authority(store: Store, happened: Happened, name: str, state: str) -> None:
    if state == "frozen":
        happened(name)
        return
    with store.write() as transaction:
        retire_agent(transaction, find_agent(transaction.session, name), "over")


@pytest.mark.parametrize("state", ["frozen", "retired"])
def test_to_change_an_agent_that_lost_its_authority_does_not_free_its_digests(
    ready: Store, happened: Happened, clock: FixedClock, state: str
) -> None:
    register(ready, "first", {"model": MODEL})
    clock.advance(1)
    _lose_authority(ready, happened, "first", state)
    for model in (OTHER, TOOLS):
        clock.advance(1)
        with ready.write() as transaction:
            change_agent(transaction, find_agent(transaction.session, "first"), {"model": model})
    for model in (MODEL, OTHER, TOOLS):
        with pytest.raises(ConflictError, match=state):
            register(ready, "second", {"model": model})
    register(ready, "second", {"model": PROMPT})


def test_a_freeze_that_was_lifted_stands_against_nobody(ready: Store, happened: Happened) -> None:
    register(ready, "first", DECLARED)
    happened("first")
    with ready.write() as transaction:
        lift_freeze(transaction, find_agent(transaction.session, "first"), "mended")
    register(ready, "second", DECLARED)
    assert standing_of_kin(history_in(ready, "second")) == {"first": "active"}


def test_a_file_registers_nobody_in_the_place_of_a_frozen_agent(
    ready: Store, happened: Happened, tmp_path: Path
) -> None:
    file = tmp_path / "vectors.csv"
    file.write_text("agent,cc,er,as_,ih\nfirst,.9,.9,.9,.9\n")
    certify_file(ready, str(file), password=b"own")
    happened("first")
    file.write_text("agent,cc,er,as_,ih\nsecond,.9,.9,.9,.9\n")
    with pytest.raises(ConflictError, match="'first', which is frozen") as caught:
        certify_file(ready, str(file), password=b"own")
    assert (caught.value.file, caught.value.line) == (str(file), 2)
    somebody = ready.acting_as("somebody else")
    assert certify_file(somebody, str(file), password=b"own")[0].attempt == 1


def test_a_second_person_agrees_and_the_certificate_says_so(
    ready: Store, happened: Happened, strong: RobustnessVector
) -> None:
    register(ready, "first", DECLARED)
    happened("first")
    proposal = propose(ready, "second", {"model": MODEL})
    with ready.read() as session, pytest.raises(InputError):
        find_agent(session, "second")
    with pytest.raises(InputError, match="second person"):
        approve(ready, proposal, "olga")
    approve(ready, proposal)
    with ready.read() as session:
        first, second = (find_agent(session, name) for name in ("first", "second"))
        told = last_events(session, kind="agent.registered")[-1]
        olga = find_principal(session, "olga").id
        assert second.registered_by == olga
    match = {"agent": "first", "id": first.id, "status": "frozen"}
    assert told.actor == "bob"
    assert told.data["matches"] == [match]
    assert (told.data["agreed_by"], told.data["registered_by"]) == ("bob", olga)
    document, clock = signed(ready, "second", strong)
    found = verify_certificate(document.to_json(), at=clock.now())
    assert found.ok
    assert found.model_dump(mode="json")["history"] == [{**match, "agreed_by": "bob"}]
    assert certificate_in(to_html(document)) is not None


def test_a_change_that_matches_waits_for_a_second_person(
    ready: Store, happened: Happened, strong: RobustnessVector
) -> None:
    register(ready, "first", DECLARED)
    register(ready, "second", {"model": OTHER})
    happened("first")
    with operator(ready).write() as transaction:
        agent = find_agent(transaction.session, "second")
        made = request_digests(transaction, agent, {"model": MODEL}, "mended")
        assert isinstance(made, Proposal)
        assert agent.digests == {"model": OTHER}
    approve(ready, made.id)
    with ready.read() as session:
        agent = find_agent(session, "second")
        told = last_events(session, kind="agent.changed")[-1].data
    assert agent.digests == {"model": MODEL}
    assert (told["agreed_by"], told["matches"][0]["agent"]) == ("bob", "first")
    document, clock = signed(ready, "second", strong)
    history = verify_certificate(document.to_json(), at=clock.now()).history
    assert history is not None
    assert [(one.agent, one.agreed_by) for one in history] == [("first", "bob")]


def test_who_agrees_agrees_to_the_matches_of_the_proposal_and_to_no_more(
    ready: Store, happened: Happened
) -> None:
    for name, digests in (("first", DECLARED), ("beside", {"model": MODEL, "tools": TOOLS})):
        register(ready, name, digests)
    happened("first")
    proposal = propose(ready, "second", {"model": MODEL})
    happened("beside")
    with pytest.raises(ConflictError, match="'beside', which is frozen"):
        approve(ready, proposal)
    approve(ready, propose(ready, "second", {"model": MODEL}))


def test_a_reason_changes_nothing_where_nothing_matches(ready: Store) -> None:
    with ready.write() as transaction:
        made = request_registration(
            transaction, "first", digests=DECLARED, group="default", description="", reason="why"
        )
        assert isinstance(made, Agent)
        assert made.matches is None
        event = last_events(transaction.session, kind="agent.registered")[-1]
    assert event.data == {"name": "first", "group": "default", "digests": DECLARED}


def test_a_demotion_is_shown_and_stands_against_nobody(
    ready: Store, happened: Happened, strong: RobustnessVector
) -> None:
    register(ready, "first", DECLARED)
    certify(ready, "first", strong)
    happened("first", "critical")
    register(ready, "second", DECLARED)
    (kin,) = history_in(ready, "second").kin
    assert (kin.agent, kin.status, kin.demoted, kin.over_ceiling) == (
        "first",
        "active",
        True,
        False,
    )
    document, clock = signed(ready, "second", strong)
    history = verify_certificate(document.to_json(), at=clock.now()).history
    assert history is not None
    assert [(one.status, one.agreed_by) for one in history] == [("demoted", None)]
    clock.advance(1)
    certify(ready, "first", strong)
    assert not history_in(ready, "second").kin[0].demoted


def _policy(*ceilings: int) -> Policy:
    data = default_policy().model_dump()
    data["ceilings"] = {"currency": "USD", "minor_units": list(ceilings)}
    data["window"] = "day"
    return Policy.model_validate(data)


def test_an_agent_over_its_ceiling_does_not_go_on_under_another_name(
    ready: Store, strong: RobustnessVector, clock: FixedClock
) -> None:
    with ready.write() as transaction:
        set_policy(transaction, _policy(0, 100, 1000, 10_000, 100_000, 1_000_000))
    register(ready, "first", DECLARED)
    certify(ready, "first", strong)
    with ready.write() as transaction:
        agent = find_agent(transaction.session, "first")
        grant = reserve(transaction, agent, Money(amount=500, currency="USD"), key="k")
        assert grant.reservation is not None
        commit(transaction, grant.reservation)
    before = clock.now()
    clock.advance(1 / 24)
    with ready.write() as transaction:
        set_policy(transaction, _policy(0, 1, 2, 3, 4, 5))
    with pytest.raises(ConflictError, match="'first', which is over its ceiling"):
        register(ready, "second", DECLARED)
    clock.advance(1 / 24)
    approve(ready, propose(ready, "second", DECLARED))
    assert _over(history_in(ready, "second"))
    clock.advance(1 / 24)
    with ready.write() as transaction:
        set_policy(transaction, _policy(0, 100, 1000, 10_000, 100_000, 1_000_000))
    clock.advance(1 / 24)
    register(ready, "third", {"model": MODEL})
    with ready.read() as session:
        agent = find_agent(session, "second")
        assert not _over(history_of(session, agent, clock.now()))
        assert _over(history_of(session, agent, agent.registered_at))
        assert not _over(history_of(session, find_agent(session, "first"), before))


def _over(history: History) -> bool:
    return any(one.over_ceiling for one in history.kin)
