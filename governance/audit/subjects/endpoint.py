"""Any OpenAI-compatible server as a subject: concurrency, rate limit, seed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

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
from governance.kernel.completions import (
    CompletionError,
    Endpoint,
    Sleep,
    checked_key,
    complete,
)
from governance.kernel.errors import InputError
from governance.kernel.secrets import without_secrets
from governance.kernel.web import Now, is_web_url

_FINISHES: dict[str | None, Finish] = {"stop": "stop", "length": "length"}
_KEPT = "what was answered is kept; run the same command to go on"


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
        self._options, self._sleep, self._now = options, sleep, now
        self._limit = RateLimit(options.requests_per_second, sleep, now)
        key = checked_key(os.environ.get(options.key_variable), options.key_variable)
        self._endpoint = Endpoint(
            url=url, model=model, key=key, timeout=options.timeout_seconds, retries=options.retries
        )
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
            "messages": [message.model_dump() for message in prompt.messages],
            "max_tokens": prompt.max_tokens,
            "temperature": decoding.temperature,
            "seed": prompt.seed,
        }
        started = self._now()
        try:
            reply = complete(
                self._endpoint, body, before=self._limit.wait, sleep=self._sleep, now=self._now
            )
        except CompletionError as error:
            raise SubjectError(error.message, hint=error.hint or _KEPT) from None
        return Completion(
            text=reply.text,
            finish=_FINISHES.get(reply.finish, "unknown"),
            tokens=reply.tokens,
            seconds=self._now() - started,
        )


def open_endpoint(spec: str, options: SubjectOptions) -> EndpointSubject:
    """Return the endpoint of ``openai:URL#MODEL``; raises InputError on another form."""
    url, _, model = spec.removeprefix("openai:").partition("#")
    if not is_web_url(url) or not model:
        # A password or key in the URL is not repeated.
        shown = repr(without_secrets(spec))
        if "@" in url or "?" in url:
            shown = "openai:URL with a name, a password or a query"
        raise InputError(
            f"{shown} is no endpoint with a model",
            field="model",
            hint="for example openai:http://127.0.0.1:8000/v1#my-model",
        )
    return EndpointSubject(spec, url, model, options)
