"""Secrets that are shown once and kept as their SHA-256."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode

from governance.kernel.ids import RandomBytes

SECRET_BYTES = 32
_TOKEN = re.compile(r"uw_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


def new_secret(random_bytes: RandomBytes) -> str:
    """Return 256 random bits in 43 letters, digits, ``-`` and ``_``."""
    return base64url(random_bytes(SECRET_BYTES))


def base64url(raw: bytes) -> str:
    """Return base64url without padding (RFC 7515, 2)."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def hash_of(secret: str) -> str:
    """Return the SHA-256 of a secret in hex; with 256 random bits no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(secret: str, kept: str) -> bool:
    """Return whether a secret has the hash that was kept, in a time that tells nothing."""
    return hmac.compare_digest(hash_of(secret), kept)


def new_token_id(random_bytes: RandomBytes) -> str:
    """Return the public part of a token: 16 hex digits."""
    return random_bytes(8).hex()


def token_text(identifier: str, secret: str) -> str:
    """Return a token as its holder keeps it."""
    return f"uw_{identifier}_{secret}"


def parts_of(token: str) -> tuple[str, str] | None:
    """Return (id, secret) of a token; None where it has not the form of one."""
    match = _TOKEN.fullmatch(token)
    return None if match is None else (match[1], match[2])
