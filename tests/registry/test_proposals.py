from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from governance.gate.policy import default_policy
from governance.gate.raising import raises_authority
from governance.identity.grants import revoke_role
from governance.identity.principals import (
    add_principal,
    disable_principal,
    enable_principal,
    find_principal,
)
from governance.identity.tokens import create_token
from governance.kernel.clock import FixedClock
from governance.kernel.errors import ConflictError, ForbiddenError, InputError
from governance.registry import proposals
from governance.registry.agents import agent_by_id, change_agent
from governance.registry.certifications import certify_agent
from governance.registry.changes import carry_with, request_policy
from governance.registry.proposal_checks import changes_since, decider_of
from governance.registry.proposals import decide, find_proposal, list_proposals, propose
from governance.store.ledger import Proof
from governance.store.roles import Proposal
from governance.store.store import Store
from tests.registry.proposal_world import (
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
    policy,
    propose_lift,
    propose_policy,
    report,
    set_at_once,
    statuses,
)


@pytest.fixture
def staffed(set_up_store: Store) -> Store:
    """A store of either kind with ada the administrator, bob and cyd policy owners."""
    people(set_up_store)
    return set_up_store


def _state(store: Store, identifier: str) -> str:
    with store.read() as session:
        return find_proposal(session, identifier).state


def test_a_stale_proposal_does_not_pass_an_emergency_policy_by(staffed: Store) -> None:
    waiting = propose_policy(staffed)
    set_at_once(staffed)
    with pytest.raises(ConflictError) as refused:
        approve(staffed, waiting)
    assert (refused.value.message, refused.value.exit_code) == (STALE, 2)
    assert (in_force(staffed), _state(staffed, waiting)) == ("emergency", "open")
    with as_person(staffed, "cyd").write() as transaction:
        rejected = decide(transaction, waiting, approve=False, carry={})
        assert rejected.state == "rejected"


def test_a_proposal_holds_again_once_what_it_was_made_against_stands_again(staffed: Store) -> None:
    waiting = propose_policy(staffed)
    set_at_once(staffed)
    back = propose_policy(staffed, default_policy())
    approve(staffed, back)
    approve(staffed, waiting)
    assert in_force(staffed) == "generous"


def _freeze_again(store: Store, agent_id: str) -> None:
    report(store, 1)
    freeze(store, agent_id, 1)


def _change(store: Store, agent_id: str) -> None:
    with store.write() as transaction:
        agent = agent_by_id(transaction.session, agent_id)
        change_agent(transaction, agent, {"model": f"sha256:{'0' * 64}"})


def _certify(store: Store, agent_id: str) -> None:
    with store.write() as transaction:
        certify_agent(transaction, agent_by_id(transaction.session, agent_id), STRONG)


def _thaw(store: Store, agent_id: str) -> None:
    approve(store, propose_lift(store, agent_id))


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (_freeze_again, ["open freezes: was "]),
        (_change, ["digests: was none, is model sha256:000", ", void yes"]),
        (_certify, ["last certification: was id "]),
        (_thaw, ["open freezes: was ", "status: was frozen, is active"]),
        (lambda store, _: set_at_once(store), [STALE]),
    ],
    ids=["another incident", "a change", "a certification", "a lift", "a policy"],
)
def test_a_lift_is_refused_where_the_agents_standing_changed(
    staffed: Store, happens: Callable[[Store, str], None], said: list[str]
) -> None:
    agent = frozen_agent(staffed, "bot")
    waiting = propose_lift(staffed, agent)
    happens(staffed, agent)
    before = statuses(staffed)
    with pytest.raises(ConflictError) as refused:
        approve(staffed, waiting)
    for part in said:
        assert part in refused.value.message
    assert (statuses(staffed), _state(staffed, waiting)) == (before, "open")


def test_time_alone_makes_no_proposal_stale(staffed: Store, clock: FixedClock) -> None:
    agent = frozen_agent(staffed, "bot")
    waiting = [propose_policy(staffed), propose_lift(staffed, agent)]
    clock.advance(1000)
    approve(staffed, waiting[1])
    approve(staffed, waiting[0])
    assert (in_force(staffed), statuses(staffed)) == ("generous", {"bot": "active"})


def test_one_from_before_states_were_kept_is_proposed_again(staffed: Store) -> None:
    waiting = propose_policy(staffed)
    with staffed.write() as transaction:
        transaction.session.execute(update(Proposal).values(against=None, state_digest=None))
    with pytest.raises(ConflictError, match="before states were kept; propose it again"):
        approve(staffed, waiting)
    assert _state(staffed, waiting) == "open"
    approve(staffed, propose_policy(staffed))


def test_a_state_that_was_written_over_does_not_count(staffed: Store) -> None:
    waiting = propose_policy(staffed)
    set_at_once(staffed)
    with staffed.read() as session:
        found = find_proposal(session, propose_policy(staffed, policy("third", 3_000_000)))
    with staffed.write() as transaction:
        other = update(Proposal).where(Proposal.id == waiting)
        transaction.session.execute(other.values(against=found.against))
    with pytest.raises(ConflictError, match="does not fit its digest"):
        approve(staffed, waiting)


