"""Why a credential is refused: one word for the operator, one sentence for who asked."""

from __future__ import annotations

from typing import Literal

from governance.kernel.errors import UnauthenticatedError

Reason = Literal[
    "malformed",
    "bad_algorithm",
    "unknown_key",
    "bad_signature",
    "missing_claim",
    "wrong_issuer",
    "wrong_audience",
    "wrong_party",
    "wrong_type",
    "wrong_nonce",
    "wrong_access_token",
    "expired",
    "not_yet_valid",
    "stale",
    "sign_in_expired",
    "wrong_state",
    "wrong_provider",
    "provider_refused",
    "code_refused",
]

_NOT_VALID = "the credential is not valid"
_SIGN_IN = "the sign-in is not valid"
_AGAIN = "begin the sign-in again"
_CLOCKS = "if it should be valid, compare the clocks of this machine and of the identity provider"
# Times are looked at behind the signature, so these sentences tell a guesser nothing.
_TOLD: dict[Reason, tuple[str, str | None]] = {
    "expired": ("the credential has expired", None),
    "stale": ("the credential has expired", _CLOCKS),
    "not_yet_valid": ("the credential is not valid yet", _CLOCKS),
    "sign_in_expired": ("the sign-in took too long", _AGAIN),
    "wrong_state": (_SIGN_IN, _AGAIN),
    "wrong_provider": (_SIGN_IN, _AGAIN),
    "provider_refused": ("the identity provider refused the sign-in", None),
    "code_refused": (_SIGN_IN, _AGAIN),
}
_SHOWN = 200


def refused(reason: Reason, detail: str | None = None) -> UnauthenticatedError:
    """Return the error; ``detail`` may hold text of others, and is made fit for a log."""
    message, hint = _TOLD.get(reason, (_NOT_VALID, None))
    shown = None if detail is None else printable(detail)
    return UnauthenticatedError(message, reason=reason, detail=shown, hint=hint)


def printable(text: str) -> str:
    """Return the beginning of a text of others: one line of ASCII, the rest escaped."""
    return ascii(text[:_SHOWN])[1:-1][:_SHOWN]
