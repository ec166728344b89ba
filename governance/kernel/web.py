"""Asking over HTTP: no redirects, answers bounded in bytes and in time."""

from __future__ import annotations

import http.client
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

_PIECE = 64 * 1024
Now = Callable[[], float]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an error: following one would hand what was sent to another host."""

    def redirect_request(self, *_: Any) -> None:
        """Follow nothing."""


OPENER = urllib.request.build_opener(NoRedirect)
REDIRECTS = {301, 302, 303, 307, 308}


class TooLongError(Exception):
    """The answer has more bytes than are read."""


class TooSlowError(Exception):
    """The answer was not whole in time."""


def read_bounded(
    response: http.client.HTTPResponse, *, limit: int, seconds: float, now: Now
) -> bytes:
    """Return the whole answer, bounded in bytes, and in time where it only trickles.

    Raises TooLongError, TooSlowError, and what the connection raises.
    """
    raw, until = bytearray(), now() + seconds
    while piece := response.read1(_PIECE):
        raw += piece
        if len(raw) > limit:
            raise TooLongError
        if now() > until:
            raise TooSlowError
    return bytes(raw)


def is_web_url(url: str) -> bool:
    """Return whether a URL can be the base of others: http or https, a host, no query."""
    if not (url.isascii() and url.isprintable()) or set(url) & set(" ?#@"):
        return False
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where it is no number
        (parts.hostname or "").encode("idna")
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
