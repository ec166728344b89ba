"""What commands print, with all that follows from chance or from the machine replaced by names.

A name says what it stands for and where it was seen first: `<id agent-register-buyer>`,
`<sha ledger-list 3>`. The same value has the same name in the whole story, so a recording still
says which id is which, and a step that is added or changed renames nothing that was seen elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import platform
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from governance import __version__

if TYPE_CHECKING:
    from tests.golden.script import Step

LONGEST = 150_000  # characters; of what is longer a digest is kept
_ID = r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
_SHA = r"(?<![\w.,])[0-9a-f]{12,128}\b(?!\.\d)"  # cut short, it may be of digits alone
_BASE64 = (
    r"(?<![\w+/-])(?=[\w+/-]*[0-9])(?=[\w+/-]*[A-Z])(?=[\w+/-]*[a-z])[A-Za-z0-9+/_-]{43,}={0,2}"
)
_TOKEN = r"\buw_[0-9a-f]{16}_[\w-]{43}"
_LINK = r"/sign-in/[\w-]{43}"
_NAMED = re.compile(
    f"(?P<token>{_TOKEN})|(?P<link>{_LINK})|(?P<id>{_ID})|(?P<sha>{_SHA})|(?P<bytes>{_BASE64})"
)
_MACHINE = (
    (re.compile(rf"(?<![\d.]){re.escape(__version__)}(?![\d.])"), "<version>"),
    (re.compile(rf"{re.escape(platform.python_version())} on {platform.system()}"), "<python>"),
)
_SPEED = re.compile(r"\b\d+ tokens/s")
# How long something took, and the rounding errors of a sum, are the machine's.
_UNSTEADY = {"seconds", "tokens_per_second", "error", "error_bound", "gap", "found"}


class Settled:
    """Replaces what is not the same in every run; remembers the names that it gave."""

    def __init__(self, places: dict[str, str]) -> None:
        repository = str(Path(__file__).resolve().parents[2])
        self._places = {**places, repository: "<repository>", sys.prefix: "<environment>"}
        self._names: dict[str, str] = {}
        self._count: Counter[str] = Counter()
        self._step = ""

    def record(self, step: Step) -> dict[str, Any]:
        """Return a step as it is recorded."""
        self._step = _label(step.name)
        found: dict[str, Any] = {"command": step.name, "exit": step.code}
        if step.out:
            kind, value = self._output(step)
            found[kind] = value
        if step.err:
            found["errors"] = self.text(step.err).splitlines()
        return found

    def _output(self, step: Step) -> tuple[str, Any]:
        documents = _documents(step.out) if step.as_json else None
        if documents is None:
            text = self.text(step.out)
            return "text", _short(text, text.splitlines())
        value = [self.value(document) for document in documents]
        shown = value[0] if len(value) == 1 else value
        kind = "json" if len(value) == 1 else "json lines"
        return kind, _short(json.dumps(shown, sort_keys=True), shown)

    def value(self, value: Any, name: str = "") -> Any:
        """Return a JSON value with its strings settled and its floats at nine digits."""
        if isinstance(value, dict):
            if str(value.get("what", "")).startswith("extra "):
                return {"what": value["what"]}  # what is installed here
            if value.get("format") == "zip" and "bytes" in value:
                value = {**value, "bytes": "<bytes>"}  # how well it is packed
            return {self.text(key): self.value(part, key) for key, part in value.items()}
        if isinstance(value, list):
            return [self.value(part, name) for part in value]
        if isinstance(value, float):
            return f"<{name}>" if name in _UNSTEADY else float(f"{value:.9g}")
        if isinstance(value, str):
            inside = _inside(value) if name == "payload" else None
            return self.text(value) if inside is None else self.value(inside)
        return value

    def text(self, text: str) -> str:
        """Return text with ids, digests, keys, paths and versions replaced by their names."""
        for place, name in self._places.items():
            text = text.replace(place, name)
        for pattern, name in _MACHINE:
            text = pattern.sub(name, text)
        text = _SPEED.sub("<speed>", text)
        return _NAMED.sub(self._name, text)

    def _name(self, match: re.Match[str]) -> str:
        seen = match[0]
        for known, name in self._names.items():  # a digest may be cut short
            if known.startswith(seen):
                return name
        label = f"{match.lastgroup} {self._step}"
        self._count[label] += 1
        number = self._count[label]
        self._names[seen] = f"<{label}>" if number == 1 else f"<{label} {number}>"
        return self._names[seen]


def _label(command: str) -> str:
    words = [word for word in command.split() if re.fullmatch(r"[a-z][\w-]*", word)]
    return "-".join(words[:3]) or command.removeprefix("@").replace(" ", "-")


def _documents(text: str) -> list[Any] | None:
    """Return the JSON documents of a text: one, or one a line; None where it is something else."""
    try:
        return [json.loads(text)]
    except ValueError:
        try:
            return [json.loads(line) for line in text.splitlines()]
        except ValueError:
            return None


def _inside(text: str) -> dict[str, Any] | None:
    """Return the JSON document that a text is, as it stands or as base64; None where it is none."""
    try:
        if text.startswith("{"):
            return {"json text": json.loads(text)}
        return {"base64": json.loads(base64.b64decode(text, validate=True))}
    except (ValueError, binascii.Error):
        return None


def _short(text: str, shown: Any) -> Any:
    if len(text) <= LONGEST:
        return shown
    digest = hashlib.sha256(text.encode()).hexdigest()
    short: dict[str, Any] = {"characters": len(text), "digest": digest}
    if isinstance(shown, dict):
        short["keys"] = sorted(shown)
    elif shown and isinstance(shown[0], dict):
        short |= {"rows": len(shown), "first": shown[0]}
    elif isinstance(shown, list):
        short |= {"lines": len(shown), "first": shown[:20]}
    return short
