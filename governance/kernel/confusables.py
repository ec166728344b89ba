"""Characters that look alike: the confusables of Unicode (UTS 39), as one table."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import NamedTuple


class Twins(NamedTuple):
    """What characters look like: the shape that stands for all alike, and the Latin twin."""

    shape: dict[int, str]
    latin: dict[int, str]


@lru_cache(maxsize=1)
def twins() -> Twins:
    """Return the table of confusables: each character to those like it, by the shape they share."""
    from importlib.resources import files

    # Read here and not by the package, which imports a client of the web with it and takes the
    # folder of its data from the environment.
    raw = json.loads((files("confusable_homoglyphs") / "confusables.json").read_text("utf-8"))
    alike: dict[str, set[str]] = {}
    for key, entries in raw.items():
        # Right-to-left characters stand between marks of direction in the source of the table.
        found = alike.setdefault(key.strip("\u200e"), set())
        found.update(entry["c"].strip("\u200e") for entry in entries)
    shape = {ord(one): _shape(one, alike) for one in alike if len(one) == 1}
    latin = {}
    for code, drawn in shape.items():
        if twin := _latin_twin(chr(code), {drawn, *alike[drawn]}):
            latin[code] = twin
    return Twins({code: drawn for code, drawn in shape.items() if drawn != chr(code)}, latin)


def _shape(one: str, alike: dict[str, set[str]]) -> str:
    """Return the centre of the star: every character is listed with its shape alone."""
    if len(alike[one]) > 1:
        return one
    (other,) = alike[one]
    pair = len(other) == 1 and len(alike[other]) == 1
    return min(one, other) if pair else other


def _latin_twin(one: str, alike: set[str]) -> str | None:
    if one.isascii():
        return None
    latin = sorted(other for other in alike if len(other) == 1 and other.isascii())
    return next((other for other in latin if _case(other) == _case(one)), None)


def _case(one: str) -> tuple[bool, bool]:
    return one.isupper(), one.islower()
