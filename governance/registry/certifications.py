"""Certifying an agent from a robustness vector; every attempt is kept and counted."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.gate.dimensions import Basis
from governance.gate.evaluate import Decision, evaluate
from governance.gate.position import AgentPosition
from governance.gate.reaudit import commitment
from governance.gate.vector import RobustnessVector
from governance.kernel.canonical import digest
from governance.kernel.errors import ConflictError
from governance.registry.agent_history import attempts_on
from governance.registry.enforcement import enforce_agent
from governance.registry.kinship import Declared
from governance.registry.policies import policy_in_force
from governance.store.agents import Agent, BoundEvidence, Certification, Evidence
from governance.store.positions import BATCH
from governance.store.store import Transaction

SEED_BYTES = 32


def certify_agent(
    transaction: Transaction,
    agent: Agent,
    vector: RobustnessVector,
    *,
    basis: Basis | None = None,
    evidence: Evidence | None = None,
) -> tuple[Certification, Decision]:
    """Decide an agent's tier under the policy in force and store the attempt, whatever it earns.

    The attempt counts among those on compatible digests of model, prompt and tools, by whatever
    agents, over which the policy spends its alpha. Raises ConflictError for a retired agent.
    """
    if agent.status == "retired":
        raise ConflictError(f"{agent.name!r} is {agent.status}", field="agent")
    session = transaction.session
    transaction.ledger.last_time()  # waits for other writers: no two attempts get one number
    policy = policy_in_force(session, agent.agent_group)
    attempt = count_attempts(session, agent) + 1
    decision = evaluate(vector, policy, basis=basis, attempts=attempt)
    found = evidence or Evidence()
    identifier = transaction.new_id()
    seed = transaction.random_bytes(SEED_BYTES)
    certification = Certification(
        id=identifier,
        agent_id=agent.id,
        certified_at=transaction.now,
        policy_digest=decision.policy_digest,
        basis=decision.basis,
        attempt=attempt,
        tier=decision.tier,
        vector=vector,
        decision=decision,
        evidence=BoundEvidence(**found.model_dump(), agent_digests=agent.digests),
        certificate=None,
        audit_commitment=commitment(seed, identifier),
        audit_seed=seed.hex(),
        reaudit_ordered_at=None,
        void_at=None,
        void_reason=None,
    )
    event = transaction.record(
        "agent.certified", agent.id, _payload(certification, decision, found)
    )
    certification.event_sequence, certification.audit_contribution = event.sequence, event.hash
    session.add(certification)
    enforce_agent(transaction, agent.id, f"certified at T{decision.tier}")
    return certification, decision


def count_attempts(session: Session, agent: Agent) -> int:
    """Return how many attempts were made on the agent's present digests, under any name."""
    return attempts_on(session, Declared(agent.digests, agent.registered_by, agent.id))


def latest_certification(session: Session, agent: Agent) -> Certification | None:
    """Return the last attempt, which alone says where the agent stands; None before the first."""
    return session.scalar(
        select(Certification)
        .where(Certification.agent_id == agent.id)
        .order_by(Certification.event_sequence.desc())
        .limit(1)
    )


def certifications_of(
    session: Session, positions: Iterable[AgentPosition]
) -> dict[str, Certification]:
    """Return {certification id: row} of the last certifications of positions."""
    wanted = [one.certified.id for one in positions if one.certified is not None]
    found: dict[str, Certification] = {}
    for start in range(0, len(wanted), BATCH):
        part = wanted[start : start + BATCH]
        rows = session.scalars(select(Certification).where(Certification.id.in_(part)))
        found |= {row.id: row for row in rows}
    return found


def _payload(
    certification: Certification, decision: Decision, evidence: Evidence
) -> dict[str, object]:
    return {
        "certification": certification.id,
        "tier": decision.tier,
        "basis": decision.basis,
        "attempt": certification.attempt,
        "policy": decision.policy_digest,
        "vector": digest(certification.vector.model_dump(mode="json")),
        "audit_commitment": certification.audit_commitment,
        "missing": list(decision.missing),
        "evidence": evidence.model_dump(mode="json"),
    }
