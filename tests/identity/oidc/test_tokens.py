"""Tokens: what is taken, and every forgery that is not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, RSAKey

from governance.identity.oidc.purposes import verify_access_token
from governance.identity.oidc.signatures import ALGORITHMS
from governance.identity.oidc.tokens import MAX_TOKEN, Trust
from governance.kernel.errors import UnauthenticatedError
from tests.identity.oidc.asking import access_token, id_token, reason
from tests.identity.oidc.doubles import (
    AUDIENCE,
    ISSUER,
    NOW,
    access_claims,
    id_claims,
    key,
    published,
    raw,
    signed,
    trust,
    web,
)

MINUTES = 60
MOMENT = int(NOW.timestamp())


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_every_accepted_algorithm_signs(algorithm: str) -> None:
    source = web(key(algorithm))
    assert id_token(signed(id_claims(), algorithm), source).subject == "f3b1"
    assert access_token(signed(access_claims(), algorithm), source).audience == (AUDIENCE,)


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_the_signature_of_another_key_is_refused_under_every_algorithm(algorithm: str) -> None:
    kind, curve = ALGORITHMS[algorithm]
    other = key(algorithm, "two")
    forged = signed(id_claims(), algorithm, other, kid="one")
    assert reason(forged, web(key(algorithm))) == "bad_signature", (kind, curve)


@pytest.mark.parametrize(
    "name",
    ["none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512", "", "RS1", "ES256K", "Ed448",
     "dir", "A128KW", None, 1, ["RS256"]],
)  # fmt: skip
def test_an_algorithm_that_is_not_on_the_list_is_refused(name: Any) -> None:
    header, payload = {"alg": name, "kid": "one"}, json.dumps(id_claims()).encode()
    assert reason(raw(header, payload, lambda _: b"x")) == "bad_algorithm"
    assert reason(raw(header, payload)) == "malformed"


@pytest.mark.parametrize("form", ["pem", "der", "jwk", "n"])
def test_the_public_key_is_no_shared_secret(form: str) -> None:
    public = key()
    secret = {
        "pem": lambda: public.as_pem(private=False),  # type: ignore[union-attr]
        "der": lambda: public.as_der(private=False),  # type: ignore[union-attr]
        "jwk": lambda: json.dumps(public.as_dict(private=False)).encode(),
        "n": lambda: str(public.as_dict(private=False)["n"]).encode(),
    }[form]()
    token = raw(
        {"alg": "HS256", "kid": "one", "typ": "JWT"},
        json.dumps(id_claims()).encode(),
        lambda text: hmac.digest(secret, text, hashlib.sha256),
    )
    assert reason(token) == "bad_algorithm"


def test_an_algorithm_of_another_kind_of_key_is_refused() -> None:
    assert reason(signed(id_claims(), "ES256", key("ES256")), web(key())) == "bad_algorithm"
    assert reason(signed(id_claims(), "ES384", key("ES384")), web(key("ES256"))) == "bad_algorithm"


def test_an_algorithm_that_the_settings_leave_out_is_refused() -> None:
    narrow = Trust(ISSUER, frozenset({"ES256"}), trust().keys)
    with pytest.raises(UnauthenticatedError) as caught:
        verify_access_token(
            signed(access_claims()), narrow, audience=AUDIENCE, client_id="x", now=NOW
        )
    assert caught.value.reason == "bad_algorithm"


def test_an_unknown_key_id_is_refused() -> None:
    assert reason(signed(id_claims(), kid="two")) == "unknown_key"


def test_a_token_without_a_key_id_is_taken_where_one_key_is_for_its_algorithm() -> None:
    token = signed(id_claims(), kid=None)
    assert id_token(token, web(key(), key("ES256", "two"))).subject == "f3b1"
    assert reason(token, web(key(), key("RS256", "two"))) == "unknown_key"


@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c"])
@pytest.mark.parametrize("kid", ["one", "forged"])
def test_a_key_in_a_token_or_that_it_points_to_is_not_looked_at(member: str, kid: str) -> None:
    """Neither to be taken by a forger, nor to be stumbled over."""
    forger = RSAKey.generate_key(2048, {"kid": kid})
    given: dict[str, Any] = {
        "jwk": forger.as_dict(private=False),
        "jku": "https://evil.example/jwks",
        "x5u": "https://evil.example/cert",
        "x5c": [base64.b64encode(b"certificate").decode()],
    }
    source = web()
    source.table["https://evil.example/jwks"] = published(forger)
    forged = signed(id_claims(), "RS256", forger, **{member: given[member]})
    assert reason(forged, source) == ("bad_signature" if kid == "one" else "unknown_key")
    assert not [url for url in source.asked if "evil" in url]
    assert id_token(signed(id_claims(), **{member: given[member]})).subject == "f3b1"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"exp": MOMENT - 5 * MINUTES}, "expired"),
        ({"exp": MOMENT - 60}, "expired"),
        ({"nbf": MOMENT + 5 * MINUTES}, "not_yet_valid"),
        ({"nbf": MOMENT + 61}, "not_yet_valid"),
        ({"iat": MOMENT + 5 * MINUTES}, "not_yet_valid"),
        ({"exp": None}, "missing_claim"),
        ({"iat": None}, "missing_claim"),
        ({"iss": None}, "missing_claim"),
        ({"sub": None}, "missing_claim"),
        ({"aud": None}, "missing_claim"),
        ({"exp": str(MOMENT + 300)}, "malformed"),
        ({"exp": True}, "malformed"),
        ({"exp": 10**400}, "malformed"),
        ({"iat": [MOMENT]}, "malformed"),
        ({"nbf": {}}, "malformed"),
        ({"sub": ""}, "malformed"),
        ({"sub": 7}, "malformed"),
        ({"sub": " f3b1"}, "malformed"),
        ({"sub": "f3b1\n"}, "malformed"),
        ({"sub": "ѕub"}, "malformed"),
        ({"sub": "x" * 256}, "malformed"),
        ({"iss": f"{ISSUER}/"}, "wrong_issuer"),
        ({"iss": ISSUER.upper()}, "wrong_issuer"),
        ({"iss": "https://login.example.org"}, "wrong_issuer"),
        ({"iss": [ISSUER]}, "wrong_issuer"),
        ({"aud": []}, "malformed"),
        ({"aud": [1]}, "malformed"),
        ({"aud": {}}, "malformed"),
        ({"aud": "else"}, "wrong_audience"),
        ({"aud": ["else", "more"], "azp": "else"}, "wrong_audience"),
        ({"aud": ""}, "wrong_audience"),
    ],
)
@pytest.mark.parametrize("service", [False, True])
def test_a_claim_that_is_not_as_it_must_be_is_refused(
    changes: dict[str, Any], expected: str, service: bool
) -> None:
    claims = access_claims(**changes) if service else id_claims(**changes)
    assert reason(signed(claims), service=service) == expected


def test_an_infinite_expiry_is_no_date() -> None:
    payload = json.dumps(access_claims(exp=0)).replace('"exp": 0', '"exp": 1e999').encode()
    assert reason(signed(payload), service=True) == "malformed"


@pytest.mark.parametrize("seconds", [-59, 59])
def test_clocks_may_differ_by_less_than_a_minute(seconds: int) -> None:
    there = MOMENT + seconds
    claims = id_claims(iat=there, nbf=there, exp=there + 1)
    assert id_token(signed(claims)).subject == "f3b1"


@pytest.mark.parametrize(
    "header",
    [{"crit": ["exp"]}, {"crit": []}, {"b64": False}, {"b64": False, "crit": ["b64"]},
     {"b64": True}, {"enc": "A256GCM"}, {"zip": "DEF"}, {"cty": "JWT"}, {"cty": "application/jwt"},
     {"typ": 7}, {"kid": 7}, {"kid": ""}, {"kid": "x" * 501}, {"kid": ["one"]}],
)  # fmt: skip
def test_a_header_that_asks_for_more_is_refused(header: dict[str, Any]) -> None:
    assert reason(signed(id_claims(), **header)) == "malformed"


def test_unknown_members_of_a_header_are_ignored() -> None:
    assert id_token(signed(id_claims(), extra={"a": 1})).subject == "f3b1"


@pytest.mark.parametrize("name", ["sub", "exp", "aud", "extra"])
def test_a_name_that_stands_twice_is_refused(name: str) -> None:
    claims = json.dumps(id_claims(extra="1"))
    twice = claims[:-1] + f', "{name}": {json.dumps(id_claims(extra="1")[name])}}}'
    assert reason(signed(twice.encode())) == "malformed"


def test_a_name_that_stands_twice_in_the_header_is_refused() -> None:
    header = b'{"alg":"none","alg":"RS256","kid":"one"}'
    token = raw(header, json.dumps(id_claims()).encode(), lambda _: b"x")
    assert reason(token) == "malformed"


@pytest.mark.parametrize(
    "payload",
    [b"", b"[]", b"null", b'"text"', b"{", b"\xff\xfe", b"{} {}", b'{"a": NaN}',
     b'{"a":' * 200 + b"1" + b"}" * 200],
)  # fmt: skip
def test_a_payload_that_is_no_object_is_refused(payload: bytes) -> None:
    assert reason(signed(payload)) == "malformed"


GOOD = signed(id_claims())


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "a.b.c", "a" * 1_000_000, f"{GOOD}{'A' * 1_000_000}", GOOD + "\n", " " + GOOD,
     GOOD.replace(".", ". "), GOOD.replace(".", "\t."), f"Bearer {GOOD}", f"{GOOD}.", f".{GOOD}",
     f"{GOOD}==", GOOD.rsplit(".", 1)[0], GOOD.rsplit(".", 1)[0] + ".", f"{GOOD}.a.b", "é.é.é",
     GOOD.replace("e", "е", 1), GOOD.replace(".", "\u2024"), "\ud800.a.b", "\0.a.b",
     json.dumps({"protected": "a", "payload": "b", "signature": "c"})],
)  # fmt: skip
def test_what_is_no_compact_token_is_refused(token: str) -> None:
    assert reason(token) == "malformed"


def test_a_token_may_be_large_but_not_too_large() -> None:
    assert id_token(signed(id_claims(groups=["g" * 36] * 400))).subject == "f3b1"
    large = signed(id_claims(more="x" * MAX_TOKEN))
    assert reason(large) == "malformed"


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
@given(data=st.data())
def test_any_one_character_changed_is_refused(algorithm: str, data: st.DataObject) -> None:
    token = signed(id_claims(), algorithm)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(
        st.sampled_from(string.ascii_letters + string.digits + "-_.")
        | st.characters(exclude_categories=[]),
    )
    changed = token[:place] + other + token[place + 1 :]
    if changed != token:
        reason(changed, web(key(algorithm)))


@given(cut=st.integers(0, len(GOOD) - 1))
def test_a_truncated_token_is_refused(cut: int) -> None:
    reason(GOOD[:cut])
    reason(GOOD[cut + 1 :])


@given(st.text() | st.lists(st.binary(max_size=30), min_size=3, max_size=3))
def test_no_text_breaks_the_reading(text: str | list[bytes]) -> None:
    token = text
    if isinstance(text, list):
        token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in text)
    reason(str(token), service=True)


def test_a_signature_on_another_curve_is_refused() -> None:
    small = ECKey.generate_key("P-256", {"kid": "one"})
    forged = signed(id_claims(), "ES256", small)
    assert reason(forged, web(key("ES512"))) == "bad_algorithm"
