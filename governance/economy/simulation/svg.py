"""Line charts and stacked areas as SVG text; every series is told apart by dash and label too."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

Series = tuple[str, Sequence[float]]
WIDTH, HEIGHT = 760, 400
LEFT, RIGHT, TOP, BOTTOM = 92, 150, 54, 48
COLOURS = ("#1f4e79", "#b3541e", "#2e7d4f", "#7a3e8e", "#a6192e", "#5b6770", "#8a6d00")
DASHES = ("", "7 4", "2 3", "9 3 2 3", "12 4", "4 4", "1 4")


def line_chart(
    title: str,
    series: Sequence[Series],
    *,
    unit: str,
    marks: Sequence[tuple[str, float]] = (),
    zero: bool = True,
) -> str:
    """Return a chart of series over days; ``marks`` are horizontal lines with a label."""
    values = [value for _, line in series for value in line if not math.isnan(value)]
    values += [value for _, value in marks]
    low, high = _range(values, zero)
    days = max((len(line) for _, line in series), default=1)
    parts = _frame(title, unit, low, high, days)
    ends = _spread([_last(line) for _, line in series], low, high)
    for number, (name, line) in enumerate(series):
        colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
        points = " ".join(
            f"{_x(day, days):.1f},{_y(value, low, high):.1f}"
            for day, value in enumerate(line)
            if not math.isnan(value)
        )
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8" '
            f'stroke-dasharray="{dash}"/>'
        )
        parts += _key(number, name, ends[number])
    for name, value in marks:
        y = _y(value, low, high)
        parts.append(
            f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" '
            f'stroke="#9c2f1a" stroke-dasharray="3 3"/>'
        )
        parts.append(_text(LEFT + 6, y - 5, name, fill="#9c2f1a"))
    return _svg(title, parts)


def area_chart(title: str, series: Sequence[Series], *, unit: str) -> str:
    """Return stacked areas of shares over days, the first series at the bottom."""
    days = max((len(line) for _, line in series), default=1)
    parts = _frame(title, unit, 0.0, 1.0, days)
    below = [0.0] * days
    middles = []
    for number, (_, line) in enumerate(series):
        above = [low + value for low, value in zip(below, line, strict=True)]
        there = [f"{_x(day, days):.1f},{_y(value, 0, 1):.1f}" for day, value in enumerate(above)]
        back = [f"{_x(day, days):.1f},{_y(value, 0, 1):.1f}" for day, value in enumerate(below)]
        opacity = 0.25 + 0.75 * number / max(1, len(series) - 1)
        parts.append(
            f'<polygon points="{" ".join(there + back[::-1])}" fill="#1f4e79" '
            f'fill-opacity="{opacity:.2f}" stroke="#ffffff" stroke-width="0.8"/>'
        )
        middles.append((below[-1] + above[-1]) / 2)
        below = above
    for number, (name, y) in enumerate(zip(series, _spread(middles, 0, 1), strict=True)):
        parts.append(_text(WIDTH - RIGHT + 10, y + 4, f"{name[0]} {series[number][1][-1]:.0%}"))
    return _svg(title, parts)


def _range(values: Sequence[float], zero: bool) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    if zero:
        low, high = min(0.0, low), max(0.0, high)
    margin = (high - low or 1.0) * 0.05
    return (low if zero and low == 0 else low - margin), high + margin


def _frame(title: str, unit: str, low: float, high: float, days: int) -> list[str]:
    parts = [_text(LEFT, 24, title, size=15, weight="600"), _text(LEFT, 42, unit, fill="#51606f")]
    for tick in _ticks(low, high):
        y = _y(tick, low, high)
        parts.append(
            f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#d9dee5"/>'
        )
        parts.append(_text(LEFT - 8, y + 4, _number(tick), anchor="end", fill="#51606f"))
    for day in _ticks(0, max(1, days - 1)):
        x = _x(day, days)
        parts.append(_text(x, HEIGHT - BOTTOM + 20, f"{day:g}", anchor="middle", fill="#51606f"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "day", anchor="middle"))
    return parts


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}"


def _ticks(low: float, high: float) -> list[float]:
    raw = (high - low) / 5 or 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
    first = math.ceil(low / step)
    return [round(step * (first + n), 10) for n in range(12) if step * (first + n) <= high]


def _x(day: float, days: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * day / max(1, days - 1)


def _y(value: float, low: float, high: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low)


def _last(line: Sequence[float]) -> float:
    return next((value for value in reversed(line) if not math.isnan(value)), 0.0)


def _spread(values: Sequence[float], low: float, high: float) -> list[float]:
    """Return heights for labels beside values, at least a line apart."""
    # Of equal ones the last comes first: in a stack it lies on top.
    order = sorted(range(len(values)), key=lambda index: (-values[index], -index))
    heights = [0.0] * len(values)
    previous = -math.inf
    for index in order:
        previous = heights[index] = max(_y(values[index], low, high), previous + 15)
    over = max(0.0, previous - (HEIGHT - BOTTOM))
    return [height - over for height in heights]


def _key(number: int, name: str, y: float) -> list[str]:
    colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    x = WIDTH - RIGHT + 8
    line = (
        f'<line x1="{x}" y1="{y:.1f}" x2="{x + 22}" y2="{y:.1f}" stroke="{colour}" '
        f'stroke-width="1.8" stroke-dasharray="{dash}"/>'
    )
    return [line, _text(x + 27, y + 4, name, fill=colour)]


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: int = 12,
    anchor: str = "start",
    fill: str = "#1a2433",
    weight: str = "400",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{fill}" '
        f'font-weight="{weight}">{html.escape(words, quote=False)}</text>'
    )


def _svg(title: str, parts: Sequence[str]) -> str:
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{html.escape(title)}" font-family="system-ui, sans-serif">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )
