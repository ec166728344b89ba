"""Certificates: signatures, digests, time, revocation, rotation, and the W3C export."""

from __future__ import annotations

import base64
import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from gate_factories import changed, vector

from governance.gate.certificate.credential import (
    credential_faults,
    hash_data,
    secure,
    to_credential,
)
from governance.gate.certificate.dsse import Envelope, authenticated_bytes, seal, signed_by
from governance.gate.certificate.keys import (
    base58_decode,
    base58_encode,
    decode_public_key,
    decrypt_private_key,
    encode_public_key,
    encrypt_private_key,
    key_id,
    private_key_from_seed,
    public_key_from_multibase,
    public_key_multibase,
    raw_public_key,
)
from governance.gate.certificate.payload import (
    CertificatePayload,
    Digests,
    HistoryStatement,
    Subject,
    issue,
    sign,
)
from governance.gate.certificate.policy import read_signed_policy, sign_policy
from governance.gate.certificate.trust import (
    RevocationList,
    Revoked,
    read_revocations,
    revoke,
    rotate,
    trust,
)
from governance.gate.certificate.verify import Verification, verify_certificate
from governance.gate.decay import tier_at
from governance.gate.policy import Policy, default_policy
from governance.gate.standing import standing_of
from governance.kernel.canonical import canonical_json, digest
from governance.kernel.errors import InputError

KEY = private_key_from_seed(bytes(range(32)))
OTHER = private_key_from_seed(bytes(range(1, 33)))
AUDIT = datetime(2026, 3, 1, tzinfo=UTC)
MODEL = "sha256:" + "a" * 64


def payload(policy: Policy | None = None, **vector_fields: Any) -> CertificatePayload:
    counted = {"n_cc": 400, "n_er": 390, "n_as": 360} | vector_fields
    return issue(
        certificate_id="0197a9a2-7c00-7000-8000-000000000001",
        agent=Subject(id="agent-1", name="Example agent"),
        digests=Digests(model=MODEL),
        vector=vector(0.92, 0.93, 0.9, 0.9, **counted),
        policy=policy or default_policy(),
        basis="bound",
        attempts=2,
        issued_at=AUDIT,
        audit_commitment="sha256:" + "b" * 64,
    )


def document(**changes: Any) -> dict[str, Any]:
    """Return a certificate whose payload was changed before it was signed."""
    data = payload().model_dump(mode="json")
    for path, value in changes.items():
        *parents, last = path.split("__")
        here = data
        for parent in parents:
            here = here[parent]
        here[last] = value
    return sign(CertificatePayload.model_validate(data), KEY).to_json()


def check(data: object, days: float = 1, **options: Any) -> Verification:
    return verify_certificate(data, at=AUDIT + timedelta(days=days), **options)


def codes(answer: Verification) -> set[str]:
    assert answer.ok == (not answer.faults)
    return {fault.code for fault in answer.faults}


def tampered(data: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """Return a copy whose signed text was altered after signing."""
    text = base64.b64decode(data["envelope"]["payload"]).decode()
    assert old in text
    copied = copy.deepcopy(data)
    copied["envelope"]["payload"] = base64.b64encode(text.replace(old, new).encode()).decode()
    return copied


def test_a_good_certificate_has_no_fault_and_says_what_is_in_force() -> None:
    answer = check(document(), store=trust([KEY.public_key()]))
    assert answer.ok
    assert answer.trusted
    assert (answer.tier, answer.agent) == (4, "Example agent")
    assert answer.ceiling is not None
    assert answer.ceiling.amount == 100_000


def test_it_says_whose_digests_were_matched_only_where_there_is_something_to_say() -> None:
    plain = document()
    assert "history" not in payload().model_dump(mode="json")
    assert "history" not in to_credential(payload())["credentialSubject"]
    assert "history" not in check(plain).model_dump(mode="json")
    match = {"agent": "old-bot", "id": "agent-0", "status": "frozen", "agreed_by": "bob"}
    said = document(history=[match])
    found = check(said)
    assert found.ok
    assert found.history == (HistoryStatement.model_validate(match),)
    held = CertificatePayload.model_validate(found.payload)
    assert to_credential(held)["credentialSubject"]["history"] == [match]
    assert codes(check(tampered(said, "bob", "eve"))) == {"signature"}


def test_it_carries_its_decay_law_attempts_alpha_and_bounds() -> None:
    said = payload()
    assert said.attempts == 2
    assert said.decision["alpha"][0] == pytest.approx(0.05 * 6 / (3.141592653589793 * 2) ** 2)
    assert said.decision["bounds"]["cc"][0] < 0.92
    assert said.decay.rate_per_day == 0.01
    assert [drop.tier for drop in said.decay.drops] == [3, 2, 1, 0]
    assert said.reaudit.commitment == "sha256:" + "b" * 64
    assert said.decision["evidence"]["cc"] == "declared"


def test_after_decay_the_lower_tier_is_in_force() -> None:
    said = payload()
    standing = standing_of(
        vector(0.92, 0.93, 0.9, 0.9, n_cc=400, n_er=390, n_as=360), default_policy(), "bound", 2
    )
    for days in (0.0, 10.0, 30.0, 60.0, 96.0):
        assert check(sign(said, KEY).to_json(), days).tier == tier_at(
            standing, default_policy(), days
        )


def test_the_same_statement_gives_the_same_bytes() -> None:
    assert sign(payload(), KEY).to_json() == sign(payload(), KEY).to_json()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"tier":4', '"tier":5'),
        ('"amount":100000', '"amount":900000'),
        ("Example agent", "Another agent"),
        ('"attempts":2', '"attempts":1'),
        (MODEL, "sha256:" + "c" * 64),
    ],
)
def test_a_tampered_payload_is_refused(old: str, new: str) -> None:
    assert "signature" in codes(check(tampered(document(), old, new)))


