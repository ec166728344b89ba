"""Certifying a registered agent by its name."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.gate.dimensions import DIMENSIONS, Basis
from governance.gate.vector import RobustnessVector
from governance.kernel.canonical import file_digest
from governance.kernel.errors import InputError
from governance.registry.agents import find_agent
from governance.registry.certificates import sign_certification
from governance.registry.certifications import certify_agent
from governance.registry.standing import AgentStanding, standing_of_agent
from governance.store.agents import Evidence
from governance.store.store import Transaction


def certify_one(
    transaction: Transaction,
    name: str,
    vector: RobustnessVector,
    *,
    key: Ed25519PrivateKey,
    basis: Basis | None = None,
    evidence: Path | None = None,
) -> AgentStanding:
    """Certify a registered agent and sign the certificate.

    The digest of the evidence file is kept where one is named.
    """
    agent = find_agent(transaction.session, name)
    certification, _ = certify_agent(
        transaction, agent, declared(vector), basis=basis, evidence=_evidence_of(evidence)
    )
    sign_certification(transaction, agent, certification, key)
    return standing_of_agent(transaction.session, agent, transaction.now)


def declared(vector: RobustnessVector) -> RobustnessVector:
    """Return the vector as declared evidence: only a stored audit makes a score verified."""
    return vector.model_copy(update={f"evidence_{name}": "declared" for name in DIMENSIONS})


def _evidence_of(file: Path | None) -> Evidence:
    if file is None:
        return Evidence()
    if not file.is_file():
        raise InputError("no such file", file=str(file), field="evidence")
    return Evidence(source=file.name, digest=file_digest(file))
