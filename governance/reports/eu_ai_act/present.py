"""The AI Act report as a document."""

from __future__ import annotations

from collections.abc import Sequence

from governance.reports.controls.model import ControlRow
from governance.reports.controls.present import applicable_words, control_cells, evidence_words
from governance.reports.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Facts,
    KeyFigures,
    Notice,
    Paragraph,
    Section,
    Sheet,
    Table,
)
from governance.reports.eu_ai_act.model import AiActReport, SystemSection
from governance.reports.frame import compose, coverage_figures
from governance.reports.inert import shorten
from governance.reports.words import Words


def present(report: AiActReport, words: Words) -> Document:
    """Return the document in the language of the words."""
    figures = coverage_figures(report.coverage, words, words.tr("Articles"))
    sections = [_system(row, index, words) for index, row in enumerate(report.systems, start=1)]
    if not report.systems:
        sections.append(_organisation(report, words))
    if report.retired:
        names = Bullets(tuple(shorten(name, 100) for name in report.retired))
        sections.append(Section("retired", words.tr("Retired systems"), (names,)))
    sections.append(_dates(report, words))
    notice = Notice(
        words.tr("No legal advice."),
        words.tr(
            "Role and risk class are what the organisation declares; this report neither makes "
            "nor checks that classification."
        ),
    )
    return compose(report, words, (notice, KeyFigures(figures)), sections)


def _organisation(report: AiActReport, words: Words) -> Section:
    notice = Notice(
        words.tr("No AI system is registered."),
        words.tr("The articles are shown for the organisation as a whole."),
        tone="not_assessed",
    )
    table = article_table(words.tr("Articles"), report.articles, words)
    return Section("organisation", words.tr("The organisation"), (notice, table))


def _system(row: SystemSection, index: int, words: Words) -> Section:
    undeclared = words.tr("not declared")
    items = [
        (words.tr("System"), Cell(row.name, source=row.source)),
        (words.tr("Role"), Cell(row.role or undeclared)),
        (words.tr("Risk class, as declared"), Cell(row.risk_class or undeclared)),
        (words.tr("Status"), Cell(words.tr(row.status.replace("_", " ")))),
        (
            words.tr("Owner"),
            Cell(words.person(row.owner, row.owner_id) or words.tr("nobody")),
        ),
        (words.tr("Threats stated"), Cell(", ".join(row.threats) or words.tr("none stated"))),
        (words.tr("Registered"), Cell(words.day(row.registered_at))),
        *((name, Cell(shorten(value, 160))) for name, value in sorted(row.facts.items())),
    ]
    blocks: list[Block] = []
    if row.description:
        blocks.append(Paragraph(shorten(row.description, 1000)))
    blocks += [
        Facts(tuple(items)),
        KeyFigures(coverage_figures(row.coverage, words, words.tr("Articles"))),
        article_table(
            words.tr("Articles: {name}", name=shorten(row.name, 80)), row.articles, words
        ),
    ]
    return Section(f"system-{index}", shorten(row.name, 80), tuple(blocks))


def article_table(caption: str, rows: Sequence[ControlRow], words: Words) -> Table:
    """Return one row an article with status, evidence and the gap that is left."""
    columns = (
        Column(words.tr("Article")),
        Column(words.tr("Applies from"), narrow=True),
        Column(words.tr("Binds"), narrow=True),
        Column(words.tr("Status"), narrow=True),
        Column(words.tr("Evidence")),
        Column(words.tr("Gap")),
    )
    cells = tuple(
        (
            Cell(f"{row.code.replace('Art.', 'Art. ')} {words.tr(row.name)}", source=row.source),
            Cell(row.in_force_from or "–"),
            Cell(applicable_words(row, words)),
            Cell(_scope(row, words), status=row.status),
            Cell(evidence_words(row.evidence, words)),
            Cell(gap_words(row, words)),
        )
        for row in rows
    )
    return Table(caption, columns, cells)


def _scope(row: ControlRow, words: Words) -> str:
    return words.tr("(organisation)") if row.scope == "organisation" else ""


def gap_words(row: ControlRow, words: Words) -> str:
    """Return what is missing for verified evidence of a row."""
    if row.applicable == "no":
        return words.tr("none: declared not to bind")
    if row.stale and not any(ref.gone for ref in row.evidence):
        return words.tr("due for review")
    if any(ref.gone for ref in row.evidence):
        return words.tr("a file of the evidence is missing or changed")
    return {
        "verified": words.tr("none"),
        "declared": words.tr("nobody has checked the declaration"),
        "not_assessed": words.tr("no statement, no evidence"),
    }[row.status]


def _dates(report: AiActReport, words: Words) -> Section:
    notes = [f"{row.code}: {row.notice}" for row in report.articles if row.notice]
    text = words.tr(
        "{framework}, {version}. Where sources on a date disagree, the note says so.",
        framework=words.tr(report.framework),
        version=report.framework_version,
    )
    grouped: dict[str, list[str]] = {}
    for row in report.articles:
        if row.notice:
            grouped.setdefault(row.notice, []).append(row.code.replace("Art.", "Art. "))
    shown = tuple(f"{', '.join(codes)}: {notice}" for notice, codes in grouped.items())
    blocks: tuple[Block, ...] = (Paragraph(text), Bullets(shown)) if notes else (Paragraph(text),)
    return Section("dates", words.tr("From when the articles apply"), blocks)


def sheet(report: AiActReport) -> Sheet:
    """Return one row a system and article."""
    columns = (
        "system",
        "role",
        "risk_class",
        "id",
        "name",
        "group",
        "applicable",
        "justification",
        "status",
        "target",
        "due",
        "owner",
        "evidence",
        "threats",
        "incidents",
        "source",
    )
    rows: list[tuple[object, ...]] = [
        (section.name, section.role, section.risk_class, *control_cells(row))
        for section in report.systems
        for row in section.articles
    ]
    if not report.systems:
        rows = [("", "", "", *control_cells(row)) for row in report.articles]
    return Sheet(columns, tuple(rows))
