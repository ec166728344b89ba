"""One self-contained HTML page about an audit: scores, curves by level, worst items."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from governance.audit.profiles.section import profiles_section
from governance.audit.runs.results import AuditResult
from governance.audit.worst import FailedItem
from governance.scoring.compliance import LevelShare
from governance.scoring.share import Share

_WIDTH, _HEIGHT, _EDGE = 360, 200, 36
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1a1a1a}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{text-align:left;padding:.35rem .6rem;
border-bottom:1px solid #ccc;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
figure{display:inline-block;margin:0 1rem 1rem 0}figcaption{font-weight:600}
.note{background:#fff4d6;padding:.6rem .8rem;border-left:4px solid #b97d00}
"""


def audit_page(
    result: AuditResult, worst: Sequence[FailedItem], notes: Sequence[str], judged: str = ""
) -> str:
    """Return the page; everything from outside is escaped, nothing is loaded.

    ``judged`` is the part about judges, as HTML, where there were any.
    """
    subject = result.manifest.subject
    title = f"Audit of {subject.model}"
    curves = _curves(result)
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width,initial-scale=1'>"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{escape(title)}</h1><p>{escape(subject.spec)}, {escape(subject.engine)}, "
        f"{escape(subject.device or 'remote')}, {escape(subject.dtype or 'dtype not known')}; "
        f"evidence {escape(result.evidence_digest)}</p>"
        + "".join(f"<p class='note'>{escape(note)}</p>" for note in notes)
        + _scores(result)
        + f"<h2>By context</h2>{curves}{judged}"
        + profiles_section(result.profiles)
        + f"<h2>Worst items</h2>{_worst(worst)}</main></body></html>\n"
    )


def _scores(result: AuditResult) -> str:
    paper = result.paper.model_dump()
    of_paper = dict(zip(("cc", "er", "as", "ih"), paper.values(), strict=True))
    rows = "".join(
        f"<tr><th scope='row'>{name.upper()}</th><td class='n'>{_number(bound.score)}</td>"
        f"<td class='n'>{_number(bound.lower)}</td><td class='n'>{_number(of_paper[name])}</td>"
        f"<td class='n'>{_number(result.coverage.get(name))}</td></tr>"
        for name, bound in result.bounds.items()
    )
    return (
        "<h2>Scores</h2><table><thead><tr><th>dimension</th><th class='n'>score</th>"
        "<th class='n'>95 % lower bound</th><th class='n'>as the paper counts</th>"
        "<th class='n'>readable answers</th></tr>"
        f"</thead><tbody>{rows}</tbody></table>"
    )


def _curves(result: AuditResult) -> str:
    scores = result.scores
    series: dict[str, Sequence[LevelShare]] = {}
    if scores.cc is not None:
        series |= {"CC, writing": scores.cc.base, "CC, tool calls": scores.cc.agentic}
    if scores.er is not None:
        series["Factual accuracy"] = scores.er.accuracy
    drawn = [_curve(name, levels) for name, levels in series.items() if levels]
    return "".join(drawn) or "<p>Not measured.</p>"


def _curve(name: str, levels: Sequence[LevelShare]) -> str:
    across = _WIDTH - 2 * _EDGE
    up = _HEIGHT - 2 * _EDGE
    points = [
        (_EDGE + level.level * across, _HEIGHT - _EDGE - (level.share.rate or 0) * up, level)
        for level in levels
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    dots = "".join(
        f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4' fill='#1f4e79'/>"
        f"<text x='{x:.1f}' y='{y - 9:.1f}' font-size='11' text-anchor='middle'>"
        f"{_counts(level.share)}</text>"
        f"<text x='{x:.1f}' y='{_HEIGHT - 12}' font-size='11' text-anchor='middle'>"
        f"{level.level:g}</text>"
        for x, y, level in points
    )
    return (
        f"<figure><svg viewBox='0 0 {_WIDTH} {_HEIGHT}' width='{_WIDTH}' height='{_HEIGHT}' "
        f"role='img' aria-label='{escape(name)} by context fraction'>"
        f"{_grid()}<polyline points='{path}' fill='none' stroke='#1f4e79' "
        f"stroke-width='2'/>{dots}</svg><figcaption>{escape(name)} by context fraction"
        "</figcaption></figure>"
    )


def _counts(share: Share) -> str:
    return f"{share.successes} of {share.units}" if share.units else "missing"


def _grid() -> str:
    lines = []
    for share in (0.0, 0.5, 1.0):
        y = _HEIGHT - _EDGE - share * (_HEIGHT - 2 * _EDGE)
        lines.append(
            f"<line x1='{_EDGE}' y1='{y:.1f}' x2='{_WIDTH - _EDGE}' y2='{y:.1f}' stroke='#ccc'/>"
            f"<text x='{_EDGE - 8}' y='{y + 4:.1f}' font-size='11' text-anchor='end' "
            f"fill='#555'>{share:g}</text>"
        )
    return "".join(lines)


def _worst(items: Sequence[FailedItem]) -> str:
    if not items:
        return "<p>Every item passed.</p>"
    rows = "".join(
        f"<tr><td>{escape(item.protocol.upper())}</td><td>{escape(item.item)}</td>"
        f"<td>{escape(item.why)}</td><td>{escape(item.asked)}</td>"
        f"<td>{escape(item.answered)}</td></tr>"
        for item in items
    )
    return (
        "<table><thead><tr><th>protocol</th><th>item</th><th>why</th><th>asked</th>"
        f"<th>answered</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _number(value: float | None) -> str:
    return "missing" if value is None else f"{value:.3f}"
