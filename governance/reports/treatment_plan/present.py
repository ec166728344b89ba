"""The treatment plan as a document."""

from __future__ import annotations

from governance.reports.document import (
    Block,
    Cell,
    Column,
    Document,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Sheet,
    Table,
)
from governance.reports.frame import compose, coverage_figures
from governance.reports.treatment_plan.model import Action, PlanItem, PlanReport
from governance.reports.words import Words


def action_words(action: Action, words: Words) -> str:
    """Return what is to be done."""
    return {
        "assess": words.tr("assess: nothing is known"),
        "verify": words.tr("verify: it is declared, nobody has checked"),
        "restore": words.tr("restore: a file of the evidence is missing or changed"),
        "review": words.tr("review: the date of the next review has come"),
        "decide": words.tr("decide whether it applies"),
    }[action]


def present(report: PlanReport, words: Words) -> Document:
    """Return the document in the language of the words."""
    overdue = sum(item.overdue for item in report.items)
    figures = (
        KeyFigure(
            words.tr("Open actions"),
            words.number(len(report.items)),
            words.tr("{count} overdue", count=words.number(overdue)),
            tone="warning" if overdue else "plain",
        ),
        *coverage_figures(report.coverage, words, words.tr("Controls")),
    )
    section = Section("actions", words.tr("What to do next"), _actions(report, words))
    return compose(report, words, (KeyFigures(figures),), [section])


def _actions(report: PlanReport, words: Words) -> tuple[Block, ...]:
    if not report.items:
        text = words.tr("No action is open: every control is verified or declared inapplicable.")
        return (Paragraph(text),)
    columns = (
        Column(words.tr("Control")),
        Column(words.tr("Action")),
        Column(words.tr("Owner")),
        Column(words.tr("Due"), narrow=True),
        Column(words.tr("Incidents"), numeric=True),
        Column(words.tr("At stake"), numeric=True),
        Column(words.tr("In domains")),
    )
    rows = tuple(_row(item, words) for item in report.items)
    note = words.tr(
        "At stake: the expected losses of the domains that the control answers, not its saving."
    )
    return (Table(words.tr("Actions, most at stake first"), columns, rows, note),)


def _row(item: PlanItem, words: Words) -> tuple[Cell, ...]:
    due = "–" if item.due is None else item.due.isoformat()
    stake = "–" if item.currency is None else words.amount(item.expected_loss, item.currency)
    return (
        Cell(f"{item.code} {words.tr(item.name)}", source=item.source),
        Cell(action_words(item.action, words)),
        Cell(words.person(item.owner, item.owner_id) or words.tr("nobody")),
        Cell(f"{due} ({words.tr('overdue')})" if item.overdue else due),
        Cell(words.number(item.incidents)),
        Cell(stake),
        Cell(", ".join(item.domains) or "–"),
    )


def sheet(report: PlanReport) -> Sheet:
    """Return one row an action."""
    columns = (
        "control",
        "name",
        "action",
        "status",
        "owner",
        "target",
        "due",
        "overdue",
        "domains",
        "threats",
        "incidents",
        "expected_loss",
        "currency",
        "source",
    )
    rows = tuple(
        (
            item.control,
            item.name,
            item.action,
            item.status,
            item.owner,
            item.target,
            None if item.due is None else item.due.isoformat(),
            item.overdue,
            " ".join(item.domains),
            " ".join(item.threats),
            item.incidents,
            item.expected_loss,
            item.currency,
            item.source,
        )
        for item in report.items
    )
    return Sheet(columns, rows)
