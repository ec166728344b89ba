"""ID tokens and access tokens: one is not taken for the other, and each is for whom it names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.identity.oidc.asking import access_token, id_token, reason
from tests.identity.oidc.doubles import (
    AUDIENCE,
    CLIENT,
    NONCE,
    NOW,
    access_claims,
    half_digest,
    id_claims,
    key,
    signed,
    web,
)

MINUTES = 60
MOMENT = int(NOW.timestamp())


def test_an_id_token_is_signed_as_the_provider_says_that_it_signs() -> None:
    source = web(key("PS256"), id_token_signing_alg_values_supported=["RS256"])
    assert reason(signed(id_claims(), "PS256"), source) == "bad_algorithm"
    assert access_token(signed(access_claims(), "PS256"), source).subject == "f3b1"


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_clock_five_minutes_off_is_refused_at_a_sign_in(minutes: int) -> None:
    now = NOW + timedelta(minutes=minutes)
    claims = id_claims(exp=MOMENT + 3600)
    assert reason(signed(claims), now=now) == ("stale" if minutes > 0 else "not_yet_valid")


def test_an_older_access_token_is_taken_until_it_expires() -> None:
    claims = access_claims(iat=MOMENT - 3000, exp=MOMENT + 10)
    assert access_token(signed(claims)).subject == "f3b1"


def test_several_audiences_need_an_authorized_party() -> None:
    several = [AUDIENCE, CLIENT.id, "else"]
    assert reason(signed(id_claims(aud=several))) == "wrong_party"
    assert id_token(signed(id_claims(aud=several, azp=CLIENT.id))).audience == tuple(several)
    assert reason(signed(id_claims(aud=several, azp="else"))) == "wrong_party"
    assert reason(signed(id_claims(azp="else"))) == "wrong_party"
    assert reason(signed(id_claims(azp=7))) == "malformed"
    bare = access_claims(aud=[AUDIENCE, "else"], client_id=None)
    assert reason(signed(bare), service=True) == "wrong_party"
    assert access_token(signed({**bare, "azp": "ledger-sync"})).subject == "f3b1"


@pytest.mark.parametrize("nonce", [None, "", "other", NONCE[:-1], NONCE + " ", "\ud800", 7])
def test_another_nonce_is_refused(nonce: Any) -> None:
    assert reason(signed(id_claims(nonce=nonce))) == "wrong_nonce"


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [("RS256", "sha256"), ("ES384", "sha384"), ("PS512", "sha512"), ("EdDSA", "sha512"),
     ("Ed25519", "sha512")],
)  # fmt: skip
def test_the_access_token_that_came_along_is_the_one_that_is_meant(
    algorithm: str, digest: str
) -> None:
    token = signed(id_claims(at_hash=half_digest("access", digest)), algorithm)
    source = web(key(algorithm))
    assert id_token(token, source, access_token="access").subject == "f3b1"
    assert reason(token, source, access_token="other") == "wrong_access_token"
    assert reason(token, source, access_token=None) == "wrong_access_token"


def test_an_id_token_is_no_access_token() -> None:
    same = {"audience": CLIENT.id}
    assert reason(signed(id_claims()), service=True, **same) == "wrong_type"
    assert reason(signed(id_claims(nonce=None)), service=True, **same) == "wrong_type"
    assert reason(signed(access_claims(at_hash="x")), service=True) == "wrong_type"
    assert reason(signed(access_claims(typ="ID")), service=True) == "wrong_type"
    both = access_claims(aud=[AUDIENCE, CLIENT.id])
    assert reason(signed(both), service=True) == "wrong_type"
    assert access_token(signed(both, typ="at+jwt")).subject == "f3b1"
    assert access_token(signed({**both, "typ": "Bearer"})).subject == "f3b1"


def test_an_access_token_is_no_id_token() -> None:
    assert reason(signed(id_claims(), typ="at+jwt")) == "wrong_type"
    assert reason(signed(id_claims(typ="Bearer"))) == "wrong_type"
    assert reason(signed(access_claims())) == "wrong_audience"


@pytest.mark.parametrize("kind", ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", None])
def test_the_types_of_access_tokens(kind: str | None) -> None:
    assert access_token(signed(access_claims(), typ=kind)).subject == "f3b1"


@pytest.mark.parametrize("kind", ["logout+jwt", "secevent+jwt", "dpop+jwt", "refresh", ""])
def test_a_token_for_something_else_is_refused(kind: str) -> None:
    assert reason(signed(access_claims(), typ=kind), service=True) == "wrong_type"
    assert reason(signed(id_claims(), typ=kind)) == "wrong_type"


@pytest.mark.parametrize("payload_typ", ["Refresh", "Offline", "Logout", 7, ""])
def test_other_tokens_of_keycloak_are_refused(payload_typ: Any) -> None:
    assert reason(signed(access_claims(typ=payload_typ)), service=True) == "wrong_type"
