"""Signing in: authorization code with PKCE (RFC 6749, 7636, 9207, OpenID Connect Core 1.0)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote_plus, urlencode

from pydantic import Field

from governance.identity.oidc.configuration import Client
from governance.identity.oidc.discovery import Provider
from governance.identity.oidc.purposes import same, verify_id_token
from governance.identity.oidc.refusals import refused
from governance.identity.oidc.tokens import MAX_TOKEN, OpenedToken, Trust
from governance.identity.oidc.web import (
    ProviderError,
    Web,
    WebAnswer,
    is_trustworthy,
    json_object,
)
from governance.identity.secrets import base64url, new_secret
from governance.kernel.errors import InputError
from governance.kernel.ids import RandomBytes
from governance.kernel.value import Value

LASTS = timedelta(minutes=10)
_MAX_CODE = 4096
# What a provider may say (RFC 6749, 4.1.2.1; OpenID Connect Core 1.0, 3.1.2.6).
_ERRORS = {
    "access_denied", "account_selection_required", "consent_required", "interaction_required",
    "invalid_request", "invalid_request_object", "invalid_request_uri", "invalid_scope",
    "login_required", "registration_not_supported", "request_not_supported",
    "request_uri_not_supported", "server_error", "temporarily_unavailable", "unauthorized_client",
    "unsupported_response_type",
}  # fmt: skip


class Pending(Value):
    """A sign-in that has begun: to be kept with the browser's session, and used once."""

    issuer: str
    redirect: str
    state: str = Field(repr=False)
    nonce: str = Field(repr=False)
    verifier: str = Field(repr=False)
    expires: datetime


def begin(
    provider: Provider, client: Client, redirect: str, random_bytes: RandomBytes, now: datetime
) -> tuple[str, Pending]:
    """Return where to send the browser, and what to keep until it comes back to ``redirect``.

    Raises InputError where ``redirect`` is neither https nor on this machine.
    """
    if not is_trustworthy(redirect):
        raise InputError("needs an https URL without a query", field="redirect")
    state, nonce, verifier = (new_secret(random_bytes) for _ in range(3))
    query = urlencode(
        {
            "response_type": "code",
            "client_id": client.id,
            "redirect_uri": redirect,
            "scope": " ".join(provider.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": base64url(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
    )
    joint = "&" if "?" in provider.authorization_endpoint else "?"
    pending = Pending(
        issuer=provider.issuer,
        redirect=redirect,
        state=state,
        nonce=nonce,
        verifier=verifier,
        expires=now + LASTS,
    )
    return f"{provider.authorization_endpoint}{joint}{query}", pending


def finish(
    provider: Provider,
    client: Client,
    pending: Pending,
    answer: Mapping[str, str],
    *,
    trust: Trust,
    web: Web,
    now: datetime,
) -> OpenedToken:
    """Return the ID token of who came back with ``answer``, the parameters of the redirect.

    The code is exchanged once, whatever comes of it. Raises UnauthenticatedError, ProviderError
    where the provider does not answer.
    """
    _check_answer(provider, pending, answer, now)
    code = answer.get("code", "")
    if not (0 < len(code) <= _MAX_CODE and code.isascii() and code.isprintable()):
        raise refused("malformed", "no code")
    tokens = _exchange(provider, client, pending, code, web)
    return verify_id_token(
        _token(tokens, "id_token"),
        trust,
        provider,
        client_id=client.id,
        nonce=pending.nonce,
        access_token=_token(tokens, "access_token") if "access_token" in tokens else None,
        now=now,
    )


def _check_answer(
    provider: Provider, pending: Pending, answer: Mapping[str, str], now: datetime
) -> None:
    """Refuse an answer to another question; nothing in it is looked at before its state."""
    if not same(answer.get("state"), pending.state):
        raise refused("wrong_state")
    if now >= pending.expires:
        raise refused("sign_in_expired")
    named = answer.get("iss")
    if pending.issuer != provider.issuer or named not in (None, provider.issuer):
        raise refused("wrong_provider")
    if named is None and provider.names_itself:
        raise refused("wrong_provider")
    if "error" in answer:
        error = answer["error"] if answer["error"] in _ERRORS else "an unknown error"
        raise refused("provider_refused", f"{error}: {answer.get('error_description', '')}")


def _exchange(
    provider: Provider, client: Client, pending: Pending, code: str, web: Web
) -> dict[str, object]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": pending.redirect,
        "code_verifier": pending.verifier,
    }
    authorization = None
    if client.secret is None:
        form["client_id"] = client.id
    else:
        # Name and secret are encoded as in a form first (RFC 6749, 2.3.1).
        pair = f"{quote_plus(client.id)}:{quote_plus(client.secret.get_secret_value())}"
        authorization = f"Basic {base64.b64encode(pair.encode()).decode()}"
    url = provider.token_endpoint
    reply = web.post(url, form, authorization)
    if 400 <= reply.status < 500:
        raise _refused_code(reply)
    return json_object(reply, url)


def _refused_code(reply: WebAnswer) -> Exception:
    """Return the error; a client that the provider does not know is a fault of the settings."""
    try:
        data = json_object(replace(reply, status=200), "")
    except ProviderError:
        data = {}
    error = data.get("error")
    if reply.status == 401 or error in ("invalid_client", "unauthorized_client"):
        return ProviderError(
            "the identity provider does not accept this program as its client",
            hint="compare oidc_client_id and oidc_client_secret with the provider's",
        )
    return refused("code_refused", f"{error}: {data.get('error_description', '')}")


def _token(tokens: Mapping[str, object], name: str) -> str:
    token = tokens.get(name)
    if not (isinstance(token, str) and len(token) <= MAX_TOKEN and token.isascii() and token):
        raise ProviderError(f"the identity provider's answer holds no usable {name}")
    return token
