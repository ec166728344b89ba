"""Certificates of stored certifications: signed when issued, void when revoked."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from governance.gate.certificate.credential import secure, to_credential
from governance.gate.certificate.dsse import read_payload
from governance.gate.certificate.page import to_html
from governance.gate.certificate.payload import (
    CertificateDocument,
    CertificatePayload,
    Digests,
    EvidenceStatement,
    HistoryStatement,
    Subject,
    issue,
    sign,
)
from governance.gate.dimensions import Basis
from governance.gate.policy import Policy
from governance.gate.standing import Standing
from governance.kernel.errors import ConflictError, InputError
from governance.registry.certifications import latest_certification
from governance.registry.enforcement import enforce_agent
from governance.registry.keys import next_revocation
from governance.registry.standing import why_not_certified
from governance.store.agents import Agent, Certification
from governance.store.keys import Revocation
from governance.store.past import position_at
from governance.store.positions import stored_policy
from governance.store.store import Transaction


def sign_certification(
    transaction: Transaction, agent: Agent, certification: Certification, key: Ed25519PrivateKey
) -> CertificateDocument:
    """Sign what a certification found and keep the certificate with it, whatever the tier."""
    policy = stored_policy(transaction.session, certification.policy_digest)
    return sign_for(agent, certification, policy, key)


def sign_for(
    agent: Agent,
    certification: Certification,
    policy: Policy,
    key: Ed25519PrivateKey,
    standing: Standing | None = None,
) -> CertificateDocument:
    """Sign a certification that was decided under a policy; no database is asked.

    ``standing`` is what the gate sees of its vector, where that is known already.
    """
    basis: Basis = "bound" if certification.basis == "bound" else "point"
    source = certification.evidence
    payload = issue(
        certificate_id=certification.id,
        agent=Subject(id=agent.id, name=agent.name),
        digests=Digests(**source.agent_digests, audit=source.digest),
        vector=certification.vector,
        policy=policy,
        basis=basis,
        attempts=certification.attempt,
        issued_at=certification.certified_at,
        audit_commitment=certification.audit_commitment,
        evidence=EvidenceStatement(kind=source.kind, source=source.source, note=source.note),
        standing=standing,
        history=[HistoryStatement.model_validate(one) for one in agent.matches or ()],
    )
    document = sign(payload, key)
    certification.certificate = document.to_json()
    return document


def stored_certificate(session: Session, agent: Agent) -> CertificateDocument:
    """Return the certificate of an agent's last certification; raises InputError without one."""
    last = latest_certification(session, agent)
    if last is None or last.certificate is None:
        raise InputError(
            f"{agent.name!r} has no certificate", field="agent", remedy="agents.certify"
        )
    return CertificateDocument.model_validate(last.certificate)


def below_certificate(session: Session, agent: Agent, at: datetime) -> str | None:
    """Return why an agent may do less at a moment than its certificate says; None where not.

    A certificate knows its own policy and decay, but neither the policy in force nor what became
    of the agent since.
    """
    position = position_at(session, agent, at)
    certified = position.certified
    if certified is None:
        return None
    currency = certified.own.policy.ceilings.currency
    said_tier, said = certified.own.schedule.lowest(certified.days(at), currency)
    tier, ceiling = position.tier(at), position.ceiling(at, currency)
    if (tier, ceiling.amount) == (said_tier, said):
        return None
    why = f"the policy now in force is {position.policy.name}"
    if position.barred(at) is not None:
        why = why_not_certified(position, at)[0]
    return f"now T{tier}, {ceiling}, where the certificate alone says T{said_tier}: {why}"


def revoke_certificate(transaction: Transaction, agent: Agent, reason: str) -> Certification:
    """Revoke the certificate of the last certification, which becomes void at once."""
    last = latest_certification(transaction.session, agent)
    if last is None:
        raise InputError(f"{agent.name!r} was never certified", field="agent")
    if last.void_at is not None:
        raise ConflictError(f"is void already: {last.void_reason}", field="agent")
    last.void_at, last.void_reason = transaction.now, f"revoked: {reason}"
    number = next_revocation(transaction.session)
    transaction.session.add(
        Revocation(
            number=number,
            subject=last.id,
            at=transaction.now,
            reason=reason,
            actor=transaction.actor,
        )
    )
    transaction.record(
        "certificate.revoked",
        agent.id,
        {"certification": last.id, "number": number, "reason": reason},
    )
    enforce_agent(transaction, agent.id, f"certificate revoked: {reason}")
    return last


def certificate_text(
    document: CertificateDocument,
    form: Literal["json", "html", "credential"],
    key: Ed25519PrivateKey | None,
    at: datetime,
) -> str:
    """Return a certificate as a JSON file, as a page that verifies offline, or as a credential.

    Only the credential is signed anew, with ``key``.
    """
    if form == "html":
        return to_html(document)
    if form == "credential":
        if key is None:
            raise ValueError("a credential needs the signing key")
        payload = CertificatePayload.model_validate(read_payload(document.envelope))
        return _indented(secure(to_credential(payload), key, at))
    return _indented(document.to_json())


def _indented(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
