from __future__ import annotations

from sqlalchemy import func, select

from governance.gate.policy import Policy, default_policy
from governance.registry.policies import policy_in_force, set_policy
from governance.registry.setup import set_up
from governance.store.ontology import TaxonomyEdge, TaxonomyNode
from governance.store.policies import PolicyVersion
from governance.store.store import Store
from governance.store.verify import verify_ledger
from taxonomy import load


def _changed(**fields: object) -> Policy:
    return Policy.model_validate({**default_policy().model_dump(), **fields})


def test_the_ontology_is_in_the_database_as_it_is_in_the_files(empty_store: Store) -> None:
    set_up(empty_store)
    ontology = load()
    with empty_store.read() as session:
        kinds = dict(
            session.execute(
                select(TaxonomyNode.kind, func.count()).group_by(TaxonomyNode.kind)
            ).all()
        )
        edges = session.scalar(select(func.count()).select_from(TaxonomyEdge))
        core = session.scalar(
            select(func.count()).where(
                TaxonomyNode.kind == "sub_threat", TaxonomyNode.origin == "core"
            )
        )
    assert (kinds["domain"], kinds["loss"], core) == (9, 5, 53)
    assert sum(kinds.values()) == len(ontology.nodes)
    assert edges == len(ontology.edges)


def test_set_up_twice_adds_nothing(empty_store: Store) -> None:
    first, second = set_up(empty_store), set_up(empty_store)
    assert (first.created, second.created) == (True, False)
    with empty_store.read() as session:
        assert verify_ledger(session).events == 4


def test_a_policy_that_somebody_set_stays_in_force(sqlite_store: Store) -> None:
    set_up(sqlite_store)
    other = _changed(name="ours")
    with sqlite_store.write() as transaction:
        assert set_policy(transaction, other)
        assert not set_policy(transaction, other)
    set_up(sqlite_store)
    with sqlite_store.read() as session:
        assert policy_in_force(session).name == "ours"
        assert policy_in_force(session, "a group without its own").name == "ours"


def test_versions_of_one_name_are_counted(sqlite_store: Store) -> None:
    set_up(sqlite_store)
    policy = default_policy()
    stricter = _changed(window="day")
    with sqlite_store.write() as transaction:
        set_policy(transaction, stricter)
        set_policy(transaction, policy)
    with sqlite_store.read() as session:
        versions = session.scalars(select(PolicyVersion.version)).all()
        assert sorted(versions) == [1, 2]
        assert policy_in_force(session).digest == policy.digest
