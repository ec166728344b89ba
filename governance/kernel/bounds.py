"""How large a document may be once it is read: a small file can stand for a huge or endless value.

What is counted here is counted in the text, before any of it becomes a value in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from governance.kernel.errors import InputError

MAX_DEPTH = 100
MAX_VALUES = 2_000_000
MAX_CHARACTERS = 64 * 1024 * 1024  # of all texts, those that aliases repeat counted each time
MAX_ALIASES = 10_000
MAX_NUMBER = 4300  # characters, as Python bounds the digits of an integer
_JSON_MARKS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_LONG_KEY = re.compile(rf"(?<![\w\"'-])(?:[\w\"'-]+[ \t]*\.[ \t]*){{{MAX_DEPTH}}}")


def too_deep(source: str, line: int | None) -> InputError:
    """Return the error for what is nested too deeply."""
    return InputError(f"nested too deeply (more than {MAX_DEPTH} levels)", file=source, line=line)


def too_many(source: str, line: int | None) -> InputError:
    """Return the error for too many values."""
    return InputError(f"holds more than {MAX_VALUES:,} values", file=source, line=line)


def check_json(text: str, source: str, line: int | None) -> None:
    """Raise InputError for JSON that is nested too deeply or holds too many values."""
    opened = text.count("[") + text.count("{")
    if opened <= MAX_DEPTH and len(text) <= MAX_VALUES:
        return
    depth, values = 0, text.count(",") + opened
    for found in _JSON_MARKS.finditer(text):
        mark = found[0]
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise too_deep(source, line or text.count("\n", 0, found.start()) + 1)
        elif mark in "]}":
            depth -= 1
        elif values > MAX_VALUES:  # commas and brackets in texts are no values
            values -= mark.count(",") + mark.count("[") + mark.count("{")
    if values > MAX_VALUES:
        raise too_many(source, line)


def check_toml(text: str, source: str) -> None:
    """Raise InputError for a dotted key of too many parts, each of which is a level."""
    found = _LONG_KEY.search(text)
    if found is not None:
        raise too_deep(source, text.count("\n", 0, found.start()) + 1)


@dataclass
class _Size:
    """What a value of YAML holds, with what its aliases stand for."""

    values: int = 1
    characters: int = 0
    height: int = 0

    def add(self, other: _Size) -> None:
        """Take in a value that stands inside this one."""
        self.values += other.values
        self.characters += other.characters
        self.height = max(self.height, other.height + 1)


@dataclass
class YamlBounds:
    """Goes along the events of a YAML text and raises InputError at the first limit."""

    source: str
    open: list[tuple[str | None, _Size]] = field(default_factory=list)
    named: dict[str, _Size] = field(default_factory=dict)
    aliases: int = 0
    seen: int = 0

    def check(self, events: Iterator[Any]) -> None:
        """Read all events; of the text nothing is kept."""
        import yaml

        for event in events:
            line = event.start_mark.line + 1
            if isinstance(event, yaml.CollectionStartEvent):
                self.open.append((event.anchor, _Size()))
                self._bound(_Size(0), line)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close(*self.open.pop(), line)
            elif isinstance(event, yaml.ScalarEvent):
                self._close(event.anchor, _Size(characters=len(event.value)), line)
            elif isinstance(event, yaml.AliasEvent):
                self.aliases += 1
                self._close(None, self._behind(event.anchor, line), line)

    def _behind(self, name: str | None, line: int) -> _Size:
        if any(anchor == name for anchor, _ in self.open):
            raise InputError(f"the alias {name} refers to itself", file=self.source, line=line)
        if self.aliases > MAX_ALIASES:
            raise InputError(f"more than {MAX_ALIASES:,} aliases", file=self.source, line=line)
        return self.named.get(name or "", _Size())

    def _close(self, anchor: str | None, size: _Size, line: int) -> None:
        self._bound(size, line)
        if anchor is not None:
            self.named[anchor] = size
        if self.open:
            self.open[-1][1].add(size)

    def _bound(self, size: _Size, line: int) -> None:
        self.seen += 1
        if len(self.open) + size.height > MAX_DEPTH:
            raise too_deep(self.source, line)
        if max(size.values, self.seen) > MAX_VALUES:
            raise too_many(self.source, line)
        if size.characters > MAX_CHARACTERS:
            message = f"its aliases repeat more than {MAX_CHARACTERS // 2**20} MiB of text"
            raise InputError(message, file=self.source, line=line)
