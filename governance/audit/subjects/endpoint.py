"""Any OpenAI-compatible server: concurrency, retries with back-off, rate limit, seed."""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from governance.audit.subjects.base import (
    Completion,
    Decoding,
    Finish,
    OnAnswer,
    Prompt,
    SubjectError,
    SubjectInfo,
    SubjectOptions,
)
from governance.kernel.errors import InputError

_TRANSIENT = {408, 409, 425, 429, 500, 502, 503, 504}
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_SHOWN = 200
_MAX_BODY = 16 * 1024 * 1024
_FINISHES: dict[str, Finish] = {"stop": "stop", "length": "length"}
Sleep = Callable[[float], None]
Now = Callable[[], float]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an error: following one would hand the key to another host."""

    def redirect_request(self, *_: Any) -> None:
        """Follow nothing."""


_OPENER = urllib.request.build_opener(_NoRedirect)


class _TransientError(Exception):
    """A failure that may pass; ``pause`` is what the server asks to wait."""

    def __init__(self, message: str, pause: float | None = None) -> None:
        super().__init__(message)
        self.pause = pause


@dataclass
class RateLimit:
    """Lets so many requests a second begin, whatever the number of threads."""

    per_second: float | None
    sleep: Sleep
    now: Now
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self) -> None:
        """Return when the next request may begin."""
        if self.per_second is None:
            return
        with self._lock:
            begin = max(self._next, self.now())
            self._next = begin + 1 / self.per_second
        pause = begin - self.now()
        if pause > 0:
            self.sleep(pause)


class EndpointSubject:
    """A model behind ``POST URL/chat/completions``."""

    def __init__(
        self,
        spec: str,
        url: str,
        model: str,
        options: SubjectOptions,
        *,
        sleep: Sleep = time.sleep,
        now: Now = time.monotonic,
    ) -> None:
        self._url = url.rstrip("/") + "/chat/completions"
        self._options, self._sleep, self._now = options, sleep, now
        self._limit = RateLimit(options.requests_per_second, sleep, now)
        self._key = os.environ.get(options.key_variable)
        self.info = SubjectInfo(spec=spec, model=model, engine="openai", batch=options.concurrency)

    def answer(self, prompts: Sequence[Prompt], decoding: Decoding, on_answer: OnAnswer) -> None:
        """Answer with so many requests at a time; the first that fails for good stops all."""
        with ThreadPoolExecutor(self._options.concurrency) as pool:
            futures = {
                pool.submit(self._one, prompt, decoding): index
                for index, prompt in enumerate(prompts)
            }
            try:
                for future in as_completed(futures):
                    on_answer(futures[future], future.result())
            finally:
                # After a failure the requests that have not begun are not sent.
                for future in futures:
                    future.cancel()

    def close(self) -> None:
        """Nothing is held between requests."""

    def _one(self, prompt: Prompt, decoding: Decoding) -> Completion:
        body = {
            "model": self.info.model,
            "messages": [message.model_dump() for message in prompt.messages],
            "max_tokens": prompt.max_tokens,
            "temperature": decoding.temperature,
            "seed": prompt.seed,
        }
        started = self._now()
        attempts = self._options.retries + 1
        for attempt in range(attempts):
            self._limit.wait()
            try:
                return self._completion(self._post(body), self._now() - started)
            except _TransientError as error:
                if attempt == attempts - 1:
                    raise SubjectError(
                        f"the endpoint failed {attempts} times, at last: {error}",
                        hint="what was answered is kept; run the same command to go on",
                    ) from None
                self._sleep(self._pause(attempt, error.pause))
        raise AssertionError("the loop returns or raises")

    def _pause(self, attempt: int, asked: float | None) -> float:
        return min(_LONGEST_PAUSE, max(asked or 0.0, _FIRST_PAUSE * 2.0**attempt))

    def _post(self, body: dict[str, Any]) -> bytes:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            self._url, data=json.dumps(body).encode(), headers=headers, method="POST"
        )
        try:
            with _OPENER.open(request, timeout=self._options.timeout_seconds) as response:
                raw: bytes = response.read(_MAX_BODY)
                return raw
        except urllib.error.HTTPError as error:
            raise self._refusal(error) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise _TransientError(f"{self._url}: {reason or type(error).__name__}") from None

    def _refusal(self, error: urllib.error.HTTPError) -> Exception:
        text = error.read(_SHOWN).decode("utf-8", errors="replace")
        message = f"{self._url}: HTTP {error.code}: {text}".strip()
        if error.code not in _TRANSIENT:
            return SubjectError(message)
        asked = error.headers.get("Retry-After", "") if error.headers else ""
        return _TransientError(message, float(asked) if asked.isdigit() else None)

    def _completion(self, raw: bytes, seconds: float) -> Completion:
        try:
            data = json.loads(raw)
            choice = data["choices"][0]
            text, finish = choice["message"]["content"], choice.get("finish_reason")
            tokens = (data.get("usage") or {}).get("completion_tokens")
            if isinstance(text, str):
                text.encode()  # half a surrogate pair cannot be stored
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            shown = raw[:_SHOWN].decode("utf-8", errors="replace")
            raise _TransientError(f"{self._url}: no chat completion: {shown!r}") from None
        if not isinstance(text, str) or not text.strip():
            raise _TransientError(f"{self._url}: an answer without text")
        return Completion(
            text=text,
            finish=_FINISHES.get(str(finish), "unknown"),
            tokens=tokens if isinstance(tokens, int) else None,
            seconds=seconds,
        )


def open_endpoint(spec: str, options: SubjectOptions) -> EndpointSubject:
    """Return the endpoint of ``openai:URL#MODEL``; raises InputError on another form."""
    url, _, model = spec.removeprefix("openai:").partition("#")
    if not _is_http(url) or not model:
        raise InputError(
            f"{spec!r} is no endpoint with a model",
            field="--model",
            hint="for example openai:http://127.0.0.1:8000/v1#my-model",
        )
    return EndpointSubject(spec, url, model, options)


def _is_http(url: str) -> bool:
    """Return whether a URL can be asked: a scheme, a host, no blank and no control character."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url
    return plain and parts.scheme in {"http", "https"} and bool(parts.hostname)
