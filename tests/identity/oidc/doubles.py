"""A provider that is not there: keys, documents and answers of the tests' own."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey

from governance.identity.oidc.configuration import Client, Configuration, configured
from governance.identity.oidc.discovery import Provider, discover
from governance.identity.oidc.keys import KeyCache
from governance.identity.oidc.signatures import ALGORITHMS
from governance.identity.oidc.tokens import Trust
from governance.identity.oidc.web import ProviderError, WebAnswer
from governance.kernel.settings import Settings

ISSUER = "https://login.example.org/realms/staff"
CLIENT = Client(id="underwriter")
AUDIENCE = "underwriter-api"
BACK = "http://127.0.0.1:1/signed-in"
ROLES = {"auditor", "reader"}
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NONCE = "nonce-of-the-tests"
JWKS = f"{ISSUER}/jwks"
TOKEN = f"{ISSUER}/token"
DOCUMENT: dict[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": TOKEN,
    "jwks_uri": JWKS,
    "response_types_supported": ["code"],
    "id_token_signing_alg_values_supported": sorted(ALGORITHMS),
}


def key(algorithm: str = "RS256", kid: str = "one") -> Key:
    """A private key for an algorithm, the same one each time."""
    return _key(algorithm, kid)


@cache
def _key(algorithm: str, kid: str) -> Key:
    kind, curve = ALGORITHMS[algorithm]
    parameters = {"kid": kid}
    if kind == "RSA":
        return RSAKey.generate_key(2048, parameters)
    if kind == "EC":
        return ECKey.generate_key(curve, parameters)  # type: ignore[arg-type]
    return OKPKey.generate_key("Ed25519", parameters)


def published(*keys: Key) -> dict[str, Any]:
    return dict(KeySet(list(keys or (key(),))).as_dict(private=False))


@dataclass
class FakeWeb:
    """Answers from a table: a document, bytes, or a status; counts what it is asked."""

    table: dict[str, Any] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    forms: list[tuple[dict[str, str], str | None]] = field(default_factory=list)

    def get(self, url: str) -> WebAnswer:
        self.asked[url] += 1
        found = self.table.get(url, 404)
        if isinstance(found, ProviderError):
            raise found
        if isinstance(found, int):
            return WebAnswer(found, b"{}")
        if isinstance(found, WebAnswer):
            return found
        return WebAnswer(200, found if isinstance(found, bytes) else json.dumps(found).encode())

    def post(self, url: str, form: Mapping[str, str], authorization: str | None) -> WebAnswer:
        self.forms.append((dict(form), authorization))
        return self.get(url)


def web(*keys: Key, **document: Any) -> FakeWeb:
    whole = {**DOCUMENT, **document}
    return FakeWeb({f"{ISSUER}/.well-known/openid-configuration": whole, JWKS: published(*keys)})


def provider(source: FakeWeb | None = None) -> Provider:
    return discover(ISSUER, source or web(), ALGORITHMS)


def trust(source: FakeWeb | None = None) -> Trust:
    return Trust(ISSUER, frozenset(ALGORITHMS), KeyCache(JWKS, source or web()))


def configuration(issuer: str = ISSUER, **changes: Any) -> Configuration:
    """The settings of a program at a provider, checked."""
    given: dict[str, Any] = {
        "oidc_issuer": issuer,
        "oidc_client_id": "underwriter",
        "oidc_audience": AUDIENCE,
        "oidc_roles": {"risk": ["auditor"], "staff": ["reader"]},
    }
    found = configured(Settings(**{**given, **changes}), ROLES)
    assert found is not None
    return found


def id_claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good ID token; a change to None leaves one out."""
    moment = int(NOW.timestamp())
    return _changed(
        {
            "iss": ISSUER,
            "sub": "f3b1",
            "aud": CLIENT.id,
            "iat": moment,
            "exp": moment + 300,
            "nonce": NONCE,
        },
        changes,
    )


def access_claims(**changes: Any) -> dict[str, Any]:
    return _changed(id_claims(nonce=None, aud=AUDIENCE, client_id="ledger-sync"), changes)


def signed(
    claims: dict[str, Any] | bytes,
    algorithm: str = "RS256",
    signer: Key | None = None,
    **header: Any,
) -> str:
    """A token as an issuer, or a forger, writes it."""
    by = signer or key(algorithm)
    whole = _changed({"alg": algorithm, "kid": by.kid, "typ": "JWT"}, header)
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    return raw(whole, payload, signature=lambda text: _sign(algorithm, text, by))


def raw(header: dict[str, Any] | bytes, payload: bytes, signature: Any = lambda _: b"") -> str:
    """A token of any header at all."""
    first = header if isinstance(header, bytes) else json.dumps(header).encode()
    text = b".".join([encoded(first), encoded(payload)])
    return b".".join([text, encoded(signature(text))]).decode()


def encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def half_digest(text: str, name: str = "sha256") -> str:
    digest = hashlib.new(name, text.encode()).digest()
    return encoded(digest[: len(digest) // 2]).decode()


def _sign(algorithm: str, text: bytes, by: Key) -> bytes:
    return jws.JWSRegistry.algorithms[algorithm].sign(text, by)


def _changed(whole: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}
