"""Canonical JSON (RFC 8785) and digests over it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import rfc8785

_MAX_INTEGER = 2**53 - 1
_SMALLEST, _HUGE = 1e-4, 1e16  # between them Python writes no exponent
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical_json(value: object) -> bytes:
    """Return the RFC 8785 bytes of a JSON value; the same value gives the same bytes.

    Raises rfc8785.CanonicalizationError on NaN, infinities, integers beyond 2**53 - 1 or types
    that JSON has not.
    """
    if _is_plain(value):
        return _encode(value).encode()
    settled = _whole_as_integers(value)
    if _is_plain(settled):
        return _encode(settled).encode()
    return rfc8785.dumps(value)  # type: ignore[arg-type]


def _is_plain(value: object) -> bool:
    """Return whether the standard library's encoder, which is in C, writes the canonical form.

    It does where every integer is exact in a double, every name is ASCII (so that the order by code
    points is that by UTF-16 units) and no text holds a lone surrogate; and of floats, both write
    the shortest digits, without an exponent where none is whole, tiny or huge.
    """
    kind = type(value)
    if kind is str:
        return value.isascii()  # type: ignore[attr-defined, no-any-return]
    if kind is int:
        return -_MAX_INTEGER <= value <= _MAX_INTEGER  # type: ignore[operator]
    if kind is dict:
        return _are_plain(value.keys(), names=True) and _are_plain(value.values())  # type: ignore[attr-defined]
    if kind is list or kind is tuple:
        return _are_plain(value)  # type: ignore[arg-type]
    if kind is float:
        return _SMALLEST <= abs(value) < _HUGE and not value.is_integer()  # type: ignore[arg-type, attr-defined]
    return value is None or kind is bool


def _whole_as_integers(value: object) -> object:
    """Return the same with whole floats as the integers that RFC 8785 writes for them."""
    kind = type(value)
    if kind is dict:
        return {name: _whole_as_integers(one) for name, one in value.items()}  # type: ignore[attr-defined]
    if kind is list or kind is tuple:
        return [_whole_as_integers(one) for one in value]  # type: ignore[attr-defined]
    if kind is float and value.is_integer() and abs(value) <= _MAX_INTEGER:  # type: ignore[attr-defined, arg-type]
        return int(value)  # type: ignore[call-overload]
    return value


def _are_plain(values: Iterable[object], *, names: bool = False) -> bool:
    """Return whether all are; a loop, because this is asked of every value of every event."""
    for one in values:
        if type(one) is str:
            if not one.isascii():
                return False
        elif names or not _is_plain(one):
            return False
    return True


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest(value: object) -> str:
    """Return ``sha256:`` and the digest of the value's canonical JSON."""
    return "sha256:" + sha256_hex(canonical_json(value))


def file_digest(path: Path) -> str:
    """Return ``sha256:`` and the digest of a file's bytes, read in blocks."""
    with path.open("rb") as stream:
        return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()
