"""A signed token (RFC 7519, 7515), opened: shape, algorithm, key, signature, issuer, times."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from governance.identity.oidc import claims as claim
from governance.identity.oidc.keys import KeyCache
from governance.identity.oidc.refusals import refused
from governance.identity.oidc.signatures import MAX_HEADER, decoded, verified_payload
from governance.kernel.documents import parse_json
from governance.kernel.errors import InputError

MAX_TOKEN = 32 * 1024
_SEGMENT = r"[A-Za-z0-9_-]+"
_COMPACT = re.compile(rf"({_SEGMENT})\.{_SEGMENT}\.{_SEGMENT}")
_MAX_KID = 500


@dataclass(frozen=True)
class Trust:
    """Whose tokens are taken, signed how, with which keys."""

    issuer: str
    algorithms: frozenset[str]
    keys: KeyCache


@dataclass(frozen=True)
class OpenedToken:
    """A token whose signature, issuer and times hold; ``kind`` is its ``typ`` in small letters."""

    kind: str | None
    algorithm: str
    audience: tuple[str, ...]
    claims: Mapping[str, Any]

    @property
    def issuer(self) -> str:
        """Return who signed it."""
        return str(self.claims["iss"])

    @property
    def subject(self) -> str:
        """Return whom it is about, in the issuer's words."""
        return str(self.claims["sub"])


def open_token(token: str, trust: Trust, now: datetime) -> OpenedToken:
    """Return a token of the issuer that is valid now; for whom it is, is still to be asked.

    Claims are looked at behind the signature. Keys inside a token, or that it points to, are not
    looked at. Raises UnauthenticatedError, ProviderError where no keys are to be had.
    """
    header = _header(token)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in trust.algorithms:
        raise refused("bad_algorithm")
    key = trust.keys.find(header.get("kid"), algorithm, now)
    payload = verified_payload(token.encode("ascii"), key, algorithm)
    if payload is None:
        raise refused("bad_signature")
    found = _object(payload)
    claim.check_issuer(found, trust.issuer)
    claim.check_subject(found)
    audience = claim.audience(found)
    claim.check_times(found, now)
    return OpenedToken(header.get("typ"), algorithm, audience, found)


def _header(token: str) -> dict[str, Any]:
    """Return the header of a compact JWS; one with five parts is encrypted and is not taken."""
    if len(token) > MAX_TOKEN:
        raise refused("malformed", "too long")
    parts = _COMPACT.fullmatch(token)
    if parts is None or len(parts[1]) > MAX_HEADER:
        raise refused("malformed", "no compact JWS")
    header = _object(decoded(parts[1]))
    if {"crit", "b64", "enc", "zip"} & header.keys():
        raise refused("malformed", "asks for what is not done here")
    kid = header.get("kid")
    if kid is not None and not (isinstance(kid, str) and 0 < len(kid) <= _MAX_KID):
        raise refused("malformed", "no key id")
    header["typ"] = _media_type(header.get("typ"))
    if _media_type(header.get("cty")) == "jwt":
        raise refused("malformed", "a token within a token")
    return header


def _media_type(value: object) -> str | None:
    """Return a media type in small letters without ``application/`` (RFC 7515, 4.1.9)."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise refused("malformed", "a type that is no text")
    return value.lower().removeprefix("application/")


def _object(raw: bytes | None) -> dict[str, Any]:
    """Return a JSON object in which no name stands twice."""
    if raw is None:
        raise refused("malformed", "no base64url")
    try:
        data = parse_json(raw.decode(), "token")
    except (InputError, UnicodeDecodeError):
        raise refused("malformed", "no JSON") from None
    if not isinstance(data, dict):
        raise refused("malformed", "no JSON object")
    return data
