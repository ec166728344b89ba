"""Names that people must tell apart: what looks like an id, and which names look alike.

Looking alike is Unicode's: case (casefold), compatibility (NFKC), what has no width or only steers
direction (Default_Ignorable_Code_Point, format characters) and confusables (UTS 39). It does not
carry over: ``I`` looks like ``l``, and is ``i`` in capitals, but ``i`` does not look like ``l``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

from governance.kernel.confusables import twins

# The code points that DerivedCoreProperties.txt calls default-ignorable, where they are no Cf.
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U00016fe4\U000e0000-\U000e0fff]"
)
_BLANK = re.compile("[\u2800\U0001d159]")  # what prints nothing although no property says so
_STEERING = ("Cc", "Cs", "Zl", "Zp")
_DIRECTING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
_MARKS = "\u200e\u200f\u061c"
_HEX = re.compile(r"[0-9a-f]{8,}")
_UUID = re.compile(r"\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?")
_MOST_READ = 5  # how many letters I are read in both ways, each for itself
_DIGITS = str.maketrans("oil", "011")


class Strange(NamedTuple):
    """A name that may not be given: it looks like an id, or like an earlier name."""

    position: int
    name: str
    like: str | None  # the earlier name; None where it looks like an id


def looks_like_an_id(name: str) -> bool:
    """Return whether a name reads as a UUID, or is nothing but eight or more hex digits.

    Whatever the case, the width and the script of its characters; in a UUID ``O`` and ``l`` count
    as the digits that they look like.
    """
    text = _settled(_latin(_seen(name))).casefold()
    return bool(
        _HEX.fullmatch(text) or _UUID.fullmatch(text.removeprefix("urn:uuid:").translate(_DIGITS))
    )


def is_plain(name: str) -> bool:
    """Return whether a name is one line in which nothing steers the terminal or the direction.

    Joiners without width stay: scripts need them.
    """
    return name.isprintable() or not any(
        unicodedata.category(one) in _STEERING
        or unicodedata.bidirectional(one) in _DIRECTING
        or one in _MARKS
        for one in name
    )


def look_alike_keys(name: str) -> frozenset[str]:
    """Return the keys of a name: two names look alike exactly where they share one.

    One is made of the shapes of the letters, and one of the shapes of their small forms. The others
    read letters of other scripts as the Latin ones of their case that they look like, since words
    mix both, and each ``I`` as the capital of ``i`` or as an ``l``. A name in which nothing can be
    seen has none.
    """
    plain, seen = _compatible(name), _seen(name)
    if not plain.strip():
        return frozenset()
    keys = {_key(text) for text in (plain, *_readings(_latin(seen)))}
    return frozenset(keys | {_folded(_settled(_drawn(_compatible(_drawn(seen)))))})


def strange_names(names: Iterable[str]) -> list[Strange]:
    """Return the names, given oldest first, that look like an id or like an earlier one."""
    held: dict[str, str] = {}
    found = []
    for position, name in enumerate(names):
        keys = sorted(look_alike_keys(name))
        if looks_like_an_id(name):
            found.append(Strange(position, name, None))
        elif like := next((held[key] for key in keys if key in held), None):
            found.append(Strange(position, name, like))
        for key in keys:
            held.setdefault(key, name)
    return found


def _readings(text: str) -> Iterator[str]:
    """Read each ``I`` as ``i`` and as ``l``; from a number of them on all the others alike."""
    first, *rest = text.split("I", _MOST_READ)
    for letters in product("il", repeat=len(rest)):
        read = first + "".join(letter + part for letter, part in zip(letters, rest, strict=True))
        yield read.replace("I", letters[-1]) if letters else read


def _key(text: str) -> str:
    return _folded(_settled(_drawn(_folded(text))))


def _seen(name: str) -> str:
    """Return what can be seen of a name; every kind of space is one."""
    if name.isascii() and name.isprintable():
        return name
    kept = _IGNORABLE.sub("", _BLANK.sub(" ", name))
    return "".join(
        " " if one.isspace() else one
        for one in kept
        if one.isspace() or unicodedata.category(one) not in ("Cf", "Cc")
    )


def _compatible(name: str) -> str:
    """Return the compatible form of what can be seen; it may hold fillers that must go too."""
    return unicodedata.normalize("NFKC", _seen(unicodedata.normalize("NFKC", _seen(name))))


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _folded(text: str) -> str:
    return _compatible(text.casefold())


def _drawn(text: str) -> str:
    return _decomposed(text).translate(twins().shape)


def _latin(text: str) -> str:
    """Return the Latin letters that a text looks like: as it stands, then in compatible form."""
    table = twins().latin
    compatible = _compatible(_decomposed(text).translate(table))
    return _compatible(_decomposed(compatible).translate(table))


def _settled(text: str) -> str:
    """Return the form that is compared: a dot on ``i`` and runs of spaces say nothing."""
    dotless = _decomposed(text).replace("i\u0307", "i").replace("j\u0307", "j")
    return " ".join(unicodedata.normalize("NFKC", dotless).split())
