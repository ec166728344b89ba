"""Signing keys in the database: made, opened, rotated; never stored in the clear."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance.gate.certificate.dsse import Envelope
from governance.gate.certificate.keys import (
    decode_public_key,
    decrypt_private_key,
    encode_public_key,
    encrypt_private_key,
    key_id,
    private_key_from_seed,
)
from governance.gate.certificate.trust import Revoked, TrustStore, revoke, rotate, trust
from governance.kernel.clock import format_time
from governance.kernel.errors import StorageError
from governance.store.keys import Revocation, SigningKey
from governance.store.store import Store, Transaction


def open_signing_key(transaction: Transaction, password: bytes) -> Ed25519PrivateKey:
    """Return the key that signs now, making the first one where there is none.

    Raises InputError where the password does not open it.
    """
    current = _current(transaction.session)
    if current is None:
        return _store_key(transaction, password, number=1, rotation=None)
    return decrypt_private_key(current.encrypted_private_key, password)


def signing_key(store: Store, password: bytes) -> Ed25519PrivateKey:
    """Return the same key, opened while no other writer waits for it: that takes a while."""
    with store.read() as session:
        current = _current(session)
    if current is not None:
        return decrypt_private_key(current.encrypted_private_key, password)
    with store.write() as transaction:
        return open_signing_key(transaction, password)


def signs_now(session: Session, key: Ed25519PrivateKey) -> bool:
    """Return whether a key is the one that signs now."""
    current = _current(session)
    return current is not None and current.id == key_id(key.public_key())


def rotate_signing_key(
    transaction: Transaction, password: bytes, new_password: bytes | None = None
) -> SigningKey:
    """Retire the key in use and make a new one, which the old one vouches for."""
    current = _current(transaction.session)
    if current is None:
        raise StorageError("there is no signing key yet", hint="certify an agent first")
    old = decrypt_private_key(current.encrypted_private_key, password)
    new = private_key_from_seed(transaction.random_bytes(32))
    statement = rotate(old, new.public_key(), transaction.now)
    current.retired_at = transaction.now
    _store_key(
        transaction,
        new_password or password,
        number=current.number + 1,
        rotation=statement.model_dump(mode="json", by_alias=True),
        key=new,
    )
    found = _current(transaction.session)
    assert found is not None  # noqa: S101 - stored two lines above
    return found


def list_keys(session: Session) -> list[SigningKey]:
    """Return every key, the oldest first."""
    return list(session.scalars(select(SigningKey).order_by(SigningKey.number)))


def trusted_keys(session: Session) -> TrustStore:
    """Return the keys whose signatures count, following the rotations from the first key."""
    keys = list_keys(session)
    if not keys:
        return {}
    rotations = [Envelope.model_validate(key.rotation) for key in keys if key.rotation]
    return trust([decode_public_key(keys[0].public_key)], rotations)


def trust_file(transaction: Transaction, password: bytes) -> dict[str, Any]:
    """Return what a stranger needs beside a certificate: root key, rotations, revocations."""
    signer = open_signing_key(transaction, password)
    session = transaction.session
    keys = list_keys(session)
    rows = session.scalars(select(Revocation).order_by(Revocation.number)).all()
    entries = [
        Revoked(subject=row.subject, at=format_time(row.at), reason=row.reason) for row in rows
    ]
    listed = revoke(entries, len(entries), transaction.now, signer)
    return {
        "format": "underwriter.trust/v1",
        "root_public_key": keys[0].public_key,
        "root_key_id": keys[0].id,
        "rotations": [key.rotation for key in keys if key.rotation],
        "revocations": listed.model_dump(mode="json", by_alias=True),
    }


def _current(session: Session) -> SigningKey | None:
    return session.scalar(select(SigningKey).where(SigningKey.retired_at.is_(None)))


def _store_key(
    transaction: Transaction,
    password: bytes,
    *,
    number: int,
    rotation: dict[str, Any] | None,
    key: Ed25519PrivateKey | None = None,
) -> Ed25519PrivateKey:
    made = key or private_key_from_seed(transaction.random_bytes(32))
    identifier = key_id(made.public_key())
    transaction.session.add(
        SigningKey(
            id=identifier,
            number=number,
            public_key=encode_public_key(made.public_key()),
            encrypted_private_key=encrypt_private_key(made, password),
            created_at=transaction.now,
            retired_at=None,
            rotation=rotation,
        )
    )
    transaction.session.flush()
    kind = "signing_key.created" if rotation is None else "signing_key.rotated"
    public = encode_public_key(made.public_key())
    transaction.record(kind, identifier, {"number": number, "public_key": public})
    return made


def next_revocation(session: Session) -> int:
    """Return the number of the next entry of the revocation list."""
    return (session.scalar(select(func.max(Revocation.number))) or 0) + 1
