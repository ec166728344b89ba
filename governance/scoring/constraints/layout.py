"""Instructions about content and format: placeholders, lists, highlights, sections, JSON."""

from __future__ import annotations

import json
import re
from typing import ClassVar, NoReturn

from governance.scoring.constraints.base import Constraint, Count, Text

_BULLET = re.compile(r"\s*(?:\*(?!\*)|-(?!-))\s*\S")
_RULE = re.compile(r"\s*([-*])(?:\s*\1){2,}\s*$")
_EMPHASIS = re.compile(r"\s*\*[^\s*](?:[^*]*[^\s*])?\*(?!\*)")
_STAR_BULLET = re.compile(r"\s*\*\s")
_HIGHLIGHT = re.compile(r"(\*{1,3})([^*]+)\1")


class NumberOfPlaceholders(Constraint):
    """``detectable_content:number_placeholders``: at least so many ``[...]``."""

    num_placeholders: Count

    def holds(self, text: str) -> bool:
        """Count square brackets closed on the same line."""
        return len(re.findall(r"\[.*?\]", text)) >= self.num_placeholders


class Postscript(Constraint):
    """``detectable_content:postscript``: a postscript with the marker, spaced or not."""

    postscript_marker: Text

    def holds(self, text: str) -> bool:
        """Look for the marker, whatever its case."""
        return re.search(self._pattern(), text.lower()) is not None

    def _pattern(self) -> str:
        marker = self.postscript_marker.strip().lower()
        known = {"p.p.s": r"p\.\s?p\.\s?s", "p.p.s.": r"p\.\s?p\.\s?s", "p.s.": r"p\.\s?s\."}
        # "the group. S. Lee" holds no postscript.
        return r"(?<!\w)" + known.get(marker, re.escape(marker))


class NumberOfBullets(Constraint):
    """``detectable_format:number_bullet_lists``: exactly so many lines led by ``*`` or ``-``."""

    num_bullets: Count

    def holds(self, text: str) -> bool:
        """Count the lines that open a point."""
        return sum(_is_bullet(line) for line in text.split("\n")) == self.num_bullets


class ConstrainedResponse(Constraint):
    """``detectable_format:constrained_response``: one of three fixed answers is given."""

    OPTIONS: ClassVar[tuple[str, ...]] = (
        "My answer is yes.",
        "My answer is no.",
        "My answer is maybe.",
    )

    def holds(self, text: str) -> bool:
        """Look for one of the options, letter for letter."""
        return any(option in text for option in self.OPTIONS)


class NumberOfHighlights(Constraint):
    """``detectable_format:number_highlighted_sections``: at least so many ``*highlights*``.

    Each counts once: ``***both***`` is one, and in ``* **Label:** text`` the bullet is none.
    """

    num_highlights: Count

    def holds(self, text: str) -> bool:
        """Count what stands between one, two or three asterisks on one line."""
        return sum(_count_highlights(line) for line in text.split("\n")) >= self.num_highlights


class MultipleSections(Constraint):
    """``detectable_format:multiple_sections``: at least so many sections ``SECTION 1`` ...

    A section is marked by the word as a whole word and a number. Each number counts once, so
    neither a reference back ("see SECTION 1") nor "SECTION 1.2" makes another section.
    """

    section_spliter: Text
    num_sections: Count

    def holds(self, text: str) -> bool:
        """Count the different numbers behind the word."""
        word = re.escape(self.section_spliter.strip())
        return len(set(re.findall(rf"(?<!\w){word}\s?0*(\d+)", text))) >= self.num_sections


class JsonFormat(Constraint):
    """``detectable_format:json_format``: the whole text is JSON, fenced by ``` or not."""

    def holds(self, text: str) -> bool:
        """Parse the text; NaN and infinities are not JSON (RFC 8259)."""
        try:
            json.loads(_unfenced(text), parse_constant=_refuse)
        except (ValueError, RecursionError):
            return False
        return True


class Title(Constraint):
    """``detectable_format:title``: a title in ``<<double angular brackets>>``."""

    def holds(self, text: str) -> bool:
        """Look for brackets with something in them on one line."""
        titles = re.findall(r"<<[^\n]+>>", text)
        return any(title.lstrip("<").rstrip(">").strip() for title in titles)


def _is_bullet(line: str) -> bool:
    """Return whether a line opens a point: neither ``---`` nor ``*emphasis*`` does."""
    return bool(_BULLET.match(line)) and not (_RULE.match(line) or _EMPHASIS.match(line))


def _count_highlights(line: str) -> int:
    bullet = _STAR_BULLET.match(line)
    # A bullet leaves one asterisk without a partner; "* two words *" has a pair.
    if bullet and line.count("*") % 2:
        line = line[bullet.end() :]
    return sum(bool(inner.strip()) for _, inner in _HIGHLIGHT.findall(line))


def _unfenced(text: str) -> str:
    text = re.sub(r"^```(?:json)?", "", text.strip(), flags=re.IGNORECASE)
    return text.removesuffix("```").strip()


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
