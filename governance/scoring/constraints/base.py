"""What every constraint shares: typed arguments and one question put to a text."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from governance.kernel.value import Value

Relation = Literal["less than", "at least"]
Text = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]


def _whole_number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise ValueError("a whole number is needed")
    return int(value)


# A zero is a legal count and stays one; tables of items often carry counts as 3.0.
Count = Annotated[int, BeforeValidator(_whole_number), Field(ge=0, le=10**6)]


class Constraint(Value):
    """One verifiable instruction; its fields are the instruction's arguments."""

    @abstractmethod
    def holds(self, text: str) -> bool:
        """Return whether a non-empty text obeys the instruction."""
        raise NotImplementedError


def compares(count: int, relation: Relation, threshold: int) -> bool:
    """Return whether a count stands in the relation to the threshold."""
    return count < threshold if relation == "less than" else count >= threshold


def occurrences(needle: str, text: str) -> int:
    """Return how often a literal occurs, whatever its case, also inside longer words.

    Items ask for words and published figures count substrings ("war" in "forward"), so the
    figures stay comparable; characters that regular expressions reserve stand for themselves.
    """
    return len(re.findall(re.escape(needle), text, flags=re.IGNORECASE))


def unified(text: str) -> str:
    """Return a text in which line ends of other systems are line feeds."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_visible(text: str) -> bool:
    """Return whether there is anything to see: blanks and zero-width characters are nothing."""
    return any(character.isprintable() and not character.isspace() for character in text)
