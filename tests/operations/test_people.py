from __future__ import annotations

from dataclasses import replace

import pytest

from governance.gate.policy import default_policy
from governance.kernel.errors import ForbiddenError, InputError
from governance.operations import people, people_proposals
from governance.operations.people import RoleOf
from governance.operations.place import Place
from governance.operations.requests import ById, Nothing
from governance.registry.proposals import propose
from governance.store.roles import Proposal
from governance.store.store import Transaction
from tests.operations.conftest import Ask
from tests.operations.examples import run_example


def _grant(ask: Ask, actor: str, role: str, by: str = "ada") -> bool:
    return bool(ask(people.grant_role, RoleOf(actor=actor, role=role), actor=by).changed)


def test_roles_are_granted_listed_and_taken(place: Place, ask: Ask) -> None:
    assert run_example(place, "roles.grant") == {
        "actor": "ada",
        "role": "administrator",
        "changed": True,
    }
    assert _grant(ask, "ben", "auditor")
    assert not _grant(ask, "ben", "auditor")
    held = ask(people.list_roles, Nothing())
    assert [(row.actor, row.role, row.granted_by) for row in held] == [
        ("ada", "administrator", "tester"),
        ("ben", "auditor", "ada"),
    ]
    ask(people.revoke_role, RoleOf(actor="ben", role="auditor"), actor="ada")
    assert len(run_example(place, "roles.list")) == 1


def test_who_holds_no_role_grants_none_once_roles_are_in_use(ask: Ask) -> None:
    _grant(ask, "ada", "administrator", by="ada")
    with pytest.raises(ForbiddenError, match="administrator"):
        _grant(ask, "mallory", "auditor", by="mallory")
    with pytest.raises(ForbiddenError, match="administrator"):
        ask(people.revoke_role, RoleOf(actor="ada", role="administrator"), actor="mallory")


def test_a_second_person_decides_a_proposal(place: Place, ask: Ask) -> None:
    for role in ("administrator", "policy_owner"):
        _grant(ask, "ada", role)
    _grant(ask, "tester", "policy_owner")
    with place.store.write() as transaction:
        acting = replace(transaction, actor="ada")
        ids = [_propose(acting, reason).id for reason in ("cause removed", "once more")]
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


def test_a_role_that_is_taken(place: Place, ask: Ask) -> None:
    _grant(ask, "tester", "administrator", by="tester")
    _grant(ask, "ben", "auditor", by="tester")
    assert run_example(place, "roles.revoke")["changed"]


def test_a_proposal_that_is_not_there_is_bad_input(place: Place, ask: Ask) -> None:
    assert run_example(place, "proposals.list") == []
    for handler in (people_proposals.approve, people_proposals.reject):
        with pytest.raises(InputError, match="no proposal"):
            ask(handler, ById(id="0199"))
