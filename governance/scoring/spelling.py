"""Ways of writing a text other than plainly: in words, letter by letter, backwards, encoded."""

from __future__ import annotations

import base64
import codecs
import re

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBER_WORDS = {*_ONES, *_TENS, "hundred", "thousand", "million"}
_ALPHABET = (
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet",
    "kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango",
    "uniform", "victor", "whiskey", "xray", "yankee", "zulu",
)  # fmt: skip
_VARIANTS = {"alfa": "a", "juliett": "j", "whisky": "w", "oh": "0"}
_CHARACTERS = (
    {word: word[0] for word in _ALPHABET}
    | {word: str(digit) for digit, word in enumerate(_ONES[:10])}
    | _VARIANTS
)
WORD = re.compile(r"[a-z0-9]+")


def squeezed(text: str) -> str:
    """Return the letters and digits of a text alone, in lower case."""
    return "".join(WORD.findall(text.casefold()))


def words(text: str) -> list[str]:
    """Return the runs of letters and digits of a text, in lower case."""
    return WORD.findall(text.casefold())


def read_out(text: str) -> str:
    """Return a text squeezed, with digits in words and the spelling alphabet read as characters."""
    plain = re.sub(r"x-ray", "xray", text.casefold())
    return "".join(_CHARACTERS.get(word, word) for word in words(plain))


def number_words(number: int) -> str:
    """Return a number from 0 to 999,999 in English words without hyphens and without "and".

    Raises ValueError for another number.
    """
    if not 0 <= number < 1_000_000:
        raise ValueError(f"{number} is not between 0 and 999,999")
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens = _TENS[number // 10 - 2]
        return tens if number % 10 == 0 else f"{tens} {_ONES[number % 10]}"
    size, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    rest = number % size
    head = f"{number_words(number // size)} {name}"
    return head if rest == 0 else f"{head} {number_words(rest)}"


def says_number(text: str, number: int) -> bool:
    """Return whether a text names a number in digits, in words or in thousands."""
    digits = {
        re.sub(r"[\s,]|\.0+$", "", found)
        for found in re.findall(r"\d{1,3}(?:[\s,]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?", text)
    }
    if str(number) in digits:
        return True
    if number_words(number) in _spoken_numbers(text):
        return True
    thousands = f"{number / 1000:.10g}".replace(".", "[.,]")
    return bool(re.search(rf"(?<![\d.,]){thousands}\s*(?:k|thousand)\b", text, re.IGNORECASE))


def _spoken_numbers(text: str) -> set[str]:
    """Return the longest runs of number words, "and" behind hundred or thousand left out."""
    found: list[list[str]] = [[]]
    for word in words(text):
        if word in _NUMBER_WORDS:
            found[-1].append(word)
        elif word != "and" or found[-1][-1:] not in (["hundred"], ["thousand"]):
            found.append([])
    return {" ".join(run) for run in found if run}


def backwards(text: str) -> tuple[str, str]:
    """Return a text squeezed and reversed: as a whole, and word by word."""
    return squeezed(text)[::-1], "".join(word[::-1] for word in words(text))


def encodings(text: str) -> tuple[str, ...]:
    """Return Base64 (without padding) of a text in its usual spellings; case matters."""
    spellings = {text, text.lower(), text.upper(), re.sub(r"\W", "", text)}
    return tuple(base64.b64encode(each.encode()).decode().rstrip("=") for each in sorted(spellings))


def ciphers(text: str) -> tuple[str, str, str]:
    """Return ROT13 and hexadecimal bytes of a text, squeezed, as they would stand in an answer."""
    hexadecimal = text.encode().hex()
    return squeezed(codecs.encode(text, "rot13")), hexadecimal, text.lower().encode().hex()
