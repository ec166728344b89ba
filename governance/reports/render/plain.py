"""What a template gets: dicts, lists, numbers, strings and our own formatting functions.

A template of the user is text from outside. A model, a module or a bound method in its reach would
let it call whatever that object knows, so that none of them goes in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal

from markupsafe import Markup

from governance.kernel.money import Money
from governance.reports.document import Block, Document, Figure
from governance.reports.inert import inert
from governance.reports.model import Report
from governance.reports.render.environment import MarkdownMarkup
from governance.reports.words import MAX_PLACES, Words

Format = Callable[..., str]
_PLACE = re.compile(r"\{(\w+)\}")


def plain_report(report: Report) -> object:
    """Return the JSON form of a report; its texts are inert."""
    return _harmless(report.model_dump(mode="json"))


def plain_document(document: Document) -> dict[str, object]:
    """Return a document as dicts and lists; JSON can hold it."""
    return {field.name: _plain(getattr(document, field.name)) for field in fields(document)}


def plain_block(block: Block) -> dict[str, object]:
    """Return one block as dicts and lists."""
    return {field.name: _plain(getattr(block, field.name)) for field in fields(block)}


def with_markup(value: object) -> None:
    """Make what we drew and wrote in a document markup again, in place, after JSON.

    The document is ours: no text of the store can make a block or name a field in it.
    """
    if isinstance(value, list):
        for item in value:
            with_markup(item)
    elif isinstance(value, dict):
        if value.get("kind") == Figure.kind:
            value["svg"] = Markup(value["svg"])  # noqa: S704 - drawn by `reports.figures`
        if "markdown" in value:
            value["markdown"] = MarkdownMarkup(value["markdown"])
        for item in value.values():
            with_markup(item)


def formatting(words: Words) -> dict[str, Format]:
    """Return the functions of `Words` that take plain values; each gives text.

    A moment is text (ISO 8601), money ``{amount, currency}``; digits after the point are at most
    9, so that no number fills the memory.
    """

    def tr(text: str, /, **values: object) -> str:
        # Not str.format, which would read attributes of what stands in the braces.
        sentence = words.tr(str(text))
        if not values:
            return sentence
        return _PLACE.sub(lambda found: _scalar(values.get(found[1], found[0])), sentence)

    def day(moment: str | None) -> str:
        return words.day(None if moment is None else datetime.fromisoformat(moment))

    def moment_text(moment: str) -> str:
        return words.moment(datetime.fromisoformat(moment))

    return {"tr": tr, "day": day, "moment": moment_text, **_numbers(words)}


def _numbers(words: Words) -> dict[str, Format]:
    def number(value: float | str, digits: int = 0) -> str:
        return words.number(Decimal(str(value)), _digits(digits))

    def significant(value: float, digits: int = 3) -> str:
        return words.significant(float(value), max(1, _digits(digits)))

    def amount(value: float | None, currency: str) -> str:
        return words.amount(None if value is None else float(value), _scalar(currency))

    def money(value: dict[str, object]) -> str:
        return words.money(Money.model_validate(value))

    def percent(share: float) -> str:
        return words.percent(float(share))

    def rounded(value: float, digits: int = 3) -> str:
        return words.plain(float(value), max(1, _digits(digits)))

    def years(value: float) -> str:
        return words.years(float(value))

    return {
        "number": number,
        "significant": significant,
        "amount": amount,
        "money": money,
        "percent": percent,
        "plain": rounded,
        "years": years,
    }


def _digits(count: int) -> int:
    return max(0, min(int(count), MAX_PLACES))


def _scalar(value: object) -> str:
    if isinstance(value, str | int | float):
        return str(value)
    raise TypeError("a text or a number is needed here")


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _harmless(value: object) -> object:
    if isinstance(value, str):
        return inert(value)
    if isinstance(value, list):
        return [_harmless(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _harmless(item) for key, item in value.items()}
    return value
