"""The claims that every token must have (RFC 7519, 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from governance.identity.oidc.refusals import Reason, refused

LEEWAY = timedelta(seconds=60)  # what clocks may differ by
MAX_SUBJECT = 255  # characters (OpenID Connect Core 1.0, 2)
MAX_AUDIENCES = 100


def check_issuer(claims: Mapping[str, Any], issuer: str) -> None:
    """Refuse a token of another issuer; the names are compared letter by letter."""
    if _needed(claims, "iss") != issuer:
        raise refused("wrong_issuer")


def check_subject(claims: Mapping[str, Any]) -> None:
    """Refuse a subject that is no printable ASCII: it is compared with stored ones."""
    subject = _needed(claims, "sub")
    if not isinstance(subject, str) or not (0 < len(subject) <= MAX_SUBJECT):
        raise refused("malformed", "no subject")
    if not (subject.isascii() and subject.isprintable() and subject.strip() == subject):
        raise refused("malformed", "no subject")


def audience(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Return for whom a token is."""
    found = _needed(claims, "aud")
    listed = found if isinstance(found, list) else [found]
    if not 0 < len(listed) <= MAX_AUDIENCES or not all(isinstance(one, str) for one in listed):
        raise refused("malformed", "no audience")
    return tuple(listed)


def check_times(claims: Mapping[str, Any], now: datetime) -> None:
    """Refuse what has expired or is not valid yet, give or take LEEWAY."""
    seconds, leeway = now.timestamp(), LEEWAY.total_seconds()
    if seconds >= moment(claims, "exp") + leeway:
        raise refused("expired")
    begins = [moment(claims, "iat")] + ([moment(claims, "nbf")] if "nbf" in claims else [])
    if any(seconds + leeway < begin for begin in begins):
        raise refused("not_yet_valid")


def check_fresh(claims: Mapping[str, Any], now: datetime) -> None:
    """Refuse what was not issued just now, give or take LEEWAY."""
    if moment(claims, "iat") < now.timestamp() - LEEWAY.total_seconds():
        raise refused("stale")


def moment(claims: Mapping[str, Any], name: str) -> float:
    """Return a NumericDate in seconds since 1970."""
    value = _needed(claims, name)
    if type(value) not in (int, float) or abs(value) > 1e15:
        raise refused("malformed", f"{name} is no date")
    return float(value)


def check_party(claims: Mapping[str, Any], names: tuple[str, ...], audiences: int) -> None:
    """Refuse a token for several audiences that does not say to whom it was issued."""
    parties = [claims[name] for name in names if name in claims]
    if not all(isinstance(party, str) and party for party in parties):
        raise refused("malformed", "no authorized party")
    if audiences > 1 and not parties:
        raise refused("wrong_party")


def text(claims: Mapping[str, Any], name: str, reason: Reason) -> str | None:
    """Return a claim that is text where it is there; refuses one that is something else."""
    value = claims.get(name)
    if value is not None and not isinstance(value, str):
        raise refused(reason, f"{name} is no text")
    return value


def _needed(claims: Mapping[str, Any], name: str) -> Any:
    value = claims.get(name)
    if value is None:
        raise refused("missing_claim", name)
    return value
