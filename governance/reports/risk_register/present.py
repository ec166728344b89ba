"""The risk register as a document."""

from __future__ import annotations

from governance.reports.document import (
    Cell,
    Column,
    Document,
    Figure,
    KeyFigures,
    Paragraph,
    Section,
    Sheet,
    Table,
)
from governance.reports.figures.bars import Bar, Segment, bars
from governance.reports.figures.heatmap import heat_map
from governance.reports.frame import compose, coverage_figures
from governance.reports.overview.exposure import basis_words, level
from governance.reports.overview.incidents import LOSSES
from governance.reports.risk_register.model import RegisterReport, RiskEntry
from governance.reports.words import Words


def present(report: RegisterReport, words: Words) -> Document:
    """Return the document in the language of the words."""
    remarks = (
        words.tr("rest on recorded data alone"),
        words.tr("an expert's range enters"),
        words.tr("no risk run is stored"),
    )
    figures = coverage_figures(report.coverage, words, words.tr("Exposures"), remarks)
    blocks = [_table(report, words)]
    sections = [
        Section("register", words.tr("The register"), (*_pictures(report, words), *blocks)),
        Section("registered", words.tr("Risks with an owner"), _registered(report, words)),
        Section("entries", words.tr("Entry by entry"), _entries(report, words)),
    ]
    return compose(report, words, (KeyFigures(figures),), sections)


def _pictures(report: RegisterReport, words: Words) -> tuple[Figure, ...]:
    found = []
    currencies = {row.exposure.currency for row in report.entries if row.exposure}
    if len(currencies) == 1:
        found.append(_bars(report, currencies.pop(), words))
    if any(row.losses for row in report.entries):
        found.append(_heat(report, words))
    return tuple(found)


def _bars(report: RegisterReport, currency: str, words: Words) -> Figure:
    rows = [
        Bar(
            row.name,
            (
                Segment(
                    row.exposure.mean or 0.0,
                    "solid" if row.exposure.basis == "data" else "hatch",
                    row.name,
                ),
            )
            if row.exposure
            else (),
            words.amount(row.exposure.mean, currency) if row.exposure else words.tr("not assessed"),
        )
        for row in report.entries
    ]
    described = "; ".join(f"{row.label}: {row.text}" for row in rows) + "."
    legend = (
        ("solid", words.tr("rests on data alone")),
        ("hatch", words.tr("with an expert's range in it")),
    )
    title = words.tr("Expected loss by domain")
    svg = bars("expected-loss", rows, title=title, description=described, legend=legend)
    return Figure(title, described, svg)


def _heat(report: RegisterReport, words: Words) -> Figure:
    counts = {
        (row.domain, words.tr(loss)): count
        for row in report.entries
        for loss, count in row.losses.items()
    }
    domains = [(row.domain, row.name) for row in report.entries]
    title = words.tr("Incidents by domain and loss category")
    described = words.tr("Numbers are in the table of each entry.")
    columns = [words.tr(loss) for loss in LOSSES]
    svg = heat_map("domain-by-loss", domains, columns, counts, title=title, description=described)
    return Figure(title, described, svg)


def _table(report: RegisterReport, words: Words) -> Table:
    labels = words.status_labels()
    columns = (
        Column(words.tr("Risk")),
        Column(words.tr("Incidents"), numeric=True),
        Column(words.tr("Expected loss"), numeric=True),
        Column(words.tr("VaR 95 %"), numeric=True),
        Column(words.tr("TVaR 95 %"), numeric=True),
        Column(words.tr("Exposure"), narrow=True),
        Column(words.tr("Controls: {kinds}", kinds=" | ".join(labels.values()))),
    )
    rows = tuple(_row(row, words) for row in report.entries)
    note = words.tr(
        "Controls are those of ISO/IEC 42001 that the ontology links to the domain; "
        "the three counts are never added."
    )
    return Table(words.tr("Risks by expected loss"), columns, rows, note)


