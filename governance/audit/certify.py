"""From a scored audit to a certification: recorded, decided, signed."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.audit.runs.manifest import MANIFEST
from governance.audit.runs.results import AuditResult
from governance.audit.subjects.replay import REPLAY_ENGINE
from governance.kernel.canonical import file_digest
from governance.kernel.errors import InputError
from governance.registry.agents import change_agent
from governance.registry.certificates import sign_certification
from governance.registry.certifications import certify_agent
from governance.registry.policies import policy_in_force
from governance.registry.standing import AgentStanding, standing_of_agent
from governance.store.agents import Agent, Evidence
from governance.store.audits import AuditRecord
from governance.store.store import Transaction

SEQUENTIAL_METHOD = "confidence_sequence"


def certify_audit(
    transaction: Transaction, agent: Agent, result: AuditResult, key: Ed25519PrivateKey
) -> AgentStanding:
    """Record an audit, certify the agent on it and sign, whatever tier it earns.

    The weights audited become the agent's model where it has none yet. Raises InputError where
    the agent is bound to another model or system prompt, where the answers are a replay's, or
    where the audit stopped early and the policy's bounds do not allow for that.
    """
    _require_method(transaction, agent, result)
    if result.manifest.subject.engine == REPLAY_ENGINE:
        raise InputError(
            "a replay repeats stored answers: it is scored, but certifies nobody",
            field="model",
            hint="audit the model itself",
        )
    if is_recorded(transaction.session, result.evidence_digest):
        raise InputError(
            "this run was certified before; an attempt needs an audit of its own",
            file=result.folder,
            hint="choose another --out",
        )
    _bind(transaction, agent, result)
    record = record_audit(transaction, result, agent)
    certification, _ = certify_agent(
        transaction,
        agent,
        result.vector,
        evidence=Evidence(
            kind="verified",
            source=f"audit {record.id} of {result.manifest.subject.spec}",
            digest=result.evidence_digest,
            note=limits_of(result),
        ),
    )
    sign_certification(transaction, agent, certification, key)
    return standing_of_agent(transaction.session, agent, transaction.now)


def is_recorded(session: Session, evidence_digest: str) -> bool:
    """Return whether an audit with this evidence is stored."""
    statement = select(AuditRecord.id).where(AuditRecord.evidence_digest == evidence_digest)
    return session.scalar(statement.limit(1)) is not None


def next_folder(session: Session, parent: Path) -> Path:
    """Return the first numbered folder whose run is not stored yet: a new one, or one to resume."""
    number = 1
    while True:
        folder = parent / str(number)
        manifest = folder / MANIFEST
        if not manifest.is_file() or not is_recorded(session, file_digest(manifest)):
            return folder
        number += 1


def record_audit(
    transaction: Transaction, result: AuditResult, agent: Agent | None = None
) -> AuditRecord:
    """Store the scores of an audit and write one event to the ledger."""
    manifest = result.manifest
    record = AuditRecord(
        id=transaction.new_id(),
        agent_id=None if agent is None else agent.id,
        recorded_at=transaction.now,
        origin="run",
        subject=manifest.subject.model_dump(mode="json"),
        plan=manifest.plan.model_dump(mode="json"),
        scores=result.scores.model_dump(mode="json"),
        vector=result.vector.model_dump(mode="json"),
        evidence_digest=result.evidence_digest,
    )
    transaction.session.add(record)
    transaction.session.flush()
    transaction.record(
        "audit.recorded",
        record.id if agent is None else agent.id,
        {
            "audit": record.id,
            "origin": record.origin,
            "subject": manifest.subject.spec,
            "points": result.scores.points(),
            "evidence": record.evidence_digest,
            "transcript": manifest.transcript_digest,
            "limit": manifest.plan.limit,
        },
    )
    return record


def limits_of(result: AuditResult) -> str | None:
    """Return what the reader of a certificate must know of an audit's form; None if nothing."""
    plan = result.manifest.plan
    said = []
    if plan.limit is not None:
        said.append(f"at most {plan.limit} items of each kind (--limit)")
    if plan.max_tokens is not None:
        said.append(f"answers cut at {plan.max_tokens} tokens (--max-tokens)")
    if plan.er_turns == "five" and "er" in plan.protocols:
        said.append("claims of ER asked about in the fourth of five turns (--er-turns five)")
    if result.manifest.settled is not None:
        said.append(f"stopped early, {result.saved} of {plan.requests} requests saved")
    return "; ".join(said) or None


def _require_method(transaction: Transaction, agent: Agent, result: AuditResult) -> None:
    policy = policy_in_force(transaction.session, agent.agent_group)
    if result.manifest.settled is not None and policy.basis.method != SEQUENTIAL_METHOD:
        raise InputError(
            "the audit stopped early, but the policy's bounds need a number fixed beforehand",
            field="basis.method",
            hint=f"set basis.method: {SEQUENTIAL_METHOD} in the policy, or leave out --stop-early",
        )


def _bind(transaction: Transaction, agent: Agent, result: AuditResult) -> None:
    found = {
        "model": result.manifest.subject.digest,
        "prompt": result.manifest.plan.system_prompt_digest,
    }
    for part, digest in found.items():
        held = agent.digests.get(part)
        if held is not None and digest is not None and held != digest:
            raise InputError(
                f"the audit is of another {part} than the agent's: {digest}, not {held}",
                field=part,
                remedy=f"agents.change {agent.name!r} --{part} {digest}",
            )
    new = {part: digest for part, digest in found.items() if digest and part not in agent.digests}
    if new:
        change_agent(transaction, agent, new)
