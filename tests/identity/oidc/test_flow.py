"""Signing in, against a provider that lies, and browsers that come back with something else."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from governance.identity.oidc.configuration import Client
from governance.identity.oidc.flow import Pending, begin, finish
from governance.identity.oidc.tokens import OpenedToken
from governance.identity.oidc.web import ProviderError, WebAnswer
from governance.kernel.errors import InputError, UnauthenticatedError
from tests.identity.oidc.doubles import (
    CLIENT,
    ISSUER,
    NOW,
    TOKEN,
    FakeWeb,
    half_digest,
    id_claims,
    provider,
    signed,
    trust,
    web,
)

BACK = "https://governance.example.org/signed-in"
CONFIDENTIAL = Client(id="under writer:1", secret=SecretStr("s&cret +%"))


NUMBERS = count(1)


def bytes_of(number: int) -> bytes:
    return next(NUMBERS).to_bytes(number, "big")


def begun(source: FakeWeb | None = None, client: Client = CLIENT) -> tuple[str, Pending]:
    return begin(provider(source), client, BACK, bytes_of, NOW)


def tokens(pending: Pending, client: Client = CLIENT, **more: Any) -> dict[str, Any]:
    claims = id_claims(nonce=pending.nonce, aud=client.id, at_hash=half_digest("access"))
    answer = {"id_token": signed(claims), "access_token": "access", "token_type": "Bearer", **more}
    return {name: value for name, value in answer.items() if value is not None}


def come_back(
    source: FakeWeb, pending: Pending, client: Client = CLIENT, now: Any = NOW, **answer: str
) -> OpenedToken:
    given = {"code": "the-code", "state": pending.state, **answer}
    return finish(
        provider(source), client, pending, given, trust=trust(source), web=source, now=now
    )


def refused(source: FakeWeb, pending: Pending, **more: Any) -> UnauthenticatedError:
    with pytest.raises(UnauthenticatedError) as caught:
        come_back(source, pending, **more)
    return caught.value


def test_the_browser_is_sent_with_state_nonce_and_a_challenge() -> None:
    url, pending = begun(web(authorization_endpoint="https://h.example/a?tenant=1"))
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    digest = hashlib.sha256(pending.verifier.encode()).digest()
    assert url.startswith("https://h.example/a?tenant=1&response_type=code&")
    assert query == {
        "tenant": "1",
        "response_type": "code",
        "client_id": CLIENT.id,
        "redirect_uri": BACK,
        "scope": "openid profile email",
        "state": pending.state,
        "nonce": pending.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    assert pending.verifier not in url
    assert len({pending.state, pending.nonce, pending.verifier}) == 3
    assert {len(one) for one in (pending.state, pending.nonce, pending.verifier)} == {43}
    assert (pending.expires - NOW, pending.issuer) == (timedelta(minutes=10), ISSUER)


def test_what_is_kept_of_a_sign_in_does_not_show_its_secrets() -> None:
    _, pending = begun()
    shown = f"{pending!r} {pending}"
    assert not any(one in shown for one in (pending.state, pending.nonce, pending.verifier))


@pytest.mark.parametrize("redirect", ["http://governance.example.org/", "/signed-in", "x:y", ""])
def test_a_browser_is_not_led_back_over_plain_http(redirect: str) -> None:
    with pytest.raises(InputError) as caught:
        begin(provider(), CLIENT, redirect, bytes_of, NOW)
    assert caught.value.field == "redirect"


def test_a_public_client_shows_its_verifier_alone() -> None:
    source = web()
    _, pending = begun(source)
    source.table[TOKEN] = tokens(pending)
    assert come_back(source, pending).subject == "f3b1"
    form = {
        "grant_type": "authorization_code",
        "code": "the-code",
        "redirect_uri": BACK,
        "code_verifier": pending.verifier,
        "client_id": CLIENT.id,
    }
    assert source.forms == [(form, None)]


def test_a_client_with_a_secret_shows_it_in_a_header_alone() -> None:
    source = web()
    _, pending = begun(source, CONFIDENTIAL)
    source.table[TOKEN] = tokens(pending, CONFIDENTIAL)
    assert come_back(source, pending, CONFIDENTIAL).subject == "f3b1"
    [(form, header)] = source.forms
    assert header is not None
    assert base64.b64decode(header.removeprefix("Basic ")) == b"under+writer%3A1:s%26cret+%2B%25"
    assert not {"client_id", "client_secret"} & form.keys()


@pytest.mark.parametrize("state", ["", "x", "\ud800", "é", "x" * 100_000])
def test_another_state_is_refused_and_the_provider_not_asked(state: str) -> None:
    source = web()
    _, pending = begun(source)
    hostile = {"error": "access_denied", "error_description": "call 555"}
    error = refused(source, pending, state=state, **hostile)
    assert (error.reason, error.detail) == ("wrong_state", None)
    assert source.forms == []


def test_a_missing_state_is_refused() -> None:
    source = web()
    _, pending = begun(source)
    with pytest.raises(UnauthenticatedError) as caught:
        finish(provider(), CLIENT, pending, {"code": "c"}, trust=trust(source), web=source, now=NOW)
    assert caught.value.reason == "wrong_state"


def test_a_sign_in_lasts_ten_minutes() -> None:
    source = web()
    _, pending = begun(source)
    late = NOW + timedelta(minutes=10)
    error = refused(source, pending, now=late)
    assert (error.reason, error.message) == ("sign_in_expired", "the sign-in took too long")
    assert source.forms == []
    just = late - timedelta(seconds=1)
    moment = int(just.timestamp())
    claims = id_claims(nonce=pending.nonce, iat=moment, exp=moment + 60)
    source.table[TOKEN] = {"id_token": signed(claims)}
    assert come_back(source, pending, now=just).subject == "f3b1"


def test_an_answer_of_another_provider_is_refused() -> None:
    source = web()
    _, pending = begun(source)
    assert refused(source, pending, iss="https://evil.example").reason == "wrong_provider"
    elsewhere = pending.model_copy(update={"issuer": "https://evil.example"})
    assert refused(source, elsewhere).reason == "wrong_provider"
    strict = web(authorization_response_iss_parameter_supported=True)
    assert refused(strict, pending).reason == "wrong_provider"
    strict.table[TOKEN] = tokens(pending)
    assert come_back(strict, pending, iss=ISSUER).subject == "f3b1"


@pytest.mark.parametrize(
    ("error", "description", "detail"),
    [
        ("access_denied", "the user said no", "access_denied: the user said no"),
        ("<script>", "", "an unknown error: "),
        ("login_required", "\x1b[31m\r\nforged: line\u202e", r"login_required: \x1b[31m\r\nforged"),
        ("server_error", "x" * 5000, "server_error: xxx"),
    ],
)
def test_what_the_provider_says_is_for_the_log_alone_bounded_and_escaped(
    error: str, description: str, detail: str
) -> None:
    source = web()
    _, pending = begun(source)
    found = refused(source, pending, error=error, error_description=description)
    assert (found.reason, found.hint) == ("provider_refused", None)
    assert str(found) == "the identity provider refused the sign-in"
    assert found.detail is not None
    assert found.detail.startswith(detail)
    assert len(found.detail) <= 200
    assert source.forms == []


@given(st.text())
def test_no_text_of_a_provider_reaches_a_log_unescaped(text: str) -> None:
    source = web()
    _, pending = begun(source)
    detail = refused(source, pending, error="access_denied", error_description=text).detail
    assert detail is not None
    assert detail.isascii()
    assert detail.isprintable()
    assert len(detail) <= 200


@pytest.mark.parametrize("code", ["", "é", "a\nb", "x" * 4097])
def test_what_is_no_code_is_not_sent_on(code: str) -> None:
    source = web()
    _, pending = begun(source)
    assert refused(source, pending, code=code).reason == "malformed"
    assert source.forms == []


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 503])
def test_a_code_is_exchanged_once_whatever_comes_of_it(status: int) -> None:
    source = web()
    _, pending = begun(source)
    source.table[TOKEN] = status
    with pytest.raises((UnauthenticatedError, ProviderError)):
        come_back(source, pending)
    assert len(source.forms) == 1


def test_a_code_that_the_provider_does_not_know_is_a_refusal() -> None:
    source = web()
    _, pending = begun(source)
    said = {"error": "invalid_grant", "error_description": "<b>used</b>\n invalid_client"}
    source.table[TOKEN] = WebAnswer(400, json.dumps(said).encode())
    error = refused(source, pending)
    assert (error.reason, error.message) == ("code_refused", "the sign-in is not valid")
    assert error.detail == r"invalid_grant: <b>used</b>\n invalid_client"


@pytest.mark.parametrize(("status", "error"), [(401, "x"), (400, "invalid_client")])
def test_a_client_that_the_provider_does_not_know_is_a_fault_of_the_settings(
    status: int, error: str
) -> None:
    source = web()
    _, pending = begun(source)
    source.table[TOKEN] = WebAnswer(status, json.dumps({"error": error}).encode())
    with pytest.raises(ProviderError) as caught:
        come_back(source, pending)
    assert "oidc_client_secret" in str(caught.value.hint)


@pytest.mark.parametrize(
    "changes",
    [{"id_token": None}, {"id_token": 7}, {"id_token": ""}, {"id_token": "x" * 40_000},
     {"access_token": 7}, {"access_token": "é"}],
)  # fmt: skip
def test_an_answer_without_usable_tokens_is_an_error_of_the_provider(
    changes: dict[str, Any],
) -> None:
    source = web()
    _, pending = begun(source)
    source.table[TOKEN] = tokens(pending, **changes)
    with pytest.raises(ProviderError):
        come_back(source, pending)


def test_the_id_token_of_another_sign_in_is_refused() -> None:
    source = web()
    (_, mine), (_, other) = begun(source), begun(source)
    source.table[TOKEN] = tokens(other)
    assert refused(source, mine).reason == "wrong_nonce"


def test_an_access_token_that_was_put_in_is_refused() -> None:
    source = web()
    _, pending = begun(source)
    source.table[TOKEN] = tokens(pending, access_token="another")
    assert refused(source, pending).reason == "wrong_access_token"
    source.table[TOKEN] = tokens(pending, access_token=None)
    assert refused(source, pending).reason == "wrong_access_token"
