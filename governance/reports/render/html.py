"""One self-contained HTML page."""

from __future__ import annotations

from pathlib import Path

from governance.reports.document import Document
from governance.reports.model import Report
from governance.reports.render.apart import fill
from governance.reports.render.plain import plain_document, plain_report
from governance.reports.theme import Theme
from governance.reports.words import Words


def render_html(
    report: Report, document: Document, words: Words, theme: Theme, templates: Path | None = None
) -> str:
    """Return the page: no network, no scripts, everything from outside escaped.

    ``<kind>.html.j2`` is used where the user's folder or ours has it, else ``document.html.j2``.
    """
    context = {
        "report": plain_report(report),
        "document": plain_document(document),
        "theme": theme.model_dump(mode="json"),
        "labels": words.status_labels(),
    }
    return fill(document.kind, "html", context, words, templates)
