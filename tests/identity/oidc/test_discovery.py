"""What a provider says about itself, and what is not believed."""

from __future__ import annotations

from typing import Any

import pytest

from governance.identity.oidc.discovery import PATH, discover
from governance.identity.oidc.signatures import ALGORITHMS
from governance.identity.oidc.web import ProviderError, is_loopback, is_trustworthy
from governance.kernel.errors import InputError
from tests.identity.oidc.doubles import DOCUMENT, ISSUER, FakeWeb, provider, web


def test_a_provider_is_read_from_its_document() -> None:
    found = provider(web(code_challenge_methods_supported=["plain", "S256"], unknown={"a": 1}))
    assert (found.issuer, found.jwks_uri) == (ISSUER, f"{ISSUER}/jwks")
    assert found.algorithms == tuple(sorted(ALGORITHMS))
    assert (found.scopes, found.names_itself) == (("openid", "profile", "email"), False)


def test_groups_are_asked_for_where_the_provider_has_such_a_scope() -> None:
    found = provider(web(scopes_supported=["openid", "groups", "email", "offline_access"]))
    assert found.scopes == ("openid", "email", "groups")


def test_only_algorithms_accepted_here_are_kept() -> None:
    source = web(id_token_signing_alg_values_supported=["none", "HS256", "RS256", "ES256"])
    assert discover(ISSUER, source, {"RS256", "PS256"}).algorithms == ("RS256",)


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": f"{ISSUER}/"},
        {"issuer": ISSUER.upper()},
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"jwks_uri": None},
        {"jwks_uri": "http://login.example.org/jwks"},
        {"jwks_uri": "http://127.0.0.1/jwks"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "https://"},
        {"jwks_uri": "https://user:word@login.example.org/jwks"},
        {"jwks_uri": "https://h/jwks#x"},
        {"token_endpoint": "http://localhost/token"},
        {"token_endpoint": "//login.example.org/token"},
        {"token_endpoint": 7},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://h/a?x=\r\nSet-Cookie: a=b"},
        {"authorization_endpoint": "https://h/a?x#y"},
        {"response_types_supported": ["id_token"]},
        {"code_challenge_methods_supported": ["plain"]},
        {"id_token_signing_alg_values_supported": ["none", "HS256"]},
        {"id_token_signing_alg_values_supported": "RS256"},
    ],
)
def test_a_document_that_cannot_be_trusted_is_an_error_of_the_provider(
    document: dict[str, Any],
) -> None:
    with pytest.raises(ProviderError) as caught:
        provider(web(**document))
    assert not any(text in str(caught.value) for text in ("evil", "word", "alert", "Cookie"))


@pytest.mark.parametrize(
    "answer", [404, 302, 500, b"", b"[]", b"<html>", b'{"issuer":1,"issuer":1}']
)
def test_an_answer_that_is_no_document_is_an_error_of_the_provider(answer: Any) -> None:
    with pytest.raises(ProviderError):
        discover(ISSUER, FakeWeb({ISSUER + PATH: answer}), ALGORITHMS)


@pytest.mark.parametrize(
    "issuer",
    ["http://login.example.org", "http://localhost.example.org", "http://127.0.0.1.example.org",
     "http://10.0.0.1", "ftp://127.0.0.1", "login.example.org", "", "https://h/?a=b", "https://h/#a",
     "https://a@h", "https://h /", "http://0x7f000001", "http://[::2]"],
)  # fmt: skip
def test_an_issuer_that_is_not_https_is_refused_before_it_is_asked(issuer: str) -> None:
    source = FakeWeb()
    with pytest.raises(InputError) as caught:
        discover(issuer, source, ALGORITHMS)
    assert caught.value.field == "oidc_issuer"
    assert not source.asked


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "[::1]", "localhost", "LOCALHOST"])
def test_plain_http_is_for_this_machine_alone(host: str) -> None:
    issuer = f"http://{host}:8080"
    document = {
        **DOCUMENT,
        "issuer": issuer,
        "jwks_uri": f"{issuer}/jwks",
        "token_endpoint": f"{issuer}/token",
    }
    found = discover(issuer, FakeWeb({issuer + PATH: document}), ALGORITHMS)
    assert found.jwks_uri == f"{issuer}/jwks"
    assert not is_trustworthy(issuer, plain=False)


def test_a_slash_at_the_end_of_an_issuer_is_kept_but_not_doubled() -> None:
    issuer = f"{ISSUER}/"
    found = discover(issuer, FakeWeb({ISSUER + PATH: {**DOCUMENT, "issuer": issuer}}), ALGORITHMS)
    assert found.issuer == issuer


@pytest.mark.parametrize(
    "host", ["", "localhost.", "0.0.0.0", "128.0.0.1", "::ffff:1", "localhost6"]
)
def test_other_hosts_are_not_this_machine(host: str) -> None:
    assert not is_loopback(host)
