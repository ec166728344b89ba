from __future__ import annotations

from governance.registry.agents import register_agent
from governance.registry.certifications import certify_agent
from governance.registry.policies import set_policy
from governance.registry.proposal_review import policy_effect
from governance.registry.proposals import find_proposal, propose
from governance.store.store import Store
from tests.registry.proposal_world import EMERGENCY, GENEROUS, STRONG, approve, as_person, people


def _agents(store: Store, **groups: str) -> None:
    with store.write() as transaction:
        for name, group in groups.items():
            agent = register_agent(transaction, name, group=group)
            certify_agent(transaction, agent, STRONG)


def _proposed(store: Store, group: str) -> str:
    with as_person(store, "bob").write() as transaction:
        document = {"policy": GENEROUS.model_dump(mode="json"), "group": group}
        return propose(
            transaction, "policy", group, document, role="policy_owner", reason="more work"
        ).id


def _gaining(store: Store, identifier: str) -> list[tuple[str, int]]:
    with store.read() as session:
        found = policy_effect(session, find_proposal(session, identifier), store.clock.now())
    return [(one.name, one.ceiling_before.amount) for one in found.agents]


def test_agents_are_compared_whom_the_policy_would_rule(set_up_store: Store) -> None:
    people(set_up_store)
    with set_up_store.write() as transaction:
        set_policy(transaction, EMERGENCY, "traders")
    _agents(set_up_store, anna="default", ben="traders", carl="clerks")
    plain, strict = 1_000_000, 100_000
    by_default = _proposed(set_up_store, "default")
    assert _gaining(set_up_store, by_default) == [("anna", plain), ("carl", plain)]
    assert _gaining(set_up_store, _proposed(set_up_store, "traders")) == [("ben", strict)]
    assert _gaining(set_up_store, _proposed(set_up_store, "clerks")) == [("carl", plain)]


def test_a_decided_proposal_is_compared_with_what_it_was_made_against(set_up_store: Store) -> None:
    people(set_up_store)
    _agents(set_up_store, anna="default")
    made = _proposed(set_up_store, "default")
    approve(set_up_store, made)
    assert _gaining(set_up_store, made) == [("anna", 1_000_000)]
