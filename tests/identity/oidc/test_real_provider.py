"""Signing in at a provider that runs on this machine: discovery, code, tokens, all of it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from governance.identity.oidc.issuer import Issuer
from governance.identity.oidc.mapping import ExternalIdentity
from governance.identity.oidc.web import UrlWeb
from governance.kernel.clock import SystemClock
from governance.kernel.errors import UnauthenticatedError
from governance.kernel.web import OPENER
from tests.identity.oidc.doubles import BACK, configuration

pytestmark = pytest.mark.filterwarnings("ignore")  # of the provider's own thread


@pytest.fixture(scope="module")
def real() -> Iterator[str]:
    """A provider on this machine."""
    with warnings.catch_warnings(record=True):  # what it is made of is out of date
        from oidc_provider_mock import User, run_server_in_thread

    people = [
        User(sub="ada", claims={"preferred_username": "ada.l", "groups": ["risk", "staff"]}),
        User(sub="bob", claims={"email": "bob@example.org"}),
    ]
    with run_server_in_thread(user_claims=people, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


def at(real: str) -> Issuer:
    return Issuer(configuration(real, oidc_client_secret="hush"), UrlWeb())


def consent(url: str, **form: str) -> dict[str, str]:
    """What a browser brings back once somebody has said yes, or no."""
    location = ""
    try:
        OPENER.open(url, data=urlencode(form).encode(), timeout=10)
    except OSError as error:  # a redirect
        location = error.headers["Location"]  # type: ignore[attr-defined]
    assert location.startswith(BACK)
    return dict(parse_qsl(urlsplit(location).query))


@pytest.mark.parametrize(
    ("person", "name", "roles"),
    [("ada", "ada.l", ("auditor", "reader")), ("bob", "bob", ()), ("eve", "eve", ())],
)
def test_somebody_signs_in_at_a_real_provider(
    real: str, person: str, name: str, roles: tuple[str, ...]
) -> None:
    clock = SystemClock()
    issuer = at(real)
    url, pending = issuer.begin(BACK, os.urandom, clock.now())
    found = issuer.finish(pending, consent(url, sub=person), clock.now())
    assert found == ExternalIdentity(
        issuer=real, subject=person, name=name, kind="person", roles=roles
    )


def test_a_code_serves_once_and_in_its_own_sign_in(real: str) -> None:
    clock = SystemClock()
    issuer = at(real)
    url, pending = issuer.begin(BACK, os.urandom, clock.now())
    answer = consent(url, sub="ada")
    issuer.finish(pending, answer, clock.now())
    with pytest.raises(UnauthenticatedError) as caught:
        issuer.finish(pending, answer, clock.now())
    assert caught.value.reason == "code_refused"
    url, _ = issuer.begin(BACK, os.urandom, clock.now())
    _, mine = issuer.begin(BACK, os.urandom, clock.now())
    stolen = {**consent(url, sub="ada"), "state": mine.state}
    with pytest.raises(UnauthenticatedError) as caught:
        issuer.finish(mine, stolen, clock.now())
    assert caught.value.reason == "wrong_nonce"


def test_somebody_says_no_at_a_real_provider(real: str) -> None:
    clock = SystemClock()
    issuer = at(real)
    url, pending = issuer.begin(BACK, os.urandom, clock.now())
    answer = {**consent(url, action="deny"), "state": pending.state}
    with pytest.raises(UnauthenticatedError) as caught:
        issuer.finish(pending, answer, clock.now())
    assert caught.value.reason == "provider_refused"


def test_the_clock_of_this_machine_may_not_be_five_minutes_off(real: str) -> None:
    clock = SystemClock()
    issuer = at(real)
    for minutes, reason in ((5, "stale"), (-5, "not_yet_valid")):
        now = clock.now() + timedelta(minutes=minutes)
        url, pending = issuer.begin(BACK, os.urandom, now)
        with pytest.raises(UnauthenticatedError) as caught:
            issuer.finish(pending, consent(url, sub="ada"), now)
        assert caught.value.reason == reason
