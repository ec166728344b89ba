"""Signatures of tokens: which algorithms and keys are accepted. joserfc does the cryptography."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from governance.kernel.errors import MissingExtraError

if TYPE_CHECKING:
    from joserfc.jwk import Key
    from joserfc.jws import JWSRegistry

EXTRA = "oidc"
# algorithm -> key type and curve (RFC 7518, 8037, 9864). No `none`, nothing symmetric.
ALGORITHMS: dict[str, tuple[str, str | None]] = {
    "RS256": ("RSA", None),
    "RS384": ("RSA", None),
    "RS512": ("RSA", None),
    "PS256": ("RSA", None),
    "PS384": ("RSA", None),
    "PS512": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
    "Ed25519": ("OKP", "Ed25519"),
}
MAX_HEADER = 4096  # characters of base64; some providers put certificates there
MAX_PAYLOAD = 32 * 1024
_PUBLIC = ("kty", "n", "e", "crv", "x", "y")
_RSA_BITS = range(2048, 8193)
_EXPONENT = 12  # characters of base64: large exponents make every check slow


@dataclass(frozen=True)
class SigningKey:
    """A public key, its id and the algorithms that it is for."""

    kid: str | None
    algorithms: frozenset[str]
    key: Key


def require_extra() -> None:
    """Raise MissingExtraError where joserfc is not installed."""
    if importlib.util.find_spec("joserfc") is None:
        raise MissingExtraError("OpenID Connect", EXTRA)


def read_key(data: object) -> SigningKey | None:
    """Return a key of a key set (RFC 7517); None where it is not for signatures accepted here.

    Left out: symmetric and private keys, keys for encryption, RSA under 2048 or over 8192 bits.
    """
    if not isinstance(data, dict) or not _for_signatures(data):
        return None
    algorithms = frozenset(name for name in ALGORITHMS if _fits(data, name))
    kid = data.get("kid")
    if not algorithms or not (kid is None or isinstance(kid, str)):
        return None
    key = _public_key({name: data[name] for name in _PUBLIC if name in data})
    return None if key is None else SigningKey(kid, algorithms, key)


def verified_payload(token: bytes, key: SigningKey, algorithm: str) -> bytes | None:
    """Return the payload of a compact JWS; None where the signature is not the key's."""
    from joserfc.errors import JoseError
    from joserfc.jws import deserialize_compact

    try:
        return deserialize_compact(token, key.key, registry=_registry(algorithm)).payload
    except (JoseError, ValueError, TypeError):
        return None


def decoded(segment: str) -> bytes | None:
    """Return the bytes of base64url without padding; None where it is no such text."""
    from joserfc.util import urlsafe_b64decode

    try:
        return urlsafe_b64decode(segment.encode("ascii"))
    except ValueError:
        return None


def _for_signatures(data: dict[str, Any]) -> bool:
    operations = data.get("key_ops", ["verify"])
    return (
        "d" not in data
        and data.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
    )


def _fits(data: dict[str, Any], algorithm: str) -> bool:
    kind, curve = ALGORITHMS[algorithm]
    named = data.get("alg", algorithm)
    return data.get("kty") == kind and curve in (None, data.get("crv")) and named == algorithm


def _public_key(data: dict[str, Any]) -> Key | None:
    from joserfc.errors import JoseError
    from joserfc.jwk import JWKRegistry
    from joserfc.util import base64_to_int

    try:
        if data["kty"] == "RSA" and (
            len(data["e"]) > _EXPONENT or base64_to_int(data["n"]).bit_length() not in _RSA_BITS
        ):
            return None
        return JWKRegistry.import_key(data)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


@lru_cache(maxsize=len(ALGORITHMS))
def _registry(algorithm: str) -> JWSRegistry:
    from joserfc import jws

    class Registry(jws.JWSRegistry):
        max_header_length = MAX_HEADER
        max_payload_length = MAX_PAYLOAD

        def get_alg(self, name: str) -> Any:
            """Return the algorithm without a remark: joserfc calls the name EdDSA out of date."""
            if name != algorithm:
                raise ValueError(name)
            return self.algorithms[name]

    # Unknown members of a header are to be ignored (RFC 7515, 4).
    return Registry(algorithms=[algorithm], strict_check_header=False)
