"""Subjects of known behaviour for tests: no model, no network beyond this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from governance.audit.subjects.base import (
    Completion,
    Decoding,
    OnAnswer,
    Prompt,
    SubjectError,
    SubjectInfo,
)
from governance.audit.subjects.batching import OutOfMemoryError
from tests.kernel.servers import running


class ScriptedSubject:
    """Answers by a function of the last prompt; fails after so many answers if told to."""

    def __init__(
        self,
        reply: Callable[[Prompt], str],
        *,
        fail_after: int | None = None,
        die: type[BaseException] | None = None,
        model: str = "scripted",
    ) -> None:
        self.info = SubjectInfo(spec=f"test:{model}", model=model, engine="test", dtype="float32")
        self._reply, self._fail_after, self._die = reply, fail_after, die
        self.asked = 0

    def answer(self, prompts: Sequence[Prompt], decoding: Decoding, on_answer: OnAnswer) -> None:
        for index, prompt in enumerate(prompts):
            if self._fail_after is not None and self.asked >= self._fail_after:
                raise (self._die or SubjectError)("the endpoint is gone")
            self.asked += 1
            on_answer(index, Completion(text=self._reply(prompt), finish="stop", tokens=3))

    def close(self) -> None:
        """Nothing is held."""


class FakeEngine:
    """Remembers its batches and has room for so many prompts."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.batches: list[list[str]] = []

    def length(self, prompt: Prompt) -> int:
        return len(prompt.messages[-1].content)

    def generate(self, prompts: Sequence[Prompt], decoding: Decoding) -> list[Completion]:
        texts = [prompt.messages[-1].content for prompt in prompts]
        self.batches.append(texts)
        if len(prompts) > self.room:
            raise OutOfMemoryError(f"{len(prompts)} prompts")
        return [Completion(text=text.upper(), finish="stop") for text in texts]


Script = Callable[[int, dict[str, Any]], tuple[int, bytes, dict[str, str]]]


def chat_reply(text: str | None) -> bytes:
    """Return the body of a chat completion."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({"choices": [choice], "usage": {"completion_tokens": 7}}).encode()


@contextmanager
def chat_server(script: Script) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Serve chat completions by a script of (number of the request, body)."""
    bodies: list[dict[str, Any]] = []
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                bodies.append(
                    {**body, "path": self.path, "auth": self.headers.get("Authorization")}
                )
                number = len(bodies) - 1
            status, raw, headers = script(number, body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

    with running(Handler) as url:
        yield url, bodies
