"""Sentences and words of a text, without downloads."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")
# A written word: letters and digits, joined inside by hyphen, apostrophe, full stop, & or /.
_WRITTEN_WORD = re.compile(r"\w+(?:[-'’.&/]\w+)*")
_ENDING = re.compile(r"['’](?:s|m|d|ll|re|ve)$")


def count_sentences(text: str) -> int:
    """Return the number of sentences by Punkt's method (Kiss and Strunk, 2006), pretrained."""
    import nupunkt

    return len(nupunkt.sent_tokenize(text))


def count_words(text: str) -> int:
    """Return the number of runs of letters, digits and underscores ("don't" counts two)."""
    return len(_WORD.findall(text))


def count_capital_words(text: str) -> int:
    """Return the number of words that have capital letters and no lower-case one.

    "HIGH-SPEED" and "CAN'T" count one each; of "NASA's" and "I've" the part before the ending
    counts, as in published figures, but "O'Keefe" is a name, not a word in capitals.
    """
    return sum(_ENDING.sub("", word).isupper() for word in _WRITTEN_WORD.findall(text))
