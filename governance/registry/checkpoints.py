"""Signatures on checkpoints of the ledger, under the key that signs certificates."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.gate.certificate.keys import decode_public_key, encode_public_key
from governance.kernel.canonical import canonical_json
from governance.kernel.documents import Document
from governance.kernel.errors import InputError
from governance.kernel.value import parse_document
from governance.store.checkpoint import Checkpoint


def signed_with(key: Ed25519PrivateKey) -> Callable[[Checkpoint], Checkpoint]:
    """Return what signs a checkpoint with the key."""

    def sign(made: Checkpoint) -> Checkpoint:
        signature = base64.b64encode(key.sign(canonical_json(made.body()))).decode("ascii")
        public = encode_public_key(key.public_key())
        return made.model_copy(update={"public_key": public, "signature": signature})

    return sign


def kept_checkpoint(document: Document) -> Checkpoint:
    """Return the checkpoint in a document; raises InputError where its signature does not fit."""
    kept = parse_document(Checkpoint, document)
    if kept.signature is not None and kept.public_key is not None:
        try:
            signature = base64.b64decode(kept.signature, validate=True)
            decode_public_key(kept.public_key).verify(signature, canonical_json(kept.body()))
        except (InvalidSignature, binascii.Error):
            raise InputError("does not fit", file=document.source, field="signature") from None
    return kept
