"""What a token is for: ID tokens sign people in, access tokens let services ask.

One is not taken for the other (RFC 9068, OpenID Connect Core 1.0, 3.1.3.7).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime

from governance.identity.oidc import claims as claim
from governance.identity.oidc.discovery import Provider
from governance.identity.oidc.refusals import refused
from governance.identity.oidc.tokens import OpenedToken, Trust, open_token
from governance.identity.secrets import base64url

_ACCESS = "at+jwt"
_OF_ID_TOKENS = ("nonce", "at_hash", "c_hash")


def verify_id_token(
    token: str,
    trust: Trust,
    provider: Provider,
    *,
    client_id: str,
    nonce: str,
    access_token: str | None,
    now: datetime,
) -> OpenedToken:
    """Return the ID token of a sign-in; raises UnauthenticatedError.

    It must be for this client, hold the nonce, have been issued just now, and, where it says so,
    belong to the access token that came with it.
    """
    narrowed = replace(trust, algorithms=trust.algorithms & set(provider.algorithms))
    opened = open_token(token, narrowed, now)
    if opened.kind not in (None, "jwt") or claim.text(opened.claims, "typ", "wrong_type") not in (
        None,
        "ID",
    ):
        raise refused("wrong_type")
    if client_id not in opened.audience:
        raise refused("wrong_audience")
    claim.check_party(opened.claims, ("azp",), len(opened.audience))
    if opened.claims.get("azp", client_id) != client_id:
        raise refused("wrong_party")
    if not same(claim.text(opened.claims, "nonce", "wrong_nonce"), nonce):
        raise refused("wrong_nonce")
    claim.check_fresh(opened.claims, now)
    _check_access_token(opened, access_token)
    return opened


def verify_access_token(
    token: str, trust: Trust, *, audience: str, client_id: str, now: datetime
) -> OpenedToken:
    """Return the access token of a service; raises UnauthenticatedError.

    A token that names this client as audience may be an ID token: it is taken only where it says
    that it is an access token (``typ: at+jwt``, or Keycloak's claim ``typ: Bearer``).
    """
    opened = open_token(token, trust, now)
    if opened.kind not in (None, "jwt", _ACCESS):
        raise refused("wrong_type")
    if any(name in opened.claims for name in _OF_ID_TOKENS):
        raise refused("wrong_type")
    said = claim.text(opened.claims, "typ", "wrong_type")
    if said not in (None, "Bearer"):
        raise refused("wrong_type")
    if audience not in opened.audience:
        raise refused("wrong_audience")
    if client_id in opened.audience and opened.kind != _ACCESS and said is None:
        raise refused("wrong_type")
    claim.check_party(opened.claims, ("azp", "client_id"), len(opened.audience))
    return opened


def same(one: str | None, other: str) -> bool:
    """Compare in a time that does not tell how much is right."""
    return one is not None and hmac.compare_digest(
        one.encode(errors="surrogatepass"), other.encode()
    )


def _check_access_token(opened: OpenedToken, access_token: str | None) -> None:
    """Compare ``at_hash``, the left half of a digest (OpenID Connect Core 1.0, 3.1.3.6)."""
    said = claim.text(opened.claims, "at_hash", "wrong_access_token")
    if said is None:
        return
    size = opened.algorithm[-3:]
    name = f"sha{size}" if size in {"256", "384"} else "sha512"  # Ed25519 too
    digest = hashlib.new(name, (access_token or "").encode()).digest()
    half = base64url(digest[: len(digest) // 2])
    if access_token is None or not same(said, half):
        raise refused("wrong_access_token")
