"""Record identifiers: UUID version 7 (RFC 9562), ordered by time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RandomBytes = Callable[[int], bytes]


def uuid7(moment: datetime, random_bytes: RandomBytes) -> str:
    """Return a UUIDv7 for the moment: 48 bits of milliseconds, 74 random bits (RFC 9562, 5.7)."""
    milliseconds = (moment - _EPOCH) // timedelta(milliseconds=1)  # exact, unlike a float
    tail = int.from_bytes(random_bytes(10), "big")
    random_a = tail >> 68
    random_b = tail & ((1 << 62) - 1)
    value = (milliseconds << 80) | (0x7 << 76) | (random_a << 64) | (0b10 << 62) | random_b
    digits = f"{value:032x}"
    parts = digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]
    return "-".join(parts)
