"""The key set of a provider: which keys are taken, and how seldom it is asked."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey

from governance.identity.oidc.keys import FRESH, MAX_KEYS, USABLE, KeyCache
from governance.identity.oidc.signatures import read_key
from governance.identity.oidc.web import ProviderError, WebAnswer
from governance.kernel.errors import MissingExtraError, UnauthenticatedError
from tests.identity.oidc.doubles import JWKS, NOW, FakeWeb, encoded, key, published, web

SECOND = timedelta(seconds=1)
LONG_EXPONENT = encoded((2**80 + 1).to_bytes(11, "big")).decode()  # valid, and slow


def public(algorithm: str = "RS256", **changes: Any) -> dict[str, Any]:
    return {**key(algorithm).as_dict(private=False), **changes}


def reason(cache: KeyCache, kid: str | None, algorithm: str = "RS256", at: Any = NOW) -> str:
    with pytest.raises(UnauthenticatedError) as caught:
        cache.find(kid, algorithm, at)
    return caught.value.reason


def test_a_rotated_key_is_found_after_one_more_look() -> None:
    source = web(key())
    cache = KeyCache(JWKS, source)
    assert cache.find("one", "RS256", NOW).kid == "one"
    source.table[JWKS] = published(key(), key("RS256", "two"))
    later = NOW + timedelta(minutes=1)
    assert cache.find("two", "RS256", later).kid == "two"
    assert source.asked[JWKS] == 2


def test_guessing_key_ids_asks_the_provider_at_most_once_a_minute() -> None:
    source = web(key())
    cache = KeyCache(JWKS, source)
    for second in range(180):
        reason(cache, f"guess-{second}", at=NOW + second * SECOND)
    assert source.asked[JWKS] == 3
    source.table[JWKS] = published(key(), key("RS256", "two"))
    assert reason(cache, "two", at=NOW + 179 * SECOND) == "unknown_key"
    assert cache.find("two", "RS256", NOW + 180 * SECOND).kid == "two"


def test_callers_whose_clocks_differ_a_little_ask_no_more_often() -> None:
    source = web(key())
    cache = KeyCache(JWKS, source)
    for step in (0, -1, 1, -2, 2, -30, 30):
        reason(cache, "guess", at=NOW + step * SECOND)
    assert source.asked[JWKS] == 1


def test_a_clock_that_was_set_back_does_not_lock_new_keys_out() -> None:
    source = web(key())
    cache = KeyCache(JWKS, source)
    cache.find("one", "RS256", NOW)
    source.table[JWKS] = published(key("RS256", "two"))
    assert cache.find("two", "RS256", NOW - timedelta(days=2)).kid == "two"


def test_a_key_that_the_provider_took_back_is_forgotten_within_the_hour() -> None:
    source = web(key())
    cache = KeyCache(JWKS, source)
    cache.find("one", "RS256", NOW)
    source.table[JWKS] = published(key("RS256", "two"))
    assert cache.find("one", "RS256", NOW + FRESH - SECOND).kid == "one"
    assert reason(cache, "one", at=NOW + FRESH) == "unknown_key"


def test_keys_outlive_a_provider_that_does_not_answer_by_a_day_at_most() -> None:
    source = web(key())
    cache = KeyCache(JWKS, source)
    cache.find("one", "RS256", NOW)
    source.table[JWKS] = ProviderError("down")
    for hour in range(1, 24):
        assert cache.find("one", "RS256", NOW + timedelta(hours=hour)).kid == "one"
    assert reason(cache, "two", at=NOW + timedelta(hours=23, minutes=5)) == "unknown_key"
    with pytest.raises(ProviderError):
        cache.find("one", "RS256", NOW + USABLE)


def test_a_provider_that_never_answered_is_asked_again_after_a_minute() -> None:
    source = FakeWeb({JWKS: 503})
    cache = KeyCache(JWKS, source)
    for second in range(60):
        with pytest.raises(ProviderError):
            cache.find("one", "RS256", NOW + second * SECOND)
    assert source.asked[JWKS] == 1
    source.table[JWKS] = published(key())
    assert cache.find("one", "RS256", NOW + 60 * SECOND).kid == "one"


@pytest.mark.parametrize("known", [False, True])
def test_threads_that_look_at_once_share_one_look(known: bool) -> None:
    started = threading.Barrier(8)

    class Slow(FakeWeb):
        def get(self, url: str) -> WebAnswer:
            answer = super().get(url)
            threading.Event().wait(0.05)
            return answer

    source = Slow({JWKS: published(key())})
    cache = KeyCache(JWKS, source)
    moment = NOW
    if known:
        cache.find("one", "RS256", NOW)
        source.table[JWKS] = published(key(), key("RS256", "two"))
        moment += timedelta(minutes=5)
    kid = "two" if known else "one"

    def look(_: int) -> str | None:
        started.wait()
        return cache.find(kid, "RS256", moment).kid

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(look, range(8))) == {kid}
    assert source.asked[JWKS] == (2 if known else 1)


def test_known_keys_are_found_while_another_thread_waits_for_the_provider() -> None:
    asked, go_on = threading.Event(), threading.Event()

    class Stuck(FakeWeb):
        def get(self, url: str) -> WebAnswer:
            if self.asked[url]:
                asked.set()
                assert go_on.wait(10)
            return super().get(url)

    cache = KeyCache(JWKS, Stuck({JWKS: published(key())}))
    cache.find("one", "RS256", NOW)
    later = NOW + 2 * FRESH
    with ThreadPoolExecutor(1) as pool:
        guess = pool.submit(reason, cache, "guess", "RS256", later)
        assert asked.wait(10)
        assert cache.find("one", "RS256", later).kid == "one"
        go_on.set()
        assert guess.result() == "unknown_key"


@pytest.mark.parametrize(
    "changes",
    [{"use": "enc"}, {"use": "other"}, {"use": ["sig"]}, {"key_ops": ["sign"]},
     {"key_ops": "verify"}, {"alg": "RSA-OAEP"}, {"alg": "HS256"}, {"alg": "none"}, {"alg": 7},
     {"kty": "oct"}, {"kty": "rsa"}, {"kty": None}, {"kty": []}, {"kid": 7}, {"n": ""},
     {"n": "!"}, {"n": 7}, {"n": None}, {"e": ""}, {"e": "AA"}, {"e": LONG_EXPONENT}, {"e": 65537},
     {"n": "_" * 2000}, {"d": "AQAB"}],
)  # fmt: skip
def test_a_key_that_is_not_for_signatures_is_left_out(changes: dict[str, Any]) -> None:
    assert read_key(public()) is not None
    assert read_key(public(**changes)) is None


@pytest.mark.parametrize("changes", [{"crv": "P-384"}, {"crv": "secp256k1"}, {"x": "AA"}, {"y": 7},
                                     {"y": "A" * 43}])  # fmt: skip
def test_a_point_that_is_on_no_curve_is_left_out(changes: dict[str, Any]) -> None:
    assert read_key(public("ES256")) is not None
    assert read_key(public("ES256", **changes)) is None


def test_a_key_for_encryption_only_is_no_okp_key_for_signatures() -> None:
    assert read_key(public("EdDSA", crv="X25519")) is None
    assert read_key(public("EdDSA", crv="Ed448")) is None


@pytest.mark.parametrize("data", [None, [], "key", 7, {}])
def test_what_is_no_key_is_left_out(data: object) -> None:
    assert read_key(data) is None


def test_symmetric_keys_private_keys_and_short_ones_are_refused() -> None:
    secret = OctKey.generate_key(256, {"kid": "secret"}).as_dict(private=True)
    private = {**key().as_dict(private=True), "kid": "private"}
    with pytest.warns(match="2048"):
        short = RSAKey.generate_key(1024, {"kid": "short"}).as_dict(private=False)
    source = FakeWeb({JWKS: {"keys": [secret, private, short, public()]}})
    cache = KeyCache(JWKS, source)
    assert [reason(cache, kid) for kid in ("secret", "private", "short")] == ["unknown_key"] * 3
    assert cache.find("one", "RS256", NOW).kid == "one"


@pytest.mark.parametrize("use", [{}, {"use": "sig"}, {"key_ops": ["verify"]}, {"alg": "PS256"}])
def test_a_key_for_signatures_is_taken(use: dict[str, Any]) -> None:
    found = read_key(public(**use))
    assert found is not None
    assert ("PS256" in found.algorithms, "RS256" in found.algorithms) == (True, "alg" not in use)


def test_two_keys_of_one_id_are_told_apart_by_their_algorithm_or_not_at_all() -> None:
    keys = {"keys": [public("RS256"), public("ES256"), public("PS256")]}
    cache = KeyCache(JWKS, FakeWeb({JWKS: keys}))
    assert cache.find("one", "ES256", NOW).algorithms == {"ES256"}
    assert reason(cache, "one", "RS256") == "unknown_key"
    assert reason(cache, "one", "EdDSA") == "bad_algorithm"


@pytest.mark.parametrize(
    "answer",
    [404, 500, b"", b"[]", b"{", b"\xff", b'{"keys": 1}', b'{"keys": [], "keys": []}', {},
     {"keys": [{}] * (MAX_KEYS + 1)}],
)  # fmt: skip
def test_what_is_no_key_set_is_an_error_of_the_provider(answer: Any) -> None:
    with pytest.raises(ProviderError) as caught:
        KeyCache(JWKS, FakeWeb({JWKS: answer})).find("one", "RS256", NOW)
    assert (caught.value.http_status, caught.value.exit_code) == (503, 3)


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError) as caught:
        KeyCache(JWKS, web())
    assert caught.value.extra == "oidc"
