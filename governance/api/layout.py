"""Long calls laid out over lines as the formatter does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

WIDTH = 100


class _Part(NamedTuple):
    """An argument or item: what stands before its value (``key=``), and the value."""

    before: str
    value: ast.expr


def laid_out(text: str) -> str:
    """Return one expression with no line longer than can be helped."""
    return "\n".join(_lines(text, _Part("", ast.parse(text, mode="eval").body), "", 0))


def _lines(text: str, part: _Part, after: str, depth: int) -> Iterator[str]:
    indent = " " * 4 * depth
    whole = f"{indent}{part.before}{_source(text, part.value)}{after}"
    opening, parts, closing = _opened(text, part.value)
    if len(whole) <= WIDTH or not parts:
        yield whole
        return
    yield f"{indent}{part.before}{opening}"
    packed = ", ".join(f"{one.before}{_source(text, one.value)}" for one in parts)
    if isinstance(part.value, ast.Call) and len(indent) + 4 + len(packed) <= WIDTH:
        yield f"{indent}    {packed}"
    else:
        for one in parts:
            yield from _lines(text, one, ",", depth + 1)
    yield f"{indent}{closing}{after}"


def _opened(text: str, value: ast.expr) -> tuple[str, list[_Part], str]:
    if isinstance(value, ast.Call):
        parts = [_Part(f"{one.arg}=", one.value) for one in value.keywords]
        return f"{_source(text, value.func)}(", parts, ")"
    if isinstance(value, ast.List):
        return "[", [_Part("", one) for one in value.elts], "]"
    if isinstance(value, ast.Dict):
        pairs = zip(value.keys, value.values, strict=True)
        return "{", [_Part(f"{_source(text, key)}: ", one) for key, one in pairs if key], "}"
    return "", [], ""


def _source(text: str, value: ast.expr) -> str:
    return ast.get_source_segment(text, value) or ""
