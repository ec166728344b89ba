"""Certifying by name, and certifying every agent of a file."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.gate.dimensions import DIMENSIONS, Basis
from governance.gate.rows import read_vectors
from governance.gate.vector import RobustnessVector
from governance.kernel.canonical import file_digest
from governance.kernel.errors import InputError
from governance.registry.agents import find_agent, register_agent
from governance.registry.certificates import sign_certification
from governance.registry.certifications import certify_agent
from governance.registry.standing import AgentStanding, standing_of_agent
from governance.store.agents import Agent, Evidence
from governance.store.finding import by_id_or_name
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
        transaction, agent, _declared(vector), basis=basis, evidence=_evidence_of(evidence)
    )
    sign_certification(transaction, agent, certification, key)
    return standing_of_agent(transaction.session, agent, transaction.now)


def certify_file(
    transaction: Transaction,
    path: str,
    *,
    key: Ed25519PrivateKey,
    basis: Basis | None = None,
    source: str | None = None,
) -> list[AgentStanding]:
    """Certify every agent of a CSV or JSON Lines file, registering those not yet known.

    Dimensions that the file itself calls defaulted are missing. Raises InputError naming the
    line of a row without a name, with a fault, or whose agent may not be registered; the caller's
    transaction then stores nothing.
    """
    rows = read_vectors(path)
    digest = None if path == "-" else file_digest(Path(path))
    evidence = Evidence(source=source or Path(path).name, digest=digest)
    standings = []
    for row in rows:
        if row.name is None:
            raise InputError("a name is missing", file=path, line=row.line, field="agent")
        agent = _known_or_new(transaction, row.name, path, row.line)
        certification, _ = certify_agent(
            transaction, agent, _declared(row.vector), basis=basis, evidence=evidence
        )
        sign_certification(transaction, agent, certification, key)
        standings.append(standing_of_agent(transaction.session, agent, transaction.now))
    return standings


def _known_or_new(transaction: Transaction, name: str, path: str, line: int) -> Agent:
    agent = by_id_or_name(transaction.session, Agent, name)
    if agent is not None:
        return agent
    try:
        return register_agent(transaction, name)
    except InputError as error:
        error.file, error.line, error.field = path, line, "agent"
        raise


def _declared(vector: RobustnessVector) -> RobustnessVector:
    """Return the vector as declared evidence: only a stored audit makes a score verified."""
    return vector.model_copy(update={f"evidence_{name}": "declared" for name in DIMENSIONS})


def _evidence_of(file: Path | None) -> Evidence:
    if file is None:
        return Evidence()
    if not file.is_file():
        raise InputError("no such file", file=str(file), field="evidence")
    return Evidence(source=file.name, digest=file_digest(file))