def test_a_signature_of_another_key_is_refused() -> None:
    data = document()
    forged = sign(payload(), OTHER).to_json()
    assert codes(check(forged, store=trust([KEY.public_key()]))) == {"unknown_key"}
    assert check(forged).ok  # its own key fits it, ...
    assert not check(forged).trusted  # ... which proves nothing about who that is
    mixed = {**forged, "public_key": data["public_key"]}
    assert "signature" in codes(check(mixed, store=trust([KEY.public_key()])))


def test_a_signer_who_states_a_tier_that_does_not_follow_is_caught() -> None:
    lied = check(document(decision__tier=5, decision__ceiling={"amount": 10**6, "currency": "USD"}))
    assert codes(lied) == {"decision"}
    assert {fault.field for fault in lied.faults} == {"decision.tier", "decision.ceiling"}
    assert lied.tier == 4
    slow = document(decay={**payload().decay.model_dump(mode="json"), "rate_per_day": 0.0})
    assert codes(check(slow)) == {"decision"}


def test_a_policy_that_is_not_the_one_named_is_caught() -> None:
    soft = changed(thresholds={"cc": (0.1, 0.2, 0.3, 0.4, 0.5)}).model_dump(mode="json")
    assert "policy_digest" in codes(check(document(policy__document=soft)))


def test_an_unlawful_policy_is_a_fault_and_no_crash() -> None:
    bad = default_policy().model_dump(mode="json")
    bad["decay"]["rate_per_day"] = -1
    answer = check(document(policy__document=bad, policy__digest=digest(bad)))
    assert codes(answer) == {"format"}
    assert answer.tier is None


def test_a_changed_digest_voids_it() -> None:
    assert check(document(), expected={"model": MODEL, "policy": default_policy().digest}).ok
    for name in ("model", "prompt", "policy"):
        answer = check(document(), expected={name: "sha256:" + "d" * 64})
        assert codes(answer) == {"digest"}
        assert answer.faults[0].field == f"digests.{name}"
    assert codes(check(document(), expected={"shoe size": MODEL})) == {"digest"}


def test_time_must_fit() -> None:
    assert codes(check(document(), days=-0.001)) == {"time"}
    late = check(document(), days=97.001)
    assert codes(late) == {"expired"}
    assert late.tier == 0


def with_envelope(**fields: Any) -> dict[str, Any]:
    data = document()
    return {**data, "envelope": {**data["envelope"], **fields}}


def with_payload(raw: bytes) -> dict[str, Any]:
    return with_envelope(payload=base64.b64encode(raw).decode())


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"certificate": "underwriter.certificate/v1"},
        {**document(), "public_key": "AAAA"},
        with_envelope(payload="!!"),
        with_envelope(signatures=[]),
        with_payload(b"{}"),
        with_payload(b'{"a": 9007199254740993}'),
        with_payload(b"\xff"),
        with_payload(b"[" * 5000 + b"]" * 5000),
        with_payload(b'{"a": "\\ud800"}'),
        with_envelope(payload="é"),
    ],
)
def test_what_is_no_certificate_is_a_fault_and_no_crash(data: object) -> None:
    assert codes(check(data)) == {"format"}


