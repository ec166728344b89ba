"""The judges' part of the page about an audit."""

from __future__ import annotations

from html import escape

from governance.audit.judges.report import JudgedReport
from governance.scoring.judged import JudgedScores

_MOST = 10
_ANSWER = 160


def judged_section(report: JudgedReport) -> str:
    """Return judges, figures beside the rule's, agreement and contradictions as HTML."""
    judges = "".join(
        f"<tr><th scope='row'>{escape(j.family)}</th><td>{escape(j.spec)}</td>"
        f"<td class='n'>{j.read}</td><td class='n'>{j.unreadable}</td><td class='n'>{j.failed}</td>"
        f"<td class='n'>{j.against_majority}</td></tr>"
        for j in report.judges
    )
    return (
        "<h2>Judges</h2><p>Other models read the answers. Their figures gate nothing.</p>"
        "<table><thead><tr><th>family</th><th>model</th><th>read</th><th>unreadable</th>"
        f"<th>failed</th><th>against the majority</th></tr></thead><tbody>{judges}</tbody></table>"
        + "".join(_protocol(name, scores) for name, scores in report.protocols.items())
        + _contradictions(report)
    )


def _protocol(name: str, scores: JudgedScores) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{escape(figure.name)}</th>"
        f"<td class='n'>{_rate(figure.rule_rate)}</td>"
        f"<td class='n'>{_rate(figure.judged_rate)}</td><td class='n'>{figure.items}</td>"
        f"<td class='n'>{figure.undecided}</td></tr>"
        for figure in scores.figures
    )
    warning = (
        ""
        if scores.usable
        else (
            f"<p class='note'>{name.upper()}: the judged figures are not usable: "
            f"{escape(str(scores.reason))}</p>"
        )
    )
    return (
        f"<table><thead><tr><th>{name.upper()}</th><th>by the rule</th><th>by the judges</th>"
        f"<th>items</th><th>no majority</th></tr></thead><tbody>{rows}</tbody></table>"
        f"<p>Fleiss' kappa {_rate(scores.kappa)} on {scores.read_by_all} of {scores.items} items "
        f"read by all; Krippendorff's alpha {_rate(scores.alpha)}.</p>{warning}"
    )


def _contradictions(report: JudgedReport) -> str:
    if not report.contradictions:
        return ""
    rows = "".join(
        f"<tr><td>{c.protocol.upper()}</td><td>{escape(c.item)}</td><td>{escape(c.group)}</td>"
        f"<td>{escape(c.rule or 'none')}{' (no verdict)' if c.missing else ''}</td>"
        f"<td>{escape(c.majority)}</td>"
        f"<td>{escape(c.answered[:_ANSWER])}</td></tr>"
        for c in report.contradictions[:_MOST]
    )
    return (
        f"<h3>The judges against the rule: {len(report.contradictions)} items</h3><table><thead>"
        "<tr><th>protocol</th><th>item</th><th>kind</th><th>rule</th><th>judges</th>"
        f"<th>answered</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _rate(value: float | None) -> str:
    return "missing" if value is None else f"{value:.3f}"
