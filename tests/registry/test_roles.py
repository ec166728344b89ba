from __future__ import annotations

from dataclasses import replace

import pytest

from governance.gate.policy import Policy, default_policy
from governance.gate.vector import RobustnessVector
from governance.kernel.errors import InputError
from governance.registry.agents import register_agent
from governance.registry.certifications import certify_agent
from governance.registry.changes import carry_with, raises_authority, request_policy
from governance.registry.policies import policy_in_force
from governance.registry.proposals import decide, list_proposals
from governance.registry.roles import grant_role, list_roles, revoke_role
from governance.store.roles import Proposal
from governance.store.store import Store


def _as(store: Store, actor: str) -> Store:
    return replace(store, actor=actor)


def _grant(store: Store, *grants: tuple[str, str]) -> None:
    with _as(store, "ada").write() as transaction:
        for actor, role in (("ada", "administrator"), *grants):
            grant_role(transaction, actor, role)


def _with_ceilings(*amounts: int) -> Policy:
    data = default_policy().model_dump()
    data["ceilings"]["minor_units"] = list(amounts)
    return Policy.model_validate(data)


GENEROUS = _with_ceilings(0, 100, 1000, 10000, 100000, 2_000_000)
STRICT = _with_ceilings(0, 1, 10, 100, 1000, 10000)


def test_without_roles_everybody_may_do_everything(ready: Store, strong: RobustnessVector) -> None:
    with ready.write() as transaction:
        agent = register_agent(transaction, "bot")
        certify_agent(transaction, agent, strong)
        assert request_policy(transaction, GENEROUS, "default", "") is True


def test_the_first_grant_is_an_administrators(ready: Store) -> None:
    with pytest.raises(InputError, match="first role"), ready.write() as transaction:
        grant_role(transaction, "ada", "auditor")
    _grant(ready, ("bob", "auditor"))
    with ready.read() as session:
        assert [(row.actor, row.role) for row in list_roles(session)] == [
            ("ada", "administrator"),
            ("bob", "auditor"),
        ]


def test_the_last_administrator_stays(ready: Store) -> None:
    _grant(ready, ("bob", "auditor"))
    with _as(ready, "ada").write() as transaction:
        with pytest.raises(InputError, match="last administrator"):
            revoke_role(transaction, "ada", "administrator")
        revoke_role(transaction, "bob", "auditor")


def test_raising_a_ceiling_takes_two_people(ready: Store) -> None:
    _grant(ready, ("bob", "policy_owner"), ("cyd", "policy_owner"))
    with _as(ready, "bob").write() as transaction:
        proposal = request_policy(transaction, GENEROUS, "default", "more work")
        assert isinstance(proposal, Proposal)
    with ready.read() as session:
        assert policy_in_force(session).ceilings == default_policy().ceilings
    for actor in ("bob", "eve"):
        with pytest.raises(InputError), _as(ready, actor).write() as transaction:
            decide(transaction, proposal.id, approve=True, carry=carry_with(None))
    with _as(ready, "cyd").write() as transaction:
        decide(transaction, proposal.id, approve=True, carry=carry_with(None))
        with pytest.raises(InputError, match="already"):
            decide(transaction, proposal.id, approve=True, carry=carry_with(None))
    with ready.read() as session:
        assert policy_in_force(session).ceilings == GENEROUS.ceilings


def test_a_rejected_change_changes_nothing_and_lowering_needs_nobody(ready: Store) -> None:
    _grant(ready, ("bob", "policy_owner"))
    with _as(ready, "bob").write() as transaction:
        proposal = request_policy(transaction, GENEROUS, "default", "more")
        assert isinstance(proposal, Proposal)
        decide(transaction, proposal.id, approve=False, carry=carry_with(None))
        assert [row.state for row in list_proposals(transaction.session)] == ["rejected"]
        assert request_policy(transaction, STRICT, "default", "") is True
    with pytest.raises(InputError, match="reason"), _as(ready, "bob").write() as transaction:
        request_policy(transaction, GENEROUS, "default", " ")


def test_what_may_raise_authority() -> None:
    assert raises_authority(default_policy(), GENEROUS)
    assert not raises_authority(GENEROUS, default_policy())
    assert not raises_authority(STRICT, STRICT)
    data = default_policy().model_dump()
    data["ceilings"]["other_currencies"] = {"EUR": [0, 1, 1, 1, 1, 1]}
    assert raises_authority(default_policy(), Policy.model_validate(data))
    data = default_policy().model_dump()
    data["thresholds"]["cc"] = [0.2, 0.5, 0.65, 0.8, 0.9]
    assert raises_authority(default_policy(), Policy.model_validate(data))
    data = default_policy().model_dump()
    data["evidence"]["declared_carries_authority"] = False
    assert raises_authority(Policy.model_validate(data), default_policy())
