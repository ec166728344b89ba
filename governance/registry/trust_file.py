"""Reading what says whose signatures count: a trust file, or one public key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from governance.gate.certificate.dsse import Envelope
from governance.gate.certificate.keys import decode_public_key
from governance.gate.certificate.trust import (
    RevocationList,
    TrustStore,
    read_revocations,
    trust,
)
from governance.kernel.documents import parse_text
from governance.kernel.errors import InputError
from governance.kernel.value import Value, parse_document

PARTS = ("model", "prompt", "tools", "audit", "policy")
PUBLIC_KEY_LENGTH = 44  # 32 bytes in base64


class TrustFile(Value):
    """Root key, the rotations that follow it, and the signed list of revocations."""

    format: Literal["underwriter.trust/v1"]
    root_public_key: str
    root_key_id: str
    rotations: tuple[Envelope, ...] = ()
    revocations: Envelope


def trust_in(text: str, name: str) -> tuple[TrustStore, RevocationList | None]:
    """Return the keys that count and the revocations of a trust file, or of a key in PEM.

    ``name`` is what errors call the file. Raises InputError on a rotation or list that no trusted
    key signed.
    """
    if "-----BEGIN" in text:
        return trust([decode_public_key(text)]), None
    found = parse_document(TrustFile, parse_text(text, name))
    store = trust([decode_public_key(found.root_public_key)], found.rotations)
    return store, read_revocations(found.revocations, store)


def trusted_key(text: str) -> TrustStore:
    """Return the one key that counts, given in base64; raises InputError on anything else."""
    if len(text) != PUBLIC_KEY_LENGTH:
        raise InputError("is neither a file nor a public key", file=text, field="trust")
    return trust([decode_public_key(text)])


def expected_digests(items: Sequence[str]) -> dict[str, str]:
    """Return {part: digest} of NAME=sha256:... items; raises InputError on anything else."""
    found = {}
    for item in items:
        name, _, value = item.partition("=")
        if name not in PARTS or not value.startswith("sha256:"):
            raise InputError(
                f"{item!r} is not NAME=sha256:...", field="digest", hint=f"NAME: {', '.join(PARTS)}"
            )
        found[name] = value
    return found