def test_a_proposer_who_lost_the_role_is_not_followed(staffed: Store) -> None:
    waiting = propose_policy(staffed)
    with as_person(staffed, "ada").write() as transaction:
        bob = find_principal(transaction.session, "bob")
        revoke_role(transaction, bob, "policy_owner")
    with pytest.raises(ForbiddenError, match="bob, who proposed it, was policy_owner and is not"):
        approve(staffed, waiting)
    assert (in_force(staffed), _state(staffed, waiting)) == ("cgae-default", "open")


def test_a_proposer_who_was_disabled_is_not_followed_and_holds_again_once_enabled(
    staffed: Store,
) -> None:
    waiting = propose_policy(staffed)
    with as_person(staffed, "ada").write() as transaction:
        disable_principal(transaction, find_principal(transaction.session, "bob"))
    with pytest.raises(ForbiddenError, match="bob, who proposed it, was policy_owner and is not"):
        approve(staffed, waiting)
    with as_person(staffed, "ada").write() as transaction:
        enable_principal(transaction, find_principal(transaction.session, "bob"))
    approve(staffed, waiting)
    assert in_force(staffed) == "generous"


def test_who_proposed_it_or_lacks_the_role_does_not_approve_it(staffed: Store) -> None:
    waiting = propose_policy(staffed)
    with pytest.raises(ForbiddenError, match="needs a second person"):
        approve(staffed, waiting, "bob")
    with pytest.raises(ForbiddenError, match="ada is no policy_owner"):
        approve(staffed, waiting, "ada")
    assert in_force(staffed) == "cgae-default"


def _administrator_owns_policies(store: Store) -> None:
    with store.write() as transaction:
        add_principal(transaction, "ada", "person", ["policy_owner"])


def test_what_an_administrators_grant_enabled_cools_before_that_one_approves(
    staffed: Store, clock: FixedClock
) -> None:
    _administrator_owns_policies(staffed)
    waiting = propose_policy(staffed)
    with pytest.raises(ForbiddenError, match=r"ada made bob, .* ends 2026-03-02T12:00"):
        approve(staffed, waiting, "ada")
    clock.moment += timedelta(hours=24, microseconds=-1)
    with pytest.raises(ForbiddenError, match="cooling time of 24 hours"):
        approve(staffed, waiting, "ada")
    clock.moment += timedelta(microseconds=1)
    approve(staffed, waiting, "ada")
    assert in_force(staffed) == "generous"


def test_the_policy_in_force_says_how_long_grants_cool_and_not_the_one_proposed(
    staffed: Store, clock: FixedClock
) -> None:
    _administrator_owns_policies(staffed)
    set_at_once(staffed, policy("patient", approval={"cooling_hours": 48}))
    quick = policy("quick", approval={"cooling_hours": 0})
    waiting = propose_policy(staffed, quick)
    clock.advance(1.5)
    with pytest.raises(ForbiddenError, match="cooling time of 48 hours"):
        approve(staffed, waiting, "ada")
    approve(staffed, waiting)
    with as_person(staffed, "ada").write() as transaction:
        add_principal(transaction, "eve", "person", ["policy_owner"])
    approve(staffed, propose_policy(staffed, GENEROUS, "eve"), "ada")
    assert in_force(staffed) == "generous"


def test_an_independent_policy_asks_who_made_both(staffed: Store, clock: FixedClock) -> None:
    set_at_once(staffed, policy("apart", approval={"independent": True}))
    waiting = propose_policy(staffed)
    with pytest.raises(ForbiddenError, match="one person gave both bob and cyd their roles"):
        approve(staffed, waiting)
    clock.advance(1)
    approve(staffed, waiting)
    assert in_force(staffed) == "generous"


def _token(store: Store, maker: str, name: str, *roles: str) -> Proof:
    """Return how somebody is known by a token that a maker made."""
    with as_person(store, maker).write() as transaction:
        principal = add_principal(transaction, name, "person", roles)
        made = create_token(transaction, principal)
        return Proof(principal.id, f"token:{made.row.id}")


def _proposed_by(store: Store, name: str, proof: Proof) -> str:
    with store.acting_as(name, proof).write() as transaction:
        proposal = request_policy(transaction, GENEROUS, "default", "more work")
        assert isinstance(proposal, Proposal)
        return proposal.id


def _approved_by(store: Store, name: str, proof: Proof, waiting: str) -> None:
    with store.acting_as(name, proof).write() as transaction:
        decide(transaction, waiting, approve=True, carry=carry_with(None))


def test_who_made_the_proposers_token_is_no_second_person_until_that_cooled(
    staffed: Store, clock: FixedClock
) -> None:
    _administrator_owns_policies(staffed)
    clock.advance(2)
    waiting = _proposed_by(staffed, "bob", _token(staffed, "ada", "bob"))
    with pytest.raises(ForbiddenError, match="ada made the token by which bob is known within"):
        approve(staffed, waiting, "ada")
    clock.advance(1)
    approve(staffed, waiting, "ada")


