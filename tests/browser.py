"""One Chromium for many pages: a start costs seconds, a page in it a tenth of one.

It is driven through its debugging pipe: JSON messages that end in a zero byte, commands on its
file 3, answers and events on its file 4. Every page has a profile of its own.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
SECONDS = 120.0  # machines are noisy


class Browser:
    """A running Chromium without a network."""

    def __init__(self, program: str, profile: Path) -> None:
        theirs_in, self._commands = _pipe()
        self._answers, theirs_out = _pipe()
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}', program,
             *FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        self._number = 0
        self._read = b""
        self._events: list[dict[str, Any]] = []

    def close(self) -> None:
        self.call("Browser.close")
        self._process.wait(SECONDS)
        os.close(self._commands)
        os.close(self._answers)

    @contextmanager
    def page(self, address: str, width: int = 1200, height: int = 900) -> Iterator[Page]:
        """A page in a fresh profile, loaded, in a window of this size."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)
        attached = self.call("Target.attachToTarget", flatten=True, targetId=target["targetId"])
        page = Page(self, attached["sessionId"])
        try:
            page.load(address, width, height)
            yield page
        finally:
            self.call("Target.disposeBrowserContext", browserContextId=context)

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Do one thing; returns its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self._events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        found: dict[str, Any] = answer["result"]
        return found

    def wait(self, method: str, session: str) -> None:
        """Wait for an event of a page, unless it came already."""
        wanted = {"method": method, "sessionId": session}
        while not any(wanted.items() <= event.items() for event in self._events):
            self._events.append(self._next())
        self._events = [one for one in self._events if one.get("sessionId") != session]

    def _next(self) -> dict[str, Any]:
        deadline = time.monotonic() + SECONDS
        while b"\0" not in self._read:
            if not select.select([self._answers], [], [], deadline - time.monotonic())[0]:
                raise TimeoutError("Chromium does not answer")
            part = os.read(self._answers, 1 << 20)
            if not part:
                raise RuntimeError(f"Chromium ended with code {self._process.wait(SECONDS)}")
            self._read += part
        message, _, self._read = self._read.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found


class Page:
    """One page of the browser."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session

    def load(self, address: str, width: int, height: int) -> None:
        self._do(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        self._do("Page.enable")
        failed = self._do("Page.navigate", url=address).get("errorText")
        assert failed is None, failed
        self._browser.wait("Page.loadEventFired", self._session)

    def value(self, expression: str) -> Any:
        """The value of a JavaScript expression; a promise is waited for."""
        done = self._do(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def wait_for(self, condition: str) -> None:
        """Wait until a JavaScript condition holds."""
        deadline = time.monotonic() + SECONDS
        while not self.value(f"Boolean({condition})"):
            if time.monotonic() > deadline:
                raise TimeoutError(condition)
            time.sleep(0.01)

    def content(self) -> str:
        """The page as it is after its scripts, written out as HTML."""
        return str(self.value("document.documentElement.outerHTML"))

    def picture(self) -> bytes:
        """The window as a PNG."""
        return b64decode(self._do("Page.captureScreenshot", format="png")["data"])

    def printed(self) -> bytes:
        """The page on paper, as a PDF."""
        return b64decode(self._do("Page.printToPDF", displayHeaderFooter=False)["data"])

    def _do(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self._browser.call(method, self._session, **parameters)


def _pipe() -> tuple[int, int]:
    """A pipe whose ends are above the two numbers that Chromium wants."""
    ends = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return high[0], high[1]
