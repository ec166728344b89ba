"""Instructions about the text as a whole: repeated, doubled, wrapped, ended, cased."""

from __future__ import annotations

import unicodedata

from governance.scoring.constraints.base import (
    Constraint,
    Count,
    Relation,
    Text,
    compares,
    unified,
)
from governance.scoring.constraints.language import is_language
from governance.scoring.constraints.sentences import count_capital_words


class RepeatPrompt(Constraint):
    """``combination:repeat_prompt``: the request is repeated first, word for word."""

    prompt_to_repeat: Text

    def holds(self, text: str) -> bool:
        """Compare the beginning, whatever its case."""
        return text.strip().lower().startswith(unified(self.prompt_to_repeat).strip().lower())


class TwoResponses(Constraint):
    """``combination:two_responses``: two different answers divided by ``******``."""

    def holds(self, text: str) -> bool:
        """Count the parts; an empty part is allowed at the ends only."""
        parts = [part.strip() for part in text.split("******")]
        if not all(parts[1:-1]):
            return False
        answers = [part for part in parts if part]
        return len(answers) == 2 and answers[0] != answers[1]


class EndPhrase(Constraint):
    """``startend:end_checker``: the text ends with a phrase, a closing quote aside."""

    end_phrase: Text

    def holds(self, text: str) -> bool:
        """Compare the end, whatever its case."""
        phrase, text = unified(self.end_phrase).strip().lower(), text.strip().lower()
        return text.endswith(phrase) or text.strip('"').endswith(phrase)


class Quotation(Constraint):
    """``startend:quotation``: the whole text stands in double quotation marks."""

    def holds(self, text: str) -> bool:
        """Look at the first and the last character, which must be two."""
        text = text.strip()
        return len(text) > 1 and text.startswith('"') and text.endswith('"')


class NoComma(Constraint):
    """``punctuation:no_comma``: no comma anywhere, of whatever script (``，``, ``、``, ``،``)."""

    def holds(self, text: str) -> bool:
        """Look for characters that Unicode names commas."""
        return not any(map(_is_comma, text))


class EnglishCapital(Constraint):
    """``change_case:english_capital``: English, all in capital letters."""

    def holds(self, text: str) -> bool:
        """Look at the letters, then at the language of the folded text."""
        return text.isupper() and is_language(text, "en")


class EnglishLowercase(Constraint):
    """``change_case:english_lowercase``: English, all in lower-case letters."""

    def holds(self, text: str) -> bool:
        """Look at the letters, then at the language."""
        return text.islower() and is_language(text, "en")


class CapitalWordFrequency(Constraint):
    """``change_case:capital_word_frequency``: so many words all in capitals."""

    capital_frequency: Count
    capital_relation: Relation

    def holds(self, text: str) -> bool:
        """Compare the number of words without lower-case letters."""
        return compares(count_capital_words(text), self.capital_relation, self.capital_frequency)


def _is_comma(character: str) -> bool:
    if character.isascii():
        return character == ","
    return unicodedata.category(character) == "Po" and "COMMA" in unicodedata.name(character, "")
