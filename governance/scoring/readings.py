"""Reading the forced last lines of answers: verdict, decision, confidence, short answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ABSTAINED = {
    "unknown", "unanswerable", "not known", "cannot be answered", "can not be answered",
    "cannot answer", "i do not know", "i dont know", "not stated", "not given", "not possible",
    "cannot be determined", "no answer", "none", "n a", "na",
}  # fmt: skip
_MOST_WORDS = 8


def labelled_line(text: str, label: str) -> str | None:
    """Return what follows the last ``LABEL:`` that begins a line, Markdown aside; None if none."""
    found = labelled_lines(text, label)
    return found[-1] if found else None


def labelled_lines(text: str, label: str) -> list[str]:
    """Return what follows each ``LABEL:`` that begins a line, Markdown aside."""
    found = re.findall(rf"^[\s>*_#`-]*{label}[*_`]*\s*[:=]\s*(.*)$", text, re.I | re.M)
    return [str(line).strip().strip("*_` ") for line in found]


def read_option(text: str, label: str, options: Sequence[str]) -> str | None:
    """Return the one option named on the last labelled line, in lower case.

    A line that repeats the list of options, or names none of them, has no reading.
    """
    line = labelled_line(text, label)
    return None if line is None else _named_option(line, options)


def read_sole_option(text: str, label: str, options: Sequence[str]) -> str | None:
    """Return the option that every labelled line names, in lower case; None where two differ.

    A text that quotes another's line beside its own has no reading, whichever comes last.
    """
    named = {_named_option(line, options) for line in labelled_lines(text, label)}
    return named.pop() if len(named) == 1 else None


def _named_option(line: str, options: Sequence[str]) -> str | None:
    named = [option for option in options if re.search(rf"\b{option}\b", line, re.IGNORECASE)]
    return named[0].lower() if len(named) == 1 else None


def read_letter(text: str, label: str, letters: str) -> str | None:
    """Return the option letter that the last labelled line begins with, in upper case."""
    line = labelled_line(text, label)
    if line is None:
        return None
    found = re.match(rf"(?i:option\s+)?\(?([{letters}{letters.lower()}])\b(?!\s*(?:or|\||/))", line)
    return found.group(1).upper() if found else None


def read_confidence(text: str) -> int | None:
    """Return the number from 1 to 10 on the last CONFIDENCE line."""
    line = labelled_line(text, "CONFIDENCE")
    found = re.match(r"\d+", line or "")
    return int(found.group()) if found and 1 <= int(found.group()) <= 10 else None


def normalise(text: str) -> str:
    """Return an answer in lower case without articles, quotes and punctuation."""
    text = re.sub(r"[^\w\s$]", " ", text.lower().replace("'", "").replace("’", ""))
    return " ".join(word for word in text.split() if word not in {"the", "a", "an"})


def is_abstention(answer: str) -> bool:
    """Return whether a short answer declines to answer."""
    return normalise(answer) in _ABSTAINED


def matches(answer: str, accepted: Sequence[str]) -> bool:
    """Return whether a short answer is, or as a short phrase contains, an accepted one."""
    found = normalise(answer)
    if len(found.split()) > _MOST_WORDS:
        return False
    return any(f" {normalise(wanted)} " in f" {found} " for wanted in accepted)


def count_words_of(text: str, lexicon: frozenset[str]) -> int:
    """Return how many words of a text stand in a lexicon."""
    return sum(word in lexicon for word in re.findall(r"[a-z]+", text.lower()))
