"""Servers that answer by a script, for tests of what asks them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, bytes, dict[str, str]]
Script = Callable[[int], Answer]


@dataclass
class Server:
    """What a server was asked: method and headers of each request, and its bodies."""

    url: str
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    @property
    def bodies(self) -> list[dict[str, object]]:
        return [json.loads(one) for one in self.raw]


@contextmanager
def running(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Yield the address of a server on this machine that answers by a handler, without a log."""
    quiet = type("Quiet", (handler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def serving(script: Script) -> Iterator[Server]:
    """Answer every request, GET too, as a redirect would be followed with it."""
    found = Server("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.raw.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

        def do_GET(self) -> None:
            found.asked.append((self.command, self.path, self.headers.get("Authorization")))
            status, raw, headers = script(len(found.asked))
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

    with running(Handler) as found.url:
        yield found
