"""Asking an identity provider: https, no redirects, short waits, bounded answers."""

from __future__ import annotations

import http.client
import ipaddress
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from governance.kernel.documents import parse_json
from governance.kernel.errors import InputError, StorageError
from governance.kernel.web import (
    OPENER,
    REDIRECTS,
    Now,
    TooLongError,
    TooSlowError,
    is_web_url,
    read_bounded,
)

MAX_ANSWER_BYTES = 512 * 1024
TIMEOUT = 10.0  # seconds, for the connection and for the whole answer each


class ProviderError(StorageError):
    """The identity provider gave no usable answer; the message holds none of its text."""


@dataclass(frozen=True)
class WebAnswer:
    """An answer that is no redirect."""

    status: int
    body: bytes


class Web(Protocol):
    """What can be asked; both raise ProviderError where no answer comes."""

    def get(self, url: str) -> WebAnswer:
        """Return the answer to a GET."""
        ...

    def post(self, url: str, form: Mapping[str, str], authorization: str | None) -> WebAnswer:
        """Return the answer to a form; ``authorization`` is the header of that name."""
        ...


class UrlWeb:
    """The web as it is."""

    def __init__(self, *, timeout: float = TIMEOUT, now: Now = time.monotonic) -> None:
        self._timeout, self._now = timeout, now

    def get(self, url: str) -> WebAnswer:
        """Return the answer to a GET."""
        return self._ask(_request(url, None))

    def post(self, url: str, form: Mapping[str, str], authorization: str | None) -> WebAnswer:
        """Return the answer to a form."""
        request = _request(url, urlencode(form).encode())
        request.add_header("Content-Type", "application/x-www-form-urlencoded")
        if authorization is not None:
            request.add_unredirected_header("Authorization", authorization)
        return self._ask(request)

    def _ask(self, request: urllib.request.Request) -> WebAnswer:
        try:
            with OPENER.open(request, timeout=self._timeout) as response:
                return WebAnswer(response.status, self._read(response))
        except urllib.error.HTTPError as error:
            with error:
                return self._refusal(request, error)
        except TooLongError:
            raise _unusable(request, f"has more than {MAX_ANSWER_BYTES // 1024} KiB") from None
        except TooSlowError:
            raise _unusable(request, f"was not whole within {self._timeout:g} s") from None
        except (OSError, http.client.HTTPException) as error:
            kind = type(getattr(error, "reason", error)).__name__
            raise _unusable(request, f"did not come ({kind})") from None

    def _refusal(self, request: urllib.request.Request, error: urllib.error.HTTPError) -> WebAnswer:
        if error.code in REDIRECTS:
            raise _unusable(request, "is a redirect, which is not followed")
        try:
            return WebAnswer(error.code, error.read(MAX_ANSWER_BYTES))
        except (OSError, http.client.HTTPException):
            return WebAnswer(error.code, b"")

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        return read_bounded(response, limit=MAX_ANSWER_BYTES, seconds=self._timeout, now=self._now)


def json_object(answer: WebAnswer, url: str) -> dict[str, object]:
    """Return the JSON object of an answer 200; raises ProviderError on any other."""
    if answer.status != 200:
        raise _unfit(url, f"has the status {answer.status}")
    try:
        data = parse_json(answer.body.decode(), "answer")
    except (InputError, UnicodeDecodeError):
        raise _unfit(url, "is no JSON") from None
    if not isinstance(data, dict):
        raise _unfit(url, "is no JSON object")
    return data


def is_trustworthy(url: str, *, plain: bool = True) -> bool:
    """Return whether a URL is https, or (``plain``) http on this machine itself."""
    if not is_web_url(url):
        return False
    parts = urlsplit(url)
    return parts.scheme == "https" or (plain and is_loopback(parts.hostname or ""))


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine: localhost, 127.0.0.0/8, ::1."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _request(url: str, data: bytes | None) -> urllib.request.Request:
    headers = {"Accept": "application/json"}
    return urllib.request.Request(url, data=data, headers=headers)  # noqa: S310 - callers check


def _unusable(request: urllib.request.Request, what: str) -> ProviderError:
    return _unfit(request.full_url, what)


def _unfit(url: str, what: str) -> ProviderError:
    # The host alone: a path may have come from the provider.
    return ProviderError(f"the identity provider's answer from {urlsplit(url).netloc} {what}")
