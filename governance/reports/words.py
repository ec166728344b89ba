"""Words and numbers in the reader's language: gettext catalogues and number formats."""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from governance.kernel.currency import MINOR_DIGITS
from governance.kernel.errors import InputError
from governance.kernel.money import Money

DOMAIN = "underwriter"
LOCALES = Path(__file__).parent / "locale"
_SEPARATORS = {"en": (",", "."), "de": (".", ",")}
_STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
MAX_PLACES = 9
NARROW_SPACE = "\u202f"


def languages() -> tuple[str, ...]:
    """Return the languages that reports can be written in; English needs no catalogue."""
    found = {path.parent.parent.name for path in LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")}
    return ("en", *sorted(found))


def mark(text: str) -> str:
    """Return the text unchanged; it marks a sentence that is translated where it is shown."""
    return text


# Words that come from the store or the ontology and are shown in the reader's language.
STORED_WORDS = (
    *(mark("k"), mark("M"), mark("B"), mark("T")),
    *(mark("core"), mark("extension"), mark("local")),
    *(mark("active"), mark("retired"), mark("frozen"), mark("planned"), mark("in use")),
    *(mark("open"), mark("closed")),
    *(mark("point"), mark("bound")),
    *(mark("Confidentiality"), mark("Integrity"), mark("Availability")),
    *(mark("Legal"), mark("Reputation")),
    *(mark("constraint compliance (CC)"), mark("epistemic robustness (ER)")),
    *(mark("behavioural alignment (AS)"), mark("freedom from intrinsic hallucination (IH*)")),
)


@dataclass(frozen=True)
class Words:
    """One language: translated sentences, numbers, amounts and dates."""

    language: str
    catalogue: gettext.NullTranslations

    def tr(self, text: str, /, **values: object) -> str:
        """Return the sentence in this language with its named places filled in."""
        sentence = self.catalogue.gettext(text)
        return sentence.format(**values) if values else sentence

    def person(self, name: str, identifier: str | None) -> str:
        """Return the name of a principal; a name that is no principal's is marked as typed."""
        return self.tr("{name} (typed)", name=name) if name and identifier is None else name

    def number(self, value: int | Decimal, digits: int = 0) -> str:
        """Return a number with grouped thousands and a fixed count of digits after the point."""
        group, point = _SEPARATORS.get(self.language, _SEPARATORS["en"])
        text = f"{value:,.{digits}f}"
        return text.translate({ord(","): group, ord("."): point})

    def significant(self, value: float, digits: int = 3) -> str:
        """Return a number rounded to significant digits, without an exponent."""
        if value == 0:
            return "0"
        rounded = Decimal(f"{value:.{digits - 1}e}")
        places = max(0, digits - 1 - rounded.adjusted())
        return self.number(rounded, min(places, MAX_PLACES))

    def amount(self, value: float | None, currency: str) -> str:
        """Return a risk figure with three significant digits, for example ``1.23 M USD``.

        None is a figure that does not exist (the mean of an infinite-mean law): "undefined".
        """
        if value is None:
            return self.tr("undefined")
        for size, letter in _STEPS:
            if abs(value) >= size * 0.9995:
                unit = self.tr(letter)
                return f"{self.significant(value / size)}{NARROW_SPACE}{unit} {currency}"
        return f"{self.significant(value)} {currency}"

    def money(self, value: Money) -> str:
        """Return an exact amount, for example ``1,000.00 USD``."""
        digits = MINOR_DIGITS[value.currency]
        return f"{self.number(Decimal(value.amount).scaleb(-digits), digits)} {value.currency}"

    def percent(self, share: float) -> str:
        """Return a probability or share in per cent, at most two significant digits below 10."""
        value = share * 100
        if value == 0 or value >= 10:
            return f"{self.number(Decimal(repr(round(value))))}{NARROW_SPACE}%"
        return f"{self.plain(value, 2)}{NARROW_SPACE}%"

    def plain(self, value: float, digits: int = 3) -> str:
        """Return a rounded number without trailing zeros after the point: 1, 0.5, 2.25."""
        text = self.significant(value, digits)
        point = _SEPARATORS.get(self.language, _SEPARATORS["en"])[1]
        return text.rstrip("0").rstrip(point) if point in text else text

    def years(self, value: float) -> str:
        """Return a horizon in words."""
        if value == 1:
            return self.tr("1 year")
        return self.tr("{count} years", count=self.plain(value))

    def tick(self, value: float) -> str:
        """Return an axis label: a round number with k, M, B or T."""
        for size, letter in _STEPS:
            if abs(value) >= size * 0.9995:
                return f"{self.plain(value / size)}{NARROW_SPACE}{self.tr(letter)}"
        return self.plain(value)

    def day(self, moment: datetime | None) -> str:
        """Return an ISO 8601 date, the same in every language; a dash where there is none."""
        return "–" if moment is None else moment.strftime("%Y-%m-%d")

    def moment(self, moment: datetime) -> str:
        """Return an ISO 8601 date and time in UTC."""
        return moment.strftime("%Y-%m-%d %H:%M:%S UTC")

    def status_labels(self) -> dict[str, str]:
        """Return the names of the three kinds of evidence."""
        return {
            "verified": self.tr("verified"),
            "declared": self.tr("declared"),
            "not_assessed": self.tr("not assessed"),
        }


def load_words(language: str) -> Words:
    """Return the words of a language, or raise InputError naming those that there are."""
    known = languages()
    if language not in known:
        raise InputError(
            f"reports are not translated to {language!r}", hint=f"one of {', '.join(known)}"
        )
    if language == "en":
        return Words(language, gettext.NullTranslations())
    return Words(language, gettext.translation(DOMAIN, str(LOCALES), languages=[language]))
