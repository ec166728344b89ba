"""Typed JSON columns: the same bytes as before, and rows of older versions are read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from governance.gate.policy import default_policy
from governance.gate.vector import RobustnessVector
from governance.registry.agents import register_agent
from governance.registry.certifications import certify_agent
from governance.registry.policies import set_policy
from governance.store.agents import BoundEvidence, Certification
from governance.store.store import Store

VECTOR = RobustnessVector(cc=0.9, er=0.8, as_=0.7, ih=0.9, n_cc=300)
DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def certified(store: Store) -> Store:
    with store.write() as transaction:
        set_policy(transaction, default_policy())
        agent = register_agent(transaction, "bot", digests={"model": DIGEST})
        certify_agent(transaction, agent, VECTOR, basis="bound")
    return store


def raw(session: Session, column: str) -> Any:
    """Return what stands in the column: text on SQLite, parsed data on PostgreSQL."""
    return session.execute(text(f"SELECT {column} FROM certification")).scalar_one()


def test_a_typed_value_is_written_as_the_plain_one_was(certified: Store) -> None:
    with certified.read() as session:
        row = session.scalars(select(Certification)).one()
        evidence = {"kind": "declared", "source": "typed in", "digest": None, "note": None}
        plain = {
            "vector": VECTOR.model_dump(mode="json"),
            "decision": row.decision.to_json(),
            "evidence": {**evidence, "defaulted": [], "agent_digests": {"model": DIGEST}},
        }
        for column, data in plain.items():
            stored = raw(session, column)
            assert stored == (json.dumps(data) if isinstance(stored, str) else data)
        assert row.vector == VECTOR
        assert row.decision.policy_digest == default_policy().digest


def test_a_row_of_an_older_version_is_read(certified: Store) -> None:
    older = json.dumps({"kind": "verified", "source": "audit 7"})
    with certified.write() as transaction:
        transaction.session.execute(text(f"UPDATE certification SET evidence = '{older}'"))
    with certified.read() as session:
        found = session.scalars(select(Certification.evidence)).one()
    assert found == BoundEvidence(kind="verified", source="audit 7")
