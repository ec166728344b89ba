"""The outlook of a certificate: how its scores fade and on which day its tier falls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from governance.gate.decay import retained
from governance.reports.figures import svg
from governance.reports.figures.scale import Linear, nice_ticks
from governance.reports.words import Words

WIDTH, HEIGHT = 760.0, 330.0
LEFT, RIGHT, TOP, BASE = 54.0, 120.0, 16.0, 236.0
STRIP = 256.0
_DASHES = (None, "8 4", "2 3")
_STEPS = 40


@dataclass(frozen=True)
class Fading:
    """A dimension with its certified score."""

    label: str
    score: float


@dataclass(frozen=True)
class Stay:
    """A span of days at one tier; ``until`` None: to the end of the outlook."""

    tier: int
    start: float
    until: float | None


def decay_outlook(
    name: str,
    dimensions: Sequence[Fading],
    stays: Sequence[Stay],
    words: Words,
    *,
    decay_rate: float,
    days: float,
    today: float,
    title: str,
    description: str,
) -> Markup:
    """Draw exp(-decay_rate * t) * score for each dimension and the tiers as a strip below.

    Days count from the certification; ``today`` is marked.
    """
    across = Linear(0, days, LEFT, WIDTH - RIGHT)
    up = Linear(0, 1, BASE, TOP)
    parts = _axes(across, up, words, days)
    ends: list[tuple[float, str]] = []
    for index, dimension in enumerate(dimensions):
        curve = [
            (
                across(days * step / _STEPS),
                up(_effective(dimension.score, decay_rate, days * step / _STEPS)),
            )
            for step in range(_STEPS + 1)
        ]
        parts.append(svg.path(curve, dash=_DASHES[index % len(_DASHES)]))
        ends.append((curve[-1][1] + 4, f"{dimension.label} {words.significant(dimension.score)}"))
    for y, text in _spread(ends):
        parts.append(svg.label(WIDTH - RIGHT + 8, y, text, weight="600"))
    for stay in stays:
        parts.extend(_stay(stay, across, days))
    x = across(today)
    parts.append(svg.line(x, TOP, x, STRIP + 26, stroke=svg.WARNING, width=1.6, dash="5 3"))
    parts.append(svg.label(x + 4, TOP + 10, words.tr("today"), size=11, fill=svg.WARNING))
    return svg.drawing(name, WIDTH, HEIGHT, title, description, *parts)


def _effective(score: float, decay_rate: float, day: float) -> float:
    return score * retained(decay_rate, day)


def _axes(across: Linear, up: Linear, words: Words, days: float) -> list[str]:
    parts: list[str] = []
    for tenths in range(0, 11, 2):
        y = up(tenths / 10)
        parts.append(svg.line(LEFT, y, WIDTH - RIGHT, y))
        text = words.number(tenths) if tenths in (0,) else words.plain(tenths / 10, 2)
        parts.append(svg.label(LEFT - 8, y + 4, text, anchor="end", size=11, fill=svg.MUTED))
    for tick in nice_ticks(days, 6):
        if tick <= days:
            text = words.number(round(tick))
            parts.append(
                svg.label(across(tick), STRIP + 44, text, anchor="middle", size=11, fill=svg.MUTED)
            )
    middle = (LEFT + WIDTH - RIGHT) / 2
    text = words.tr("days since certification")
    parts.append(svg.label(middle, HEIGHT - 8, text, anchor="middle"))
    return parts


def _spread(ends: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    placed: list[tuple[float, str]] = []
    for y, text in sorted(ends):
        place = y if not placed else max(y, placed[-1][0] + 15)
        placed.append((place, text))
    return placed


def _stay(stay: Stay, across: Linear, days: float) -> list[str]:
    start, end = across(stay.start), across(days if stay.until is None else stay.until)
    level = max(0, min(5, stay.tier))
    ink = svg.PAPER if level >= svg.DARK else svg.INK
    parts = [svg.rectangle(start, STRIP, end - start, 26, fill=svg.SHADES[level], stroke=svg.INK)]
    if end - start > 18:
        text = f"T{stay.tier}"
        parts.append(
            svg.label((start + end) / 2, STRIP + 18, text, anchor="middle", fill=ink, weight="600")
        )
    return parts