def test_a_puppet_between_the_two_hides_nobody(staffed: Store) -> None:
    _administrator_owns_policies(staffed)
    _token(staffed, "ada", "eve", "administrator")
    waiting = _proposed_by(staffed, "fay", _token(staffed, "eve", "fay", "policy_owner"))
    with pytest.raises(ForbiddenError, match=r"ada made a token of eve, who made .* fay"):
        approve(staffed, waiting, "ada")


def test_an_approval_says_how_one_person_may_stand_behind_both(staffed: Store) -> None:
    proposer, decider = (_token(staffed, "ada", name) for name in ("bob", "cyd"))
    _approved_by(staffed, "cyd", decider, _proposed_by(staffed, "bob", proposer))
    (event,) = events(staffed, "change.approved")
    assert (
        "ada made the token by which bob is known, and ada made the token by which cyd is known"
        in event["ties"]
    )


def test_an_independent_policy_refuses_tokens_that_one_person_made(
    staffed: Store, clock: FixedClock
) -> None:
    set_at_once(staffed, policy("apart", approval={"independent": True}))
    clock.advance(2)
    proposer, decider = (_token(staffed, "ada", name) for name in ("bob", "cyd"))
    waiting = _proposed_by(staffed, "bob", proposer)
    with pytest.raises(ForbiddenError, match="ada made the token by which bob is known, and ada"):
        _approved_by(staffed, "cyd", decider, waiting)
    clock.advance(1)
    _approved_by(staffed, "cyd", decider, waiting)
    (event,) = events(staffed, "change.approved")
    assert "ties" not in event


@pytest.mark.parametrize(
    "change",
    [
        {"proposed_by_id": None},
        {"proposed_via": "local"},
        {"proposed_by": "eve"},
        {"subject": "another"},
        {
            "document": {
                "policy": policy("other", 3_000_000).model_dump(mode="json"),
                "group": "default",
            }
        },
    ],
)
def test_a_proposal_that_was_written_over_is_not_followed(
    staffed: Store, change: dict[str, Any]
) -> None:
    waiting = propose_policy(staffed)
    with staffed.write() as transaction:
        other = update(Proposal).where(Proposal.id == waiting)
        transaction.session.execute(other.values(**change))
    with pytest.raises((ConflictError, ForbiddenError)):
        approve(staffed, waiting)
    with staffed.read() as session:
        found = changes_since(session, find_proposal(session, waiting))
    assert "is not what the ledger says was proposed" in [one.message for one in found]
    assert in_force(staffed) == "cgae-default"


def test_a_shorter_cooling_time_or_less_independence_raises_authority() -> None:
    plain, stated = default_policy(), policy("stated", approval={})
    longer = policy("longer", approval={"cooling_hours": 25})
    shorter = policy("shorter", approval={"cooling_hours": 23})
    apart = policy("apart", approval={"independent": True})
    for before, after in ((plain, stated), (stated, plain), (plain, longer), (plain, apart)):
        assert not raises_authority(before, after)
    for before, after in ((plain, shorter), (longer, plain), (apart, plain), (apart, stated)):
        assert raises_authority(before, after)


def test_the_ledger_names_the_state_that_was_decided_on(staffed: Store) -> None:
    digests = []
    for number, yes in enumerate((True, False), 2):
        waiting = propose_policy(staffed, policy("more", number * 1_000_000))
        with as_person(staffed, "cyd").write() as transaction:
            decided = decide(transaction, waiting, approve=yes, carry=carry_with(None))
            digests.append(decided.state_digest)
    approved, rejected = events(staffed, "change.approved"), events(staffed, "change.rejected")
    assert [one["state"] for one in (*approved, *rejected)] == digests
    assert [one["state"] for one in events(staffed, "change.proposed")] == digests
    assert len(set(digests)) == 2
    assert "single_user" not in approved[0]


def test_who_sits_at_the_machine_approves_alone_only_where_one_person_is_enough(
    staffed: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposals, "decider_of", lambda it: replace(decider_of(it), via="local"))
    waiting = propose_policy(staffed)
    with pytest.raises(ForbiddenError, match="second person"):
        approve(staffed, waiting, "bob")
    approve(staffed, waiting, "bob", single_user=True)
    (event,) = events(staffed, "change.approved")
    assert event["single_user"] is True


def test_an_id_is_found_by_how_it_begins_and_nothing_by_nothing(staffed: Store) -> None:
    waiting = propose_policy(staffed)
    with staffed.read() as session:
        assert find_proposal(session, waiting[:9]).id == waiting
        for text in ("", "%", "_", waiting.upper() + "x", waiting[1:]):
            with pytest.raises(InputError, match="no proposal"):
                find_proposal(session, text)
        assert [row.id for row in list_proposals(session, "open")] == [waiting]


def test_a_change_needs_a_reason(staffed: Store) -> None:
    with pytest.raises(InputError, match="reason"), staffed.write() as transaction:
        propose(transaction, "policy", "default", {}, role="policy_owner", reason=" ")
