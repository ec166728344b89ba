"""Reading the JSON that harnesses write, which may hold NaN, and rows that may be one list."""

from __future__ import annotations

from pathlib import Path

from governance.kernel.documents import parse_json, read_text
from governance.kernel.errors import InputError
from governance.kernel.rows import Row, open_rows, read_jsonl

_MAX_ROW = 64 * 1024 * 1024
_PEEK = 4096


def read_json(path: Path) -> tuple[object, str]:
    """Return a JSON file's data and its name for errors; NaN and Infinity are let through."""
    text, name = read_text(str(path))
    return parse_json(text, name, constants=True), name


def read_rows(path: Path) -> list[Row]:
    """Return the objects of a JSON Lines file, or of a file that is one JSON list of them."""
    if peek(path).lstrip()[:1] == "[":
        data, name = read_json(path)
        rows = data if isinstance(data, list) else []
        for number, row in enumerate(rows, start=1):
            if not isinstance(row, dict):
                raise InputError(f"entry {number} of the list is no JSON object", file=name)
        return rows
    with open_rows(str(path)) as (stream, source):
        found = read_jsonl(stream, source, max_row_bytes=_MAX_ROW, constants=True)
        return [row for _, row in found]


def peek(path: Path) -> str:
    """Return the beginning of a file as text."""
    with path.open("rb") as stream:
        return stream.read(_PEEK).decode("utf-8-sig", errors="replace")
