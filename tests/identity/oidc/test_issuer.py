"""One provider in use: when it is asked, and what services show."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from governance.identity.oidc.issuer import Issuer
from governance.identity.oidc.mapping import ExternalIdentity
from governance.identity.oidc.web import ProviderError
from governance.kernel.errors import MissingExtraError, UnauthenticatedError
from tests.identity.oidc.doubles import (
    AUDIENCE,
    BACK,
    ISSUER,
    JWKS,
    NOW,
    access_claims,
    configuration,
    id_claims,
    key,
    published,
    signed,
    web,
)

DOCUMENT = f"{ISSUER}/.well-known/openid-configuration"


def test_a_service_shows_a_token_of_the_same_issuer() -> None:
    issuer = Issuer(configuration(), web())
    claims = access_claims(sub="ledger-sync", groups="staff")
    assert issuer.service(signed(claims), NOW) == ExternalIdentity(
        issuer=ISSUER, subject="ledger-sync", name="ledger-sync", kind="service", roles=("reader",)
    )
    with pytest.raises(UnauthenticatedError) as caught:
        issuer.service(signed(id_claims(aud=AUDIENCE)), NOW)
    assert caught.value.reason == "wrong_type"


def test_without_an_audience_no_token_of_a_service_is_valid() -> None:
    source = web()
    issuer = Issuer(configuration(oidc_audience=None), source)
    with pytest.raises(UnauthenticatedError) as caught:
        issuer.service(signed(access_claims()), NOW)
    assert (caught.value.reason, caught.value.message) == (
        "wrong_audience",
        "the credential is not valid",
    )
    assert not source.asked


def test_the_provider_is_asked_when_it_is_needed_and_then_once_a_day() -> None:
    source = web()
    issuer = Issuer(configuration(), source)
    assert not source.asked
    for hour in range(24):
        issuer.begin(BACK, os.urandom, NOW + timedelta(hours=hour))
    assert source.asked == {DOCUMENT: 1}
    source.table[DOCUMENT] = {**source.table[DOCUMENT], "authorization_endpoint": "https://b/"}
    url, _ = issuer.begin(BACK, os.urandom, NOW + timedelta(days=1))
    assert url.startswith("https://b/?")


def test_a_provider_that_does_not_answer_is_asked_at_most_once_a_minute() -> None:
    source = web()
    document, source.table[DOCUMENT] = source.table[DOCUMENT], 503
    issuer = Issuer(configuration(), source)
    for second in range(60):
        with pytest.raises(ProviderError):
            issuer.service(signed(access_claims()), NOW + timedelta(seconds=second))
    assert source.asked == {DOCUMENT: 1}
    source.table[DOCUMENT] = document
    later = NOW + timedelta(seconds=60)
    assert issuer.service(signed(access_claims()), later).subject == "f3b1"


def test_guessing_reaches_the_provider_once_a_minute_and_a_rotated_key_is_found() -> None:
    source = web()
    issuer = Issuer(configuration(), source)
    guesses = [signed(access_claims(), kid=f"guess-{number}") for number in range(30)]
    for guess in guesses:
        with pytest.raises(UnauthenticatedError) as caught:
            issuer.service(guess, NOW)
        assert caught.value.reason == "unknown_key"
    assert source.asked[JWKS] == 1
    source.table[JWKS] = published(key("ES256", "two"))
    later = NOW + timedelta(minutes=1)
    rotated = signed(access_claims(), "ES256", key("ES256", "two"))
    assert issuer.service(rotated, later).subject == "f3b1"


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError) as caught:
        Issuer(configuration(), web())
    assert caught.value.hint == "pip install 'underwriter[oidc]'"
