"""Idempotency keys: what makes a repetition harmless."""

from __future__ import annotations

from governance.kernel.errors import InputError

MAX_KEY = 200


def check_key(key: str) -> None:
    """Raise InputError unless the idempotency key is one printable word or phrase."""
    if not key.strip() or len(key) > MAX_KEY or not key.isprintable():
        raise InputError(f"must be 1 to {MAX_KEY} printable characters", field="key")
