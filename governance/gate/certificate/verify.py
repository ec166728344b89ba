"""Checking a certificate with nothing but the file, a clock and the keys that one trusts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import Field, ValidationError, computed_field

from governance.gate.certificate.dsse import read_payload, signed_by
from governance.gate.certificate.keys import decode_public_key, key_id
from governance.gate.certificate.payload import (
    PAYLOAD_TYPE,
    CertificateDocument,
    CertificatePayload,
    EvidenceStatement,
    HistoryStatement,
    stated,
)
from governance.gate.certificate.trust import RevocationList, TrustedKey, TrustStore
from governance.gate.decay import tier_at
from governance.gate.evaluate import evaluate
from governance.gate.policy import Policy
from governance.gate.standing import standing_of
from governance.gate.vector import RobustnessVector
from governance.kernel.canonical import digest
from governance.kernel.clock import days_between, parse_time
from governance.kernel.errors import InputError
from governance.kernel.money import Money
from governance.kernel.value import Value, absent, field_path, parse

_TOLERANCE = 1e-9  # another build of the incomplete beta function may differ in the last digits


class CertificateFault(Value):
    """One thing wrong with a certificate: a stable code, the field, a sentence."""

    code: str
    field: str | None
    message: str


class Verification(Value):
    """The outcome of a check; ``ok`` is true exactly where there is no fault.

    ``tier`` and ``ceiling`` are those in force at the moment asked for, after decay; None where
    the certificate could not be read. ``trusted`` says whether the key was known beforehand, or
    only came with the file.
    """

    ok: bool
    faults: tuple[CertificateFault, ...]
    certificate_id: str | None = None
    agent: str | None = None
    key_id: str | None = None
    trusted: bool = False
    tier: int | None = None
    ceiling: Money | None = None
    history: Annotated[tuple[HistoryStatement, ...] | None, Field(exclude_if=absent)] = None
    payload: Annotated[CertificatePayload | None, Field(exclude=True)] = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def evidence(self) -> EvidenceStatement | None:
        """What the certificate says of its evidence."""
        return None if self.payload is None else self.payload.evidence


class _Findings:
    """Faults as they are found."""

    def __init__(self) -> None:
        self.faults: list[CertificateFault] = []

    def add(self, code: str, field: str | None, message: str) -> None:
        self.faults.append(CertificateFault(code=code, field=field, message=message))


def verify_certificate(
    data: object,
    *,
    at: datetime,
    store: TrustStore | None = None,
    revocations: RevocationList | None = None,
    expected: Mapping[str, str] | None = None,
) -> Verification:
    """Check a certificate at a moment; every fault is named, none raises.

    ``store`` holds the keys that count; without it the key in the file checks its own signature
    and ``trusted`` is false. ``expected`` gives digests (model, prompt, tools, audit, policy) as
    they are now: one that differs makes the certificate void.
    """
    found = _Findings()
    read = _read(data, found)
    if read is None:
        return Verification(ok=False, faults=tuple(found.faults))
    document, payload, key = read
    issued = parse_time(payload.issued_at)
    used = _check_key(document, key, issued, store, found)
    _check_time(payload, issued, at, found)
    _check_revocations(payload, used, issued, revocations, found)
    _check_digests(payload, expected or {}, found)
    tier, ceiling = _check_decision(payload, max(0.0, days_between(issued, at)), at, found)
    return Verification(
        ok=not found.faults,
        faults=tuple(found.faults),
        certificate_id=payload.id,
        agent=payload.agent.name,
        key_id=used,
        trusted=store is not None and not found.faults,
        tier=tier,
        ceiling=ceiling,
        history=payload.history,
        payload=payload,
    )


def _read(
    data: object, found: _Findings
) -> tuple[CertificateDocument, CertificatePayload, TrustedKey] | None:
    try:
        document = parse(CertificateDocument, data)
        key = TrustedKey(decode_public_key(document.public_key))
        payload = parse(CertificatePayload, read_payload(document.envelope))
    except InputError as error:
        found.add("format", error.field, error.message)
        return None
    if document.envelope.payload_type != PAYLOAD_TYPE:
        found.add("format", "envelope.payloadType", "is not that of a certificate")
    return document, payload, key


def _check_key(
    document: CertificateDocument,
    own: TrustedKey,
    issued: datetime,
    store: TrustStore | None,
    found: _Findings,
) -> str:
    name = key_id(own.public)
    key = own if store is None else store.get(name)
    if key is None:
        found.add("unknown_key", "public_key", f"{name} is none of the trusted keys")
        key = own
    elif not key.signs_at(issued):
        found.add("retired_key", "issued_at", f"{name} did not sign at {issued.isoformat()}")
    if not signed_by(document.envelope, key.public):
        found.add("signature", "envelope.signatures", "the signature does not fit the payload")
    return name


def _check_time(
    payload: CertificatePayload, issued: datetime, at: datetime, found: _Findings
) -> None:
    if at < issued:
        found.add("time", "issued_at", f"issued at {payload.issued_at}, which is still to come")
    if payload.not_after is not None and at > parse_time(payload.not_after):
        found.add("expired", "not_after", f"no audit since; it ended at {payload.not_after}")


def _check_revocations(
    payload: CertificatePayload,
    key: str,
    issued: datetime,
    revocations: RevocationList | None,
    found: _Findings,
) -> None:
    for entry in () if revocations is None else revocations.revoked:
        if entry.subject == payload.id:
            found.add("revoked", "id", f"revoked at {entry.at}: {entry.reason}")
        if entry.subject == key and issued >= parse_time(entry.at):
            found.add("revoked_key", "public_key", f"key revoked at {entry.at}: {entry.reason}")


def _check_digests(
    payload: CertificatePayload, expected: Mapping[str, str], found: _Findings
) -> None:
    bound = {**payload.digests.model_dump(), "policy": payload.policy.digest}
    for name, value in expected.items():
        if name not in bound:
            found.add("digest", f"digests.{name}", "a certificate is not bound to such a digest")
        elif bound[name] != value:
            found.add("digest", f"digests.{name}", f"is {bound[name]}, but now it is {value}: void")
    if digest(payload.policy.document) != payload.policy.digest:
        found.add("policy_digest", "policy.digest", "does not fit the policy in the certificate")


def _check_decision(
    payload: CertificatePayload, days: float, at: datetime, found: _Findings
) -> tuple[int | None, Money | None]:
    """Take the decision again from evidence and policy; return tier and ceiling after decay."""
    try:
        policy = Policy.model_validate(payload.policy.document)
        vector = RobustnessVector.model_validate(payload.vector)
    except ValidationError as error:
        first = error.errors()[0]
        found.add("format", field_path(first["loc"]) or None, first["msg"])
        return None, None
    decision = evaluate(vector, policy, basis=payload.basis, attempts=payload.attempts)
    again = stated(decision)
    for name in sorted(again.keys() | payload.decision.keys()):
        if not _same(again.get(name), payload.decision.get(name)):
            found.add("decision", f"decision.{name}", "does not follow from evidence and policy")
    if payload.decay.rate_per_day != policy.decay.rate_per_day:
        found.add("decision", "decay.rate_per_day", "is not the policy's")
    standing = standing_of(vector, policy, payload.basis, payload.attempts)
    tier = tier_at(standing, policy, days)
    if payload.not_after is not None and at > parse_time(payload.not_after):
        tier = 0
    return tier, policy.ceiling(tier)


def _same(one: object, two: object) -> bool:
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(_same(one[key], two[key]) for key in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(_same, one, two))
    numbers = isinstance(one, int | float) and isinstance(two, int | float)
    if numbers and not isinstance(one, bool) and not isinstance(two, bool):
        return math.isclose(float(one), float(two), rel_tol=0, abs_tol=_TOLERANCE)  # type: ignore[arg-type]
    return one == two