@pytest.mark.parametrize("signature", ["é", "", "AAAA", "!!!!", "\ud800"])
def test_what_is_no_signature_does_not_fit(signature: str) -> None:
    keyid = key_id(KEY.public_key())
    data = with_envelope(signatures=[{"keyid": keyid, "sig": signature}])
    assert codes(check(data)) <= {"signature", "format"}
    assert not check(data).ok


def test_another_payload_type_is_refused() -> None:
    envelope = seal("application/json", payload().model_dump(mode="json"), KEY)
    data = {**document(), "envelope": envelope.model_dump(mode="json")}
    assert codes(check(data)) == {"format"}


def test_revocation_of_a_certificate_and_of_a_key() -> None:
    store = trust([KEY.public_key()])
    entry = Revoked(subject=payload().id, at="2026-03-02T00:00:00.000000Z", reason="incident")
    listed = read_revocations(revoke([entry], 1, AUDIT, KEY), store)
    assert codes(check(document(), revocations=listed)) == {"revoked"}
    early = Revoked(
        subject=key_id(KEY.public_key()), at="2026-02-01T00:00:00.000000Z", reason="lost"
    )
    late = early.model_copy(update={"at": "2026-04-01T00:00:00.000000Z"})
    for entry, expected in ((early, {"revoked_key"}), (late, set())):
        found = RevocationList(number=2, issued_at=entry.at, revoked=(entry,))
        assert codes(check(document(), revocations=found)) == expected


def test_a_revocation_list_needs_a_trusted_signature() -> None:
    with pytest.raises(InputError, match="no trusted key"):
        read_revocations(revoke([], 1, AUDIT, OTHER), trust([KEY.public_key()]))
    with pytest.raises(InputError, match="no revocation list"):
        read_revocations(rotate(KEY, OTHER.public_key(), AUDIT), trust([KEY.public_key()]))


def test_rotation_hands_over_and_retires() -> None:
    handover = rotate(KEY, OTHER.public_key(), AUDIT - timedelta(days=1))
    store = trust([KEY.public_key()], [handover])
    assert check(sign(payload(), OTHER).to_json(), store=store).ok
    assert codes(check(sign(payload(), KEY).to_json(), store=store)) == {"retired_key"}
    later = trust([KEY.public_key()], [rotate(KEY, OTHER.public_key(), AUDIT + timedelta(days=1))])
    assert check(sign(payload(), KEY).to_json(), store=later).ok
    assert codes(check(sign(payload(), OTHER).to_json(), store=later)) == {"retired_key"}


def test_only_the_key_before_can_hand_over() -> None:
    third = private_key_from_seed(bytes(32))
    with pytest.raises(InputError, match="no trusted key"):
        trust([KEY.public_key()], [rotate(OTHER, third.public_key(), AUDIT)])
    twice = [rotate(KEY, OTHER.public_key(), AUDIT), rotate(KEY, third.public_key(), AUDIT)]
    with pytest.raises(InputError, match="no trusted key"):
        trust([KEY.public_key()], twice)


def test_a_forged_rotation_does_not_count() -> None:
    honest = rotate(KEY, OTHER.public_key(), AUDIT)
    forged = seal(honest.payload_type, json.loads(base64.b64decode(honest.payload)), OTHER)
    with pytest.raises(InputError, match="no trusted key"):
        trust([KEY.public_key()], [forged])


def test_dsse_signs_type_length_and_payload() -> None:
    # The example of the DSSE protocol text: type "http://example.com/HelloWorld", "hello world".
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert authenticated_bytes("http://example.com/HelloWorld", b"hello world") == expected
    envelope = seal("a", {"b": 1}, KEY)
    assert signed_by(envelope, KEY.public_key())
    assert not signed_by(envelope.model_copy(update={"payload_type": "b"}), KEY.public_key())


def test_keys_are_stored_only_encrypted() -> None:
    pem = encrypt_private_key(KEY, b"correct horse")
    assert "ENCRYPTED" in pem
    assert key_id(decrypt_private_key(pem, b"correct horse").public_key()) == key_id(
        KEY.public_key()
    )
    with pytest.raises(InputError, match="does not open"):
        decrypt_private_key(pem, b"wrong")
    with pytest.raises(InputError, match="password"):
        encrypt_private_key(KEY, b"")
    with pytest.raises(InputError, match="32 bytes"):
        private_key_from_seed(b"short")