def _row(row: RiskEntry, words: Words) -> tuple[Cell, ...]:
    exposure = row.exposure
    if exposure is None:
        amounts = ("–", "–", "–")
    else:
        code = exposure.currency
        amounts = (
            words.amount(exposure.mean, code),
            words.amount(level(exposure.var, "0.95"), code),
            words.amount(level(exposure.tvar, "0.95"), code),
        )
    controls = row.controls
    counts = f"{controls.verified} | {controls.declared} | {controls.not_assessed}"
    return (
        Cell(f"{row.name} ({row.domain})", source=exposure.source if exposure else None),
        Cell(words.number(row.incidents)),
        *(Cell(amount) for amount in amounts),
        Cell("", status=row.status),
        Cell(counts),
    )


def _entries(report: RegisterReport, words: Words) -> tuple[Table | Paragraph, ...]:
    columns = (
        Column(words.tr("Risk")),
        Column(words.tr("What it is")),
        Column(words.tr("Sub-threats seen")),
        Column(words.tr("Losses seen")),
        Column(words.tr("Exposure rests on")),
    )
    rows = tuple(
        (
            Cell(f"{row.id} {row.name}", source=row.source),
            Cell(row.definition),
            Cell("; ".join(f"{t.threat} {t.name} ({t.count})" for t in row.sub_threats[:5]) or "–"),
            Cell("; ".join(f"{words.tr(loss)} {n}" for loss, n in row.losses.items()) or "–"),
            Cell(basis_words(row.exposure.basis, words) if row.exposure else "–"),
        )
        for row in report.entries
    )
    return (Table(words.tr("What each risk consists of"), columns, rows),)


def _registered(report: RegisterReport, words: Words) -> tuple[Table | Paragraph, ...]:
    if not report.registered:
        return (Paragraph(words.tr("No threat has been put on the register by name.")),)
    columns = (
        Column(words.tr("Threat")),
        Column(words.tr("Owner")),
        Column(words.tr("Events seen"), numeric=True),
        Column(words.tr("Years watched"), numeric=True),
        Column(words.tr("Events a year"), numeric=True),
        Column(words.tr("90 % between"), numeric=True),
        Column(words.tr("Prior")),
    )
    rows = tuple(
        (
            Cell(f"{row.threat} {row.name}"),
            Cell(words.person(row.owner, row.owner_id) or words.tr("nobody")),
            Cell(words.number(row.events)),
            Cell(words.plain(row.years, 2)),
            Cell(words.plain(row.mean, 2)),
            Cell(f"{words.plain(row.low, 2)} – {words.plain(row.high, 2)}"),
            Cell(row.prior),
        )
        for row in report.registered
    )
    return (Table(words.tr("Frequency, from linked incidents and a stated prior"), columns, rows),)


def sheet(report: RegisterReport) -> Sheet:
    """Return one row a risk."""
    columns = (
        "id",
        "domain",
        "name",
        "incidents",
        "uncertain",
        "status",
        "basis",
        "currency",
        "horizon_years",
        "mean",
        "var_0.95",
        "tvar_0.95",
        "controls_verified",
        "controls_declared",
        "controls_not_assessed",
        "source",
    )
    return Sheet(columns, tuple(_cells(row) for row in report.entries))


def _cells(row: RiskEntry) -> tuple[object, ...]:
    exposure = row.exposure
    figures: tuple[object, ...] = (None,) * 6
    if exposure is not None:
        figures = (
            exposure.basis,
            exposure.currency,
            exposure.horizon_years,
            exposure.mean,
            level(exposure.var, "0.95"),
            level(exposure.tvar, "0.95"),
        )
    return (
        row.id,
        row.domain,
        row.name,
        row.incidents,
        row.uncertain,
        row.status,
        *figures,
        row.controls.verified,
        row.controls.declared,
        row.controls.not_assessed,
        exposure.source if exposure else None,
    )
