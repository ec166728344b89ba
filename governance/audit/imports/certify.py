"""Certifying on imported outcomes: declared evidence, with the digests of the files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.audit.imports.mapping import ImportedScore, imported_vector
from governance.audit.imports.model import ImportedRun
from governance.kernel.canonical import digest, file_digest
from governance.registry.agents import find_agent
from governance.registry.certificates import sign_certification
from governance.registry.certifications import certify_agent
from governance.registry.standing import AgentStanding, standing_of_agent
from governance.store.agents import Evidence
from governance.store.audits import AuditRecord
from governance.store.store import Transaction


def certify_import(
    transaction: Transaction,
    name: str,
    run: ImportedRun,
    scores: Sequence[ImportedScore],
    files: Sequence[Path],
    key: Ed25519PrivateKey,
) -> AgentStanding:
    """Record an import, certify the agent on it as declared evidence, and sign."""
    agent = find_agent(transaction.session, name)
    vector = imported_vector(scores)
    evidence = digest(_digests(files))
    record = AuditRecord(
        id=transaction.new_id(),
        agent_id=agent.id,
        recorded_at=transaction.now,
        origin=run.harness,
        subject={"model": run.model, "served": list(run.served)},
        plan={
            "harness_version": run.harness_version,
            "truncated": run.truncated,
            "remarks": list(run.remarks),
        },
        scores={"scores": [score.model_dump(mode="json") for score in scores]},
        vector=vector.model_dump(mode="json"),
        evidence_digest=evidence,
    )
    transaction.session.add(record)
    transaction.session.flush()
    transaction.record(
        "audit.recorded",
        agent.id,
        {"audit": record.id, "origin": run.harness, "model": run.model, "evidence": evidence},
    )
    certification, _ = certify_agent(
        transaction,
        agent,
        vector,
        evidence=Evidence(
            source=f"import {record.id} from {run.harness}", digest=evidence, note=_note(run)
        ),
    )
    sign_certification(transaction, agent, certification, key)
    return standing_of_agent(transaction.session, agent, transaction.now)


def _digests(files: Sequence[Path]) -> dict[str, str]:
    """Return the digest of each file by its name; a name that occurs again is numbered."""
    found: dict[str, str] = {}
    for path in files:
        again = sum(name == path.name or name.startswith(f"{path.name}#") for name in found)
        found[f"{path.name}#{again + 1}" if again else path.name] = file_digest(path)
    return found


def _note(run: ImportedRun) -> str | None:
    """Return what stands on the certificate: limits, edits and whatever else must be said."""
    said = [run.truncated, *run.remarks]
    return "; ".join(each for each in said if each) or None