def test_public_keys_are_read_from_every_form() -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for text in (encode_public_key(KEY.public_key()), pem):
        assert raw_public_key(decode_public_key(text)) == raw_public_key(KEY.public_key())
    for text in ("", "AAAA", "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----", "é"):
        with pytest.raises(InputError):
            decode_public_key(text)


# Example values of the W3C Recommendation "Data Integrity EdDSA Cryptosuites v1.0", appendix B.3.
W3C_KEY = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
W3C_CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://www.w3.org/ns/credentials/examples/v2",
]
W3C_CREDENTIAL: dict[str, Any] = {
    "@context": W3C_CONTEXT,
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
W3C_PROOF: dict[str, Any] = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "created": "2023-02-24T23:36:38Z",
    "verificationMethod": f"did:key:{W3C_KEY}#{W3C_KEY}",
    "proofPurpose": "assertionMethod",
    "@context": W3C_CONTEXT,
}
W3C_PROOF_VALUE = (
    "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"
)


def test_the_w3c_example_verifies() -> None:
    assert hash_data(W3C_CREDENTIAL, W3C_PROOF).hex() == (
        "66ab154f5c2890a140cb8388a22a160454f80575f6eae09e5a097cabe539a1db"
        "59b7cb6251b8991add1ce0bc83107e3db9dbbab5bd2c28f687db1a03abc92f19"
    )
    secured = {**W3C_CREDENTIAL, "proof": {**W3C_PROOF, "proofValue": W3C_PROOF_VALUE}}
    assert credential_faults(secured) == []
    assert credential_faults({**secured, "name": "Another"}) != []


def test_a_certificate_becomes_a_verifiable_credential() -> None:
    secured = secure(to_credential(payload()), KEY, AUDIT)
    assert credential_faults(secured) == []
    assert secured["credentialSubject"]["decision"]["tier"] == 4
    assert secured["issuer"] == "did:key:" + public_key_multibase(KEY.public_key())
    assert canonical_json(secured)


@pytest.mark.parametrize(
    "change",
    [
        {"validFrom": "2026-01-01T00:00:00Z"},
        {"issuer": "did:key:" + public_key_multibase(OTHER.public_key())},
        {"@context": ["https://example.org/other"]},
        {"proof": None},
        {"proof": {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022"}},
        {"credentialSubject": {"amount": 2**60}},
        {"credentialSubject": {"name": "\ud800"}},
    ],
)
def test_a_changed_credential_is_refused(change: dict[str, Any]) -> None:
    secured = {**secure(to_credential(payload()), KEY, AUDIT), **change}
    assert credential_faults(secured)


def test_base58_and_multikeys() -> None:
    # Test vectors of the Internet draft "The Base58 Encoding Scheme".
    assert base58_encode(b"Hello World!") == "2NEpo7TZRRrLZSi2U"
    assert base58_decode("11233QC4") == bytes.fromhex("0000287fb4cd")
    assert public_key_multibase(public_key_from_multibase(W3C_KEY)) == W3C_KEY
    for text in ("z", "x" + W3C_KEY, "z0", W3C_KEY[:-1]):
        with pytest.raises(InputError):
            public_key_from_multibase(text)


def released(policy: Policy | None = None) -> Envelope:
    return sign_policy(
        policy or default_policy(), KEY, group="default", version=3, actor="owner", at=AUDIT
    )


def test_a_policy_version_is_signed_with_group_person_and_moment() -> None:
    release, policy = read_signed_policy(released(), trust([KEY.public_key()]))
    assert policy == default_policy()
    assert (release.group, release.version, release.actor) == ("default", 3, "owner")


def test_a_policy_that_no_trusted_key_signed_is_refused() -> None:
    with pytest.raises(InputError, match="no trusted key"):
        read_signed_policy(released(), trust([OTHER.public_key()]))
    with pytest.raises(InputError, match="no signed policy"):
        read_signed_policy(seal("a", {}, KEY), trust([KEY.public_key()]))


@pytest.mark.parametrize(("field", "value"), [("digest", MODEL), ("document", {"name": "x"})])
def test_a_signed_policy_that_does_not_fit_is_refused(field: str, value: object) -> None:
    envelope = released()
    data = json.loads(base64.b64decode(envelope.payload))
    data[field] = value
    if field == "document":
        data["digest"] = digest(value)
    with pytest.raises(InputError):
        read_signed_policy(seal(envelope.payload_type, data, KEY), trust([KEY.public_key()]))
