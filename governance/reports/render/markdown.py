"""Markdown: the same blocks, with the words of each figure in place of its drawing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from governance.reports.document import (
    Block,
    Bullets,
    Cell,
    Document,
    Facts,
    Figure,
    Gallery,
    KeyFigures,
    Notice,
    Paragraph,
    Subheading,
    Table,
)
from governance.reports.inert import markdown_text as escape
from governance.reports.model import Report
from governance.reports.render.apart import fill
from governance.reports.render.plain import plain_block, plain_document, plain_report
from governance.reports.theme import Theme
from governance.reports.words import Words


def render_markdown(
    report: Report, document: Document, words: Words, theme: Theme, templates: Path | None = None
) -> str:
    """Return the report as CommonMark with pipe tables; data are escaped wherever they stand."""
    labels = words.status_labels()
    whole = plain_document(document)
    whole["lead"] = _blocks(document.lead, labels)
    whole["sections"] = [
        {"id": part.id, "title": part.title, "blocks": _blocks(part.blocks, labels)}
        for part in document.sections
    ]
    context = {
        "report": plain_report(report),
        "document": whole,
        "theme": theme.model_dump(mode="json"),
        "labels": labels,
    }
    return fill(document.kind, "md", context, words, templates)


def _blocks(blocks: tuple[Block, ...], labels: dict[str, str]) -> list[object]:
    """Return blocks as plain data, each with its own Markdown, which `render(block)` prints."""
    return [{**plain_block(block), "markdown": block_markdown(block, labels)} for block in blocks]


def block_markdown(block: Block, labels: dict[str, str]) -> str:
    """Return one block as Markdown, with a newline at its end."""
    return _BLOCKS[block.kind](block, labels)


def _table(block: Table, labels: dict[str, str]) -> str:
    lines = [f"**{escape(block.caption)}**", ""]
    lines.append("| " + " | ".join(escape(column.title) for column in block.columns) + " |")
    rules = ("---:" if column.numeric else "---" for column in block.columns)
    lines.append("| " + " | ".join(rules) + " |")
    for row in block.rows:
        lines.append("| " + " | ".join(_cell(cell, labels) for cell in row) + " |")
    if block.note:
        lines += ["", escape(block.note)]
    return "\n".join(lines) + "\n"


def _cell(cell: Cell, labels: dict[str, str]) -> str:
    parts = [labels[cell.status]] if cell.status else []
    if cell.text:
        parts.append(escape(cell.text))
    if cell.source:
        parts.append(f"({escape(cell.source)})")
    return " ".join(parts)


def _figure(block: Figure, _labels: dict[str, str]) -> str:
    return f"> {escape(block.caption)} {escape(block.description)}\n"


def _gallery(block: Gallery, _labels: dict[str, str]) -> str:
    lines = "".join(f"- {escape(figure.description)}\n" for figure in block.figures)
    return f"**{escape(block.caption)}**\n\n{lines}"


def _key_figures(block: KeyFigures, _labels: dict[str, str]) -> str:
    lines = []
    for item in block.items:
        line = f"- {escape(item.label)}: **{escape(item.value)}**"
        if item.source:
            line += f" ({escape(item.source)})"
        lines.append(line + (f" – {escape(item.remark)}" if item.remark else ""))
    return "\n".join(lines) + "\n"


def _paragraph(block: Paragraph, _labels: dict[str, str]) -> str:
    return escape(block.text) + "\n"


def _subheading(block: Subheading, _labels: dict[str, str]) -> str:
    return f"### {escape(block.text)}\n"


def _notice(block: Notice, _labels: dict[str, str]) -> str:
    return f"> **{escape(block.title)}** {escape(block.text)}\n"


def _bullets(block: Bullets, _labels: dict[str, str]) -> str:
    return "".join(f"- {escape(item)}\n" for item in block.items)


def _facts(block: Facts, labels: dict[str, str]) -> str:
    return "".join(f"- {escape(term)}: {_cell(value, labels)}\n" for term, value in block.items)


_BLOCKS: dict[str, Callable[[Any, dict[str, str]], str]] = {
    "table": _table,
    "figure": _figure,
    "gallery": _gallery,
    "key_figures": _key_figures,
    "paragraph": _paragraph,
    "subheading": _subheading,
    "notice": _notice,
    "bullets": _bullets,
    "facts": _facts,
}
