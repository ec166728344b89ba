from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from governance.gate.certificate.payload import CertificateDocument
from governance.gate.certificate.verify import verify_certificate
from governance.gate.vector import RobustnessVector
from governance.kernel.canonical import sha256_hex
from governance.kernel.clock import FixedClock
from governance.kernel.errors import InputError, StorageError
from governance.kernel.passwords import password_in
from governance.registry.agents import change_agent, find_agent, register_agent
from governance.registry.certificates import (
    revoke_certificate,
    sign_certification,
    stored_certificate,
)
from governance.registry.certifications import certify_agent
from governance.registry.keys import (
    list_keys,
    open_signing_key,
    rotate_signing_key,
    trust_file,
    trusted_keys,
)
from governance.registry.trust_file import expected_digests, trust_in
from governance.store.keys import SigningKey
from governance.store.store import Store

PASSWORD = b"correct horse"
MODEL = "sha256:" + "a" * 64


def _certified(store: Store, vector: RobustnessVector) -> CertificateDocument:
    with store.write() as transaction:
        agent = register_agent(transaction, "bot", digests={"model": MODEL})
        certification, _ = certify_agent(transaction, agent, vector)
        key = open_signing_key(transaction, PASSWORD)
        return sign_certification(transaction, agent, certification, key)


def test_a_certificate_says_what_was_decided_and_verifies(
    ready: Store, strong: RobustnessVector, clock: FixedClock
) -> None:
    document = _certified(ready, strong)
    with ready.read() as session:
        found = verify_certificate(
            document.to_json(),
            at=clock.now(),
            store=trusted_keys(session),
            expected={"model": MODEL},
        )
        assert stored_certificate(session, find_agent(session, "bot")) == document
    assert (found.ok, found.trusted, found.tier) == (True, True, 5)


def test_a_changed_model_is_found_offline(
    ready: Store, strong: RobustnessVector, clock: FixedClock
) -> None:
    document = _certified(ready, strong)
    other = "sha256:" + "b" * 64
    found = verify_certificate(document.to_json(), at=clock.now(), expected={"model": other})
    assert not found.ok


def test_the_private_key_is_never_stored_in_the_clear(
    ready: Store, strong: RobustnessVector
) -> None:
    _certified(ready, strong)
    with ready.read() as session:
        stored = session.scalars(select(SigningKey)).one()
    assert "ENCRYPTED PRIVATE KEY" in stored.encrypted_private_key
    with pytest.raises(InputError, match="password"), ready.write() as transaction:
        open_signing_key(transaction, b"wrong")


def test_certificates_of_a_rotated_key_stay_valid_and_new_ones_use_the_new_key(
    ready: Store, strong: RobustnessVector, clock: FixedClock
) -> None:
    first = _certified(ready, strong)
    clock.advance(1)
    with ready.write() as transaction:
        rotate_signing_key(transaction, PASSWORD, b"another")
    clock.advance(1)
    with ready.write() as transaction:
        agent = find_agent(transaction.session, "bot")
        certification, _ = certify_agent(transaction, agent, strong)
        key = open_signing_key(transaction, b"another")
        second = sign_certification(transaction, agent, certification, key)
        keys = trusted_keys(transaction.session)
        assert [key.retired_at is None for key in list_keys(transaction.session)] == [False, True]
    for document in (first, second):
        assert verify_certificate(document.to_json(), at=clock.now(), store=keys).ok
    assert first.public_key != second.public_key


def test_a_revoked_certificate_is_refused_by_who_has_the_list(
    ready: Store, strong: RobustnessVector, clock: FixedClock
) -> None:
    document = _certified(ready, strong)
    clock.advance(1)
    with ready.write() as transaction:
        agent = find_agent(transaction.session, "bot")
        revoke_certificate(transaction, agent, "leaked")
        with pytest.raises(InputError, match="void already"):
            revoke_certificate(transaction, agent, "again")
        data = trust_file(transaction, PASSWORD)
    keys, revocations = trust_in(json.dumps(data), "trust.json")
    found = verify_certificate(
        document.to_json(), at=clock.now(), store=keys, revocations=revocations
    )
    assert [fault.code for fault in found.faults] == ["revoked"]


def test_a_forged_trust_file_is_refused(ready: Store, strong: RobustnessVector) -> None:
    _certified(ready, strong)
    with ready.write() as transaction:
        data = trust_file(transaction, PASSWORD)
    data["revocations"]["payload"] = data["revocations"]["payload"][:-4] + "AAAA"
    with pytest.raises(InputError):
        trust_in(json.dumps(data), "trust.json")


def test_without_a_certification_there_is_no_certificate(ready: Store) -> None:
    with ready.write() as transaction:
        agent = register_agent(transaction, "bot")
        with pytest.raises(InputError, match="no certificate"):
            stored_certificate(transaction.session, agent)
        with pytest.raises(StorageError, match="no signing key"):
            rotate_signing_key(transaction, PASSWORD)
        assert change_agent(transaction, agent, {"model": MODEL}) == []


def test_the_password_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "password"
    numbers = iter([b"a" * 32, b"b" * 32])
    first = password_in(file, lambda _: next(numbers))
    assert password_in(file, lambda _: next(numbers)) == first
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(sha256_hex(first)) == 64


def test_digests_are_read_as_given() -> None:
    assert expected_digests([f"model={MODEL}"]) == {"model": MODEL}
    for bad in ("weights=sha256:1", "model", "model=abc"):
        with pytest.raises(InputError):
            expected_digests([bad])
