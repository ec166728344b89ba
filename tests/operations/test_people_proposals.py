from __future__ import annotations

import pytest

from governance.gate.laws import LAWS
from governance.gate.policy import default_policy
from governance.kernel.errors import ConflictError, ForbiddenError, InputError
from governance.operations import people_proposals
from governance.operations.people_proposals import ProposalFilter
from governance.operations.perform import perform
from governance.operations.place import Place
from governance.operations.requests import ById
from governance.operations.work import Ears
from governance.registry.proposal_state import READERS, digest_of
from governance.registry.proposals import propose
from governance.store.roles import Proposal
from governance.store.store import Transaction
from tests.operations.conftest import Ask, enrol
from tests.operations.examples import run_example
from tests.registry.proposal_world import (
    GENEROUS,
    STALE,
    approve,
    as_person,
    frozen_agent,
    propose_lift,
    propose_policy,
    set_at_once,
)
from tests.registry.proposal_world import people as people_of


def test_a_second_person_decides_a_proposal(place: Place, ask: Ask) -> None:
    ada = enrol(place, "ada")
    with place.store.acting_as("ada", ada.proof).write() as transaction:
        ids = [_propose(transaction, reason).id for reason in ("cause removed", "once more")]
    (first, second) = run_example(place, "proposals.list")
    assert (first["id"], first["state"], first["proposed_by"]) == (ids[0], "open", "ada")
    assert run_example(place, "proposals.reject", {"proposal": ids[0]})["decided_by"] == "tester"
    with pytest.raises(InputError, match="second person"):
        ask(people_proposals.approve, ById(id=second["id"]), actor="ada")
    with pytest.raises(ForbiddenError):
        ask(people_proposals.approve, ById(id=second["id"]), actor="mallory")
    approved = run_example(place, "proposals.approve", {"proposal": ids[1]})
    assert (approved["state"], approved["kind"]) == ("approved", "policy")


def _propose(transaction: Transaction, reason: str) -> Proposal:
    policy = default_policy().model_dump(mode="json")
    document = {"policy": policy, "group": "default"}
    return propose(transaction, "policy", "default", document, role="policy_owner", reason=reason)


def test_a_proposed_policy_is_shown_with_who_gains_and_the_proofs(place: Place) -> None:
    pytest.importorskip("z3")
    people_of(place.store)
    agent = frozen_agent(place.store, "frozen")
    lift = propose_lift(place.store, agent)
    waiting = propose_policy(place.store)
    approve(place.store, lift)
    shown = run_example(place, "proposals.show", {"proposal": waiting[:30]})
    assert shown["document"] == GENEROUS.model_dump(mode="json")
    assert shown["against"]["policy"]["digest"] == default_policy().digest
    assert shown["state_digest"] == digest_of(shown["against"])
    assert (shown["fresh"], shown["changed"], shown["lift"]) == (True, [], None)
    (move,) = shown["diff"]["moves"]
    assert (move["tier_after"], move["ceiling_after"]["amount"]) == (5, 2_000_000)
    (gains,) = shown["diff"]["agents"]
    assert (gains["name"], gains["effect"]) == ("frozen", "gains")
    assert shown["proofs"]["ok"]
    assert len(shown["proofs"]["laws"]) == len(LAWS)


def test_without_the_prover_a_proposal_is_shown_and_the_proofs_are_missing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.gate.proof.find_spec", lambda _: None)
    people_of(place.store)
    waiting, said = propose_policy(place.store), list[str]()
    ears = Ears(remark=said.append)
    shown = perform(place, enrol(place), people_proposals.show, ById(id=waiting), ears=ears)
    assert (shown.proofs, shown.fresh) == (None, True)
    (remark,) = said
    assert remark.startswith("the laws are not proved here: proving a policy needs the extra")


def test_a_stale_proposal_is_shown_with_what_changed_and_is_not_approved(
    place: Place, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.gate.proof.find_spec", lambda _: None)
    people_of(place.store)
    waiting = propose_policy(place.store)
    set_at_once(place.store)
    shown = ask(people_proposals.show, ById(id=waiting))
    assert not shown.fresh
    (changed,) = shown.changed
    assert (changed.field, changed.message) == ("policy", STALE)
    assert (changed.before["version"], changed.after["name"]) == (1, "emergency")
    assert shown.diff.before["name"] == "emergency"
    with pytest.raises(ConflictError, match="emergency"):
        ask(people_proposals.approve, ById(id=waiting), actor="cyd")
    (listed,) = ask(people_proposals.list_proposals, ProposalFilter(state="open"))
    assert not listed.fresh
    assert ask(people_proposals.reject, ById(id=waiting), actor="cyd").state == "rejected"


def test_a_lift_is_shown_with_its_incidents_and_what_comes_back(place: Place, ask: Ask) -> None:
    people_of(place.store)
    agent = frozen_agent(place.store, "bot")
    waiting = propose_lift(place.store, agent)
    shown = ask(people_proposals.show, ById(id=waiting))
    assert shown.document == {"agent": {"id": agent, "name": "bot"}, "reason": "cause removed"}
    assert (shown.diff, shown.proofs) == (None, None)
    assert [(one.source_id, one.severity) for one in shown.lift.incidents] == [("0", "high")]
    assert shown.lift.frozen_since == place.clock.now()
    assert (shown.lift.now.tier, shown.lift.after.tier) == (0, 5)
    assert shown.lift.after.ceiling.amount == 1_000_000
    approve(place.store, waiting)
    after = ask(people_proposals.show, ById(id=waiting))
    assert (after.state, after.fresh, after.lift.now.tier) == ("approved", False, 5)
    assert after.lift.incidents == shown.lift.incidents


def test_a_proposal_of_another_kind_is_shown_as_it_was_made(
    place: Place, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(READERS, "song", lambda _, document: {"key": document["key"]})
    people_of(place.store)
    with as_person(place.store, "bob").write() as transaction:
        document = {"key": "C", "words": "la"}
        made = propose(transaction, "song", "x", document, role="policy_owner", reason="joy").id
    shown = ask(people_proposals.show, ById(id=made))
    assert (shown.document, shown.against, shown.fresh) == (document, {"key": "C"}, True)
    assert (shown.diff, shown.proofs, shown.lift) == (None, None, None)


def test_a_proposal_that_is_not_there_is_bad_input(place: Place, ask: Ask) -> None:
    assert run_example(place, "proposals.list") == []
    for handler in (people_proposals.approve, people_proposals.reject, people_proposals.show):
        with pytest.raises(InputError, match="no proposal"):
            ask(handler, ById(id="0199"))
