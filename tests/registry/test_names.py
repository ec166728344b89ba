"""Names beside ids: what is refused, and what is found where an old name reads as another's id."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from governance.kernel.errors import ConflictError, InputError, NotFoundError
from governance.registry.agents import agent_by_id, find_agent, register_agent
from governance.registry.certify_file import certify_file
from governance.registry.changes import carry_with, request_lift
from governance.registry.proposals import decide
from governance.registry.systems import find_system, register_system
from governance.store.agents import Agent
from governance.store.store import Store
from tests.registry.proposal_world import as_person, people

UUID = "0193abcd-1234-7abc-8abc-0123456789ab"


@pytest.fixture
def store(set_up_store: Store) -> Store:
    """A store of either kind with ontology and policy."""
    return set_up_store


class Pair(NamedTuple):
    """Ids of a victim, and of one whose name, given before such names were refused, is that id."""

    victim: str
    impostor: str


@pytest.fixture
def pair(store: Store) -> Pair:
    with store.write() as transaction:
        # So that whoever takes the first row that fits takes the impostor.
        impostor, victim = transaction.new_id(), transaction.new_id()
        for identifier, name in ((impostor, victim), (victim, "victim")):
            transaction.session.add(
                Agent(
                    id=identifier,
                    name=name,
                    status="frozen",
                    agent_group="default",
                    digests={},
                    description="",
                    registered_at=transaction.now,
                )
            )
            transaction.session.flush()
    return Pair(victim, impostor)


def _status(store: Store, identifier: str) -> str:
    with store.read() as session:
        return agent_by_id(session, identifier).status


@pytest.mark.parametrize("name", [UUID, UUID.upper(), "deadbeef", "０１２３４５６７８", "\u200b"])
def test_a_name_that_looks_like_an_id_or_like_nothing_is_refused(store: Store, name: str) -> None:
    for register in (register_agent, register_system):
        with pytest.raises(InputError) as caught, store.write() as transaction:
            register(transaction, name)
        assert (caught.value.code, caught.value.field) == ("input", "name")


def test_a_look_alike_of_an_agent_is_refused_and_the_agent_named(store: Store) -> None:
    with store.write() as transaction:
        register_agent(transaction, "PayPal")
        register_agent(transaction, "paypai")
    for name in ("paypal", "PayPaI", "Раураl", "Pay\u200dPal"):
        with (
            pytest.raises(ConflictError, match=r"looks like '(PayPal|paypai)', which exists"),
            store.write() as transaction,
        ):
            register_agent(transaction, name)
    with (
        pytest.raises(ConflictError, match="an agent named 'PayPal' is registered already"),
        store.write() as transaction,
    ):
        register_agent(transaction, "PayPal")


def test_an_id_finds_the_agent_that_has_it(store: Store, pair: Pair) -> None:
    with store.read() as session:
        assert find_agent(session, pair.victim).id == pair.victim
        assert find_agent(session, "victim").id == pair.victim
        assert find_agent(session, pair.impostor).id == pair.impostor
        for wanted in ("VICTIM", pair.victim[:20], pair.victim.upper()):
            with pytest.raises(NotFoundError):
                find_agent(session, wanted)
        with pytest.raises(NotFoundError, match="no agent has the id 'victim'"):
            agent_by_id(session, "victim")


def test_a_lift_that_was_proposed_frees_the_agent_it_was_proposed_for(
    store: Store, pair: Pair
) -> None:
    people(store)
    with as_person(store, "bob").write() as transaction:
        agent = find_agent(transaction.session, "victim")
        proposal = request_lift(transaction, agent, "it was nothing")
    carry = carry_with(None)
    for beginning in ("", proposal.id.upper(), "%", proposal.id[:-1] + "_"):
        with (
            as_person(store, "cyd").write() as transaction,
            pytest.raises(InputError, match="no proposal begins"),
        ):
            decide(transaction, beginning, approve=True, carry=carry)
    with as_person(store, "cyd").write() as transaction:
        decide(transaction, proposal.id[:30], approve=True, carry=carry)
    assert (_status(store, pair.victim), _status(store, pair.impostor)) == ("active", "frozen")


def test_a_row_of_a_file_that_names_an_id_is_about_the_agent_that_has_it(
    store: Store, pair: Pair, tmp_path: Path
) -> None:
    with store.write() as transaction:
        for identifier in pair:
            agent_by_id(transaction.session, identifier).status = "active"
    file = tmp_path / "vectors.csv"
    file.write_text(f"agent,cc,er,as_,ih\n{pair.victim},0.5,0.5,0.5,0.5\n")
    assert [row.agent for row in certify_file(store, str(file), password=b"own")] == ["victim"]


@pytest.mark.parametrize("name", [UUID, "VICTIM"])
def test_a_row_of_a_file_with_a_name_that_is_refused_is_named(
    store: Store, pair: Pair, tmp_path: Path, name: str
) -> None:
    with store.write() as transaction:
        register_agent(transaction, "Victim")
    file = tmp_path / "vectors.csv"
    file.write_text(f"agent,cc,er,as_,ih\nbot,0.5,0.5,0.5,0.5\n{name},0.5,0.5,0.5,0.5\n")
    with pytest.raises(InputError) as caught:
        certify_file(store, str(file), password=b"own")
    error = caught.value
    assert (error.file, error.line, error.field) == (str(file), 3, "agent")


def test_an_id_finds_the_system_that_has_it(store: Store) -> None:
    with store.write() as transaction:
        impostor = register_system(transaction, "impostor")
        victim = register_system(transaction, "victim")
        impostor.name = victim.id
    with store.read() as session:
        assert find_system(session, victim.id).id == victim.id
        assert find_system(session, "victim").id == victim.id
        assert find_system(session, impostor.id).name == victim.id
        with pytest.raises(NotFoundError):
            find_system(session, "Victim")
