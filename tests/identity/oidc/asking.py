"""Asking whether a token is taken."""

from __future__ import annotations

from typing import Any

import pytest

from governance.identity.oidc.purposes import verify_access_token, verify_id_token
from governance.identity.oidc.tokens import OpenedToken
from governance.kernel.errors import UnauthenticatedError
from tests.identity.oidc.doubles import (
    AUDIENCE,
    CLIENT,
    NONCE,
    NOW,
    FakeWeb,
    provider,
    trust,
)

NOT_VALID = "the credential is not valid"


def id_token(token: str, source: FakeWeb | None = None, **more: Any) -> OpenedToken:
    given: dict[str, Any] = {"nonce": NONCE, "access_token": None, "now": NOW, **more}
    return verify_id_token(token, trust(source), provider(source), client_id=CLIENT.id, **given)


def access_token(token: str, source: FakeWeb | None = None, **more: Any) -> OpenedToken:
    given: dict[str, Any] = {"audience": AUDIENCE, "client_id": CLIENT.id, "now": NOW, **more}
    return verify_access_token(token, trust(source), **given)


def reason(token: str, source: FakeWeb | None = None, *, service: bool = False, **more: Any) -> str:
    """Why a token is refused; what is told never holds more than the sentence."""
    with pytest.raises(UnauthenticatedError) as caught:
        (access_token if service else id_token)(token, source, **more)
    error = caught.value
    assert (error.code, error.http_status, error.exit_code) == ("unauthenticated", 401, 2)
    timely = {"expired", "stale", "not_yet_valid"}
    assert (error.message == NOT_VALID and error.hint is None) != (error.reason in timely)
    return error.reason
