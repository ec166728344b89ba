"""The one way to a model behind OpenAI's ``/chat/completions``: patient, bounded, no redirects."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from governance.kernel.errors import InputError, StorageError
from governance.kernel.secrets import without_secrets
from governance.kernel.value import Value
from governance.kernel.web import (
    OPENER,
    REDIRECTS,
    Now,
    TooLongError,
    TooSlowError,
    is_web_url,
    read_bounded,
)

MAX_ANSWER_BYTES = 4 * 1024 * 1024
LONGEST_PAUSE = 30.0  # seconds between two tries, also where the server asks for more
FIRST_PAUSE = 0.5
_TRANSIENT = {408, 409, 425, 429}  # and every 5xx
_SHOWN = 200
_LOOKED_AT = 4096
_READ_OF_REFUSAL = 64 * 1024
_NEEDED = "needs an http or https URL such as http://127.0.0.1:11434/v1"
Sleep = Callable[[float], None]


class CompletionError(StorageError):
    """The endpoint gave no answer for good; the message never holds the key."""


class Endpoint(Value):
    """Where a model is: base URL (``https://host/v1``), name, key, seconds to wait, tries more."""

    url: str
    model: str = Field(min_length=1)
    key: SecretStr | None = None
    timeout: float = Field(default=30.0, gt=0.0)
    retries: int = Field(default=2, ge=0)

    @field_validator("url")
    @classmethod
    def _web(cls, value: str) -> str:
        if "@" in value:
            # An InputError passes through pydantic, whose own error would show the password.
            raise InputError("holds a name or a password; the key has its own place", field="url")
        if not is_web_url(value):
            raise ValueError(_NEEDED)
        return value.rstrip("/")

    @field_validator("key")
    @classmethod
    def _fit_for_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else checked_key(value.get_secret_value(), "key")

    @property
    def address(self) -> str:
        """Return the URL that is asked."""
        return f"{self.url}/chat/completions"


@dataclass(frozen=True)
class Reply:
    """The first choice: its text (never blank), why it ended, how many tokens it took."""

    text: str
    finish: str | None
    tokens: int | None


def checked_key(key: str | None, name: str) -> SecretStr | None:
    """Return a key that can stand in a header; raises InputError, without showing it, on another.

    ``name`` is what the error calls it.
    """
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise InputError("holds a blank, a line end or a letter beyond ASCII", field=name)
    return SecretStr(key) if key else None


def complete(
    endpoint: Endpoint,
    body: Mapping[str, object],
    *,
    before: Callable[[], None] = lambda: None,
    sleep: Sleep = time.sleep,
    now: Now = time.monotonic,
) -> Reply:
    """Ask once, and again where a failure may pass; ``before`` is called ahead of every try.

    Tried again, with pauses that double: no connection, no answer in time, 408, 409, 425, 429,
    5xx, an answer that is no completion. ``Retry-After`` is kept, up to LONGEST_PAUSE. A redirect
    is never followed. Raises CompletionError.
    """
    attempts = endpoint.retries + 1
    for attempt in range(attempts):
        before()
        try:
            return _reply(endpoint, _post(endpoint, body, now))
        except _TransientError as error:
            if attempt == attempts - 1:
                times = "once" if attempts == 1 else f"{attempts} times, at last"
                raise CompletionError(f"the endpoint failed {times}: {error}") from None
            sleep(min(LONGEST_PAUSE, max(error.pause or 0.0, FIRST_PAUSE * 2.0**attempt)))
    raise AssertionError("the loop returns or raises")


class _TransientError(Exception):
    """A failure that may pass; ``pause`` is what the server asks to wait, in seconds."""

    def __init__(self, message: str, pause: float | None = None) -> None:
        super().__init__(message)
        self.pause = pause


def _post(endpoint: Endpoint, body: Mapping[str, object], now: Now) -> bytes:
    """Return the bytes of a 2xx answer."""
    request = urllib.request.Request(  # noqa: S310 - the endpoint admits http and https only
        endpoint.address,
        data=json.dumps({"model": endpoint.model, **body}).encode(),
        headers={"Content-Type": "application/json", "Accept": "application/json"},
        method="POST",
    )
    if endpoint.key:
        key = endpoint.key.get_secret_value()
        request.add_unredirected_header("Authorization", f"Bearer {key}")
    try:
        with OPENER.open(request, timeout=endpoint.timeout) as response:
            return _read(endpoint, response, now)
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(endpoint, error) from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise _TransientError(f"{endpoint.address}: {reason or type(error).__name__}") from None


def _read(endpoint: Endpoint, response: http.client.HTTPResponse, now: Now) -> bytes:
    """Return the whole answer."""
    try:
        return read_bounded(response, limit=MAX_ANSWER_BYTES, seconds=endpoint.timeout, now=now)
    except TooLongError:
        raise CompletionError(
            f"{endpoint.address}: the answer is longer than {MAX_ANSWER_BYTES // 2**20} MiB"
        ) from None
    except TooSlowError:
        raise _TransientError(
            f"{endpoint.address}: no whole answer within {endpoint.timeout:g} s"
        ) from None


def _refusal(endpoint: Endpoint, error: urllib.error.HTTPError) -> Exception:
    """Return the error of an answer that is not 2xx."""
    said = f"{endpoint.address}: HTTP {error.code}"
    if error.code in REDIRECTS:
        target = _shown(endpoint, _host_of(error.headers.get("Location", "")))
        return CompletionError(
            f"{said}: a redirect to {target}, which is not followed: it would take the key there",
            hint="give the URL that answers by itself",
        )
    try:
        text = error.read(_READ_OF_REFUSAL).decode("utf-8", errors="replace")
    except (OSError, http.client.HTTPException):
        text = ""
    message = f"{said}: {_shown(endpoint, text)}".removesuffix(": ")
    if error.code in _TRANSIENT or error.code >= 500:
        return _TransientError(message, _asked_pause(error.headers))
    return CompletionError(message)


def _host_of(location: str) -> str:
    try:
        parts = urlsplit(location)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "no URL"
    if host is None:
        return "another path of the same host"
    return host if port is None else f"{host}:{port}"


def _shown(endpoint: Endpoint, text: str) -> str:
    """Return the beginning of what the server said, without the key and fit for a terminal."""
    if endpoint.key:
        text = text.replace(endpoint.key.get_secret_value(), "[key]")
    text = without_secrets(text[:_LOOKED_AT])  # before it is cut, which could leave half a secret
    return "".join(c if c.isprintable() else " " for c in text[:_SHOWN]).strip()


def _asked_pause(headers: Message) -> float | None:
    """Return the seconds of ``Retry-After``; a date counts from the answer's own ``Date``."""
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdecimal():
        return float(asked)
    try:
        until = parsedate_to_datetime(asked)
        return (until - parsedate_to_datetime(headers.get("Date", ""))).total_seconds()
    except (ValueError, TypeError):  # no date, or one with and one without a zone
        return None


def _reply(endpoint: Endpoint, raw: bytes) -> Reply:
    """Return the first choice of an answer; raises _TransientError where it holds none."""
    try:
        data = json.loads(raw)
        choice = data["choices"][0]
        text, finish = choice["message"]["content"], choice.get("finish_reason")
        tokens = (data.get("usage") or {}).get("completion_tokens")
        if isinstance(text, str):
            text.encode()  # half a surrogate pair cannot be stored
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        said = _shown(endpoint, raw[:_READ_OF_REFUSAL].decode("utf-8", errors="replace"))
        raise _TransientError(f"{endpoint.address}: no chat completion: {said!r}") from None
    if not isinstance(text, str) or not text.strip():
        raise _TransientError(f"{endpoint.address}: an answer without text")
    return Reply(
        text=text,
        finish=finish if isinstance(finish, str) else None,
        tokens=tokens if type(tokens) is int else None,
    )
