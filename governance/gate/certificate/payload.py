"""What a certificate says: the evidence, the policy, the decision and how it will decay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field

from governance.gate.certificate.dsse import Envelope, seal
from governance.gate.certificate.keys import encode_public_key
from governance.gate.certificate.timestamp import Timestamp
from governance.gate.decay import TierDrop, moment_after, tier_drops
from governance.gate.dimensions import Basis
from governance.gate.evaluate import Decision, decide
from governance.gate.forward import public_hold_days
from governance.gate.policy import Policy
from governance.gate.reaudit import audit_rate
from governance.gate.standing import Standing, standing_of
from governance.gate.vector import RobustnessVector
from governance.kernel.clock import format_time
from governance.kernel.value import Value, absent

FORMAT: Literal["underwriter.certificate/v1"] = "underwriter.certificate/v1"
PAYLOAD_TYPE = "application/vnd.underwriter.certificate+json"

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class Subject(Value):
    """The agent that the certificate is about."""

    id: str
    name: str


class Digests(Value):
    """What the certificate is bound to; a digest that changes makes it void.

    None means that nothing was stated, not that anything would do.
    """

    model: Digest | None = None
    prompt: Digest | None = None
    tools: Digest | None = None
    audit: Digest | None = None


class EvidenceStatement(Value):
    """Where the vector comes from, and what its reader must know of it, such as a short audit."""

    kind: Literal["declared", "verified"]
    source: str
    note: str | None


HistoryStatus = Literal["frozen", "retired", "over_ceiling", "demoted"]


class HistoryStatement(Value):
    """An agent whose digests the certified one matched when it declared its own.

    ``status`` is what stood against that agent then, ``agreed_by`` who agreed to the match; None
    where nobody had to.
    """

    agent: str
    id: str
    status: HistoryStatus
    agreed_by: str | None


class PolicyStatement(Value):
    """The policy version used, in full, so that the decision can be taken again offline."""

    name: str
    digest: Digest
    document: dict[str, Any]


class Drop(Value):
    """A tier drop that decay will bring: after ``days``, just after ``at``, down to ``tier``."""

    days: float
    at: str | None
    tier: int
    dimensions: tuple[str, ...]


class DecayStatement(Value):
    """The certificate's own decay law: R(t) = exp(-rate t) R, t in days since ``issued_at``."""

    law: Literal["exponential"] = "exponential"
    rate_per_day: float
    drops: tuple[Drop, ...]


class ReauditStatement(Value):
    """The rate of spot audits now and the commitment to the draw; the date stays hidden."""

    law: Literal["hazard", "literal"]
    rate_per_day: float
    commitment: str | None


class CertificatePayload(Value):
    """Everything that is signed; times are RFC 3339 in UTC, money is in minor units."""

    format: Literal["underwriter.certificate/v1"] = FORMAT
    id: str
    issued_at: Timestamp
    not_after: Timestamp | None
    agent: Subject
    digests: Digests
    evidence: EvidenceStatement | None = None  # certificates of before this field have none
    # Only where there is something to say.
    history: Annotated[tuple[HistoryStatement, ...] | None, Field(exclude_if=absent)] = None
    policy: PolicyStatement
    vector: dict[str, Any]
    basis: Basis
    attempts: Annotated[int, Field(ge=1)]
    decision: dict[str, Any]
    decay: DecayStatement
    reaudit: ReauditStatement


class CertificateDocument(Value):
    """A certificate as a file: the envelope and the public key that checks it."""

    certificate: Literal["underwriter.certificate/v1"] = FORMAT
    envelope: Envelope
    public_key: str

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return self.model_dump(mode="json", by_alias=True)


def issue(
    *,
    certificate_id: str,
    agent: Subject,
    digests: Digests,
    vector: RobustnessVector,
    policy: Policy,
    basis: Basis,
    attempts: int,
    issued_at: datetime,
    audit_commitment: str | None = None,
    evidence: EvidenceStatement | None = None,
    history: Sequence[HistoryStatement] = (),
    standing: Standing | None = None,
) -> CertificatePayload:
    """Return the statement of a certification at the moment of its audit, not yet signed.

    ``standing`` is what the gate sees of the vector, where that is known already.
    """
    standing = standing or standing_of(vector, policy, basis, attempts)
    decision = decide(standing, policy, vector.all_evidence())
    drops = tier_drops(standing, policy)
    stale = public_hold_days(policy)
    return CertificatePayload(
        id=certificate_id,
        issued_at=format_time(issued_at),
        not_after=None if stale is None else _time(issued_at, stale),
        agent=agent,
        digests=digests,
        evidence=evidence,
        history=tuple(history) or None,
        policy=PolicyStatement(
            name=policy.name, digest=policy.digest, document=policy.model_dump(mode="json")
        ),
        vector=vector.model_dump(mode="json", exclude_none=True),
        basis=basis,
        attempts=attempts,
        decision=stated(decision),
        decay=DecayStatement(
            rate_per_day=policy.decay.rate_per_day,
            drops=tuple(_drop(drop, issued_at) for drop in drops),
        ),
        reaudit=ReauditStatement(
            law=policy.reaudit.law,
            rate_per_day=audit_rate(policy, decision.tier),
            commitment=audit_commitment,
        ),
    )


def sign(payload: CertificatePayload, key: Ed25519PrivateKey) -> CertificateDocument:
    """Sign a statement; the document carries the public key, whose id a reader must know."""
    envelope = seal(PAYLOAD_TYPE, payload.model_dump(mode="json"), key)
    return CertificateDocument(envelope=envelope, public_key=encode_public_key(key.public_key()))


def stated(decision: Decision) -> dict[str, Any]:
    """Return the part of a decision that a certificate states.

    What stands elsewhere in the certificate, and the reasons' wording, which a later version of
    the program may improve, is left out.
    """
    left_out = {"policy", "basis", "attempts", "reasons"}
    return {key: value for key, value in decision.to_json().items() if key not in left_out}


def _drop(drop: TierDrop, issued_at: datetime) -> Drop:
    return Drop(
        days=drop.days,
        at=_time(issued_at, drop.days),
        tier=drop.tier,
        dimensions=drop.dimensions,
    )


def _time(start: datetime, days: float) -> str | None:
    moment = moment_after(start, days)
    return None if moment is None else format_time(moment)
