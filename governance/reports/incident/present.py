"""The report on one incident as a document."""

from __future__ import annotations

from governance.reports.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Facts,
    KeyFigure,
    KeyFigures,
    Notice,
    Paragraph,
    Section,
    Sheet,
    Table,
)
from governance.reports.frame import compose
from governance.reports.incident.model import REVIEWED, Amount, Code, DutyRow, IncidentReport
from governance.reports.inert import shorten
from governance.reports.words import Words

MAX_TEXT = 6000


def present(report: IncidentReport, words: Words) -> Document:
    """Return the document in the language of the words."""
    sections = [
        Section("facts", words.tr("What happened"), _facts(report, words)),
        Section("code", words.tr("What kind of incident it is"), _code(report.code, words)),
        Section("losses", words.tr("What it cost"), _losses(report, words)),
        Section("duties", words.tr("Who may have to be told, and by when"), _duties(report, words)),
        Section(
            "answers", words.tr("Which controls and articles answer it"), _answers(report, words)
        ),
        Section("history", words.tr("History of the record"), (_history(report, words),)),
    ]
    return compose(report, words, (KeyFigures(_glance(report, words)),), sections)


def _glance(report: IncidentReport, words: Words) -> tuple[KeyFigure, ...]:
    code, incident = report.code, report.incident
    labels = words.status_labels()
    dated = [row.due for row in report.duties if row.due is not None]
    kind = code.sub_threat_name or code.domain_name
    return (
        KeyFigure(
            words.tr("Kind"),
            kind,
            f"{code.sub_threat or code.domain or '–'}, {labels[code.status]}",
            code.source,
            tone="plain" if code.status != "not_assessed" else "not_assessed",
        ),
        KeyFigure(
            words.tr("Occurred"),
            incident.occurred or words.tr("not stated"),
            words.tr("discovered {day}", day=incident.discovered or words.tr("not stated")),
            tone="plain" if incident.occurred else "not_assessed",
        ),
        KeyFigure(
            words.tr("First duty due"),
            words.day(min(dated, default=None)),
            words.tr("of {count} duties that apply or may apply", count=len(report.duties)),
            tone="plain" if dated else "not_assessed",
        ),
    )


def _facts(report: IncidentReport, words: Words) -> tuple[Block, ...]:
    row = report.incident
    unknown = words.tr("not stated")
    near = {None: unknown, True: words.tr("yes"), False: words.tr("no")}[row.near_miss]
    items = [
        (words.tr("Record"), row.id),
        (words.tr("Source"), f"{row.source} {row.source_id}"),
        (words.tr("Occurred"), row.occurred or unknown),
        (words.tr("Discovered"), row.discovered or unknown),
        (words.tr("Reported"), row.reported or unknown),
        (words.tr("Stored"), words.moment(row.stored_at)),
        (words.tr("Status"), row.status or unknown),
        (words.tr("Near miss"), near),
        (words.tr("System"), row.affected_system or unknown),
        (words.tr("Agent"), row.affected_agent or unknown),
        (words.tr("Address"), row.url or unknown),
        (words.tr("Licence"), row.licence or unknown),
    ]
    blocks: list[Block] = [Facts(tuple((term, Cell(text)) for term, text in items))]
    if row.merged_into:
        text = words.tr("It stands under {id}.", id=row.merged_into)
        blocks.append(Notice(words.tr("This record is a duplicate."), text))
    blocks += [
        Paragraph(shorten(part, MAX_TEXT)) for part in row.description.split("\n") if part.strip()
    ]
    return tuple(blocks)


def _code(code: Code, words: Words) -> tuple[Block, ...]:
    if code.coded_by == "nobody":
        text = words.tr("Neither a classifier nor a person has looked at it.")
        return (Notice(words.tr("Not classified."), text, tone="not_assessed"),)
    confidence = "–" if code.confidence is None else words.plain(code.confidence, 2)
    losses = ", ".join(words.tr(loss) for loss in code.losses) or words.tr("none asserted")
    threat = f"{code.sub_threat} {code.sub_threat_name}" if code.sub_threat else "–"
    items = [
        (words.tr("Evidence"), Cell("", source=code.source, status=code.status)),
        (words.tr("Domain"), Cell(f"{code.domain_name} ({code.domain})")),
        (words.tr("Sub-threat"), Cell(threat)),
        (words.tr("Losses"), Cell(losses)),
        (words.tr("Coded by"), Cell(_coder(code, words))),
        (words.tr("Confidence of the classifier"), Cell(confidence)),
    ]
    blocks: list[Block] = [Facts(tuple(items))]
    if code.abstained:
        reason = code.abstain_reason or words.tr("too little confidence")
        title = words.tr("The classifier abstained.")
        blocks.append(Notice(title, words.tr("Reason: {reason}.", reason=reason), "not_assessed"))
    if code.definition:
        blocks.append(Paragraph(words.tr("Definition: {text}", text=code.definition)))
    if code.evidence:
        blocks.append(Paragraph(words.tr("Words that speak for the code:")))
        blocks.append(Bullets(tuple(f"„{shorten(span.text, 200)}“" for span in code.evidence)))
    return tuple(blocks)


def _coder(code: Code, words: Words) -> str:
    if code.reviewer:
        return words.person(code.reviewer, code.reviewer_id)
    return code.model or ""


def _losses(report: IncidentReport, words: Words) -> tuple[Block, ...]:
    if not report.amounts:
        text = words.tr("No amount is on record; that is no statement that nothing was lost.")
        return (Notice(words.tr("Not assessed."), text, tone="not_assessed"),)
    columns = (
        Column(words.tr("Loss")),
        Column(words.tr("Amount"), numeric=True),
        Column(words.tr("Basis")),
        Column(words.tr("Date"), narrow=True),
        Column(words.tr("According to")),
    )
    rows = tuple(
        (
            Cell(words.tr(row.category) if row.category else "–"),
            Cell(_amount(row, words)),
            Cell(row.basis),
            Cell(row.date or "–"),
            Cell(shorten(row.said_by or "–", 120)),
        )
        for row in report.amounts
    )
    return (Table(words.tr("Amounts on record, as declared by their sources"), columns, rows),)


def _amount(row: Amount, words: Words) -> str:
    if row.amount is not None:
        return words.money(row.amount)
    low = "–" if row.low is None else words.money(row.low)
    high = "–" if row.high is None else words.money(row.high)
    return words.tr("{low} to {high}", low=low, high=high)


def _duties(report: IncidentReport, words: Words) -> tuple[Block, ...]:
    notice = Notice(words.tr("No legal advice."), report.duties_notice)
    if not report.duties:
        text = words.tr("No duty that this program knows is indicated by the code of the incident.")
        return (notice, Paragraph(text))
    columns = (
        Column(words.tr("Duty")),
        Column(words.tr("Who tells whom")),
        Column(words.tr("Due"), narrow=True),
        Column(words.tr("Counted")),
        Column(words.tr("Stands or falls with")),
        Column(words.tr("Law in force")),
    )
    rows = tuple(_duty(row, words) for row in report.duties)
    return (notice, Table(words.tr("Reporting duties"), columns, rows))


def _duty(row: DutyRow, words: Words) -> tuple[Cell, ...]:
    standing = words.tr("applies") if row.standing == "applies" else words.tr("may apply")
    facts = ", ".join(name.replace("_", " ") for name in row.undecided)
    state = {
        "in_force": words.tr("in force"),
        "disputed": words.tr("disputed"),
        "not_yet": words.tr("not yet"),
    }[row.state]
    since = words.tr("from {day}", day=row.applies_from)
    return (
        Cell(f"{row.title} ({row.law}, {row.article})"),
        Cell(f"{row.who} → {row.to}"),
        Cell(words.day(row.due)),
        Cell(row.due_basis),
        Cell(f"{standing}: {facts}" if facts else standing),
        Cell(f"{state}, {since}"),
    )


def _answers(report: IncidentReport, words: Words) -> tuple[Block, ...]:
    if not report.answers:
        return (Paragraph(words.tr("Without a code there is nothing to look up.")),)
    columns = (
        Column(words.tr("Control or article")),
        Column(words.tr("Framework")),
        Column(words.tr("Linked through"), narrow=True),
        Column(words.tr("Confidence of the link"), numeric=True),
    )
    rows = tuple(
        (
            Cell(f"{row.id.partition(':')[2]} {row.name}"),
            Cell(row.framework),
            Cell(row.via),
            Cell(words.plain(row.confidence, 2)),
        )
        for row in report.answers
    )
    note = words.tr("The links are the ontology's; they do not say that a control failed.")
    return (Table(words.tr("What answers this kind of incident"), columns, rows, note),)


def _history(report: IncidentReport, words: Words) -> Table:
    columns = (
        Column(words.tr("When"), narrow=True),
        Column(words.tr("What")),
        Column(words.tr("By")),
        Column(words.tr("Detail")),
    )
    rows = tuple(
        (
            Cell(words.moment(row.at)),
            Cell(words.tr(row.what)),
            Cell(words.person(row.by, row.by_id) if row.what == REVIEWED else row.by),
            Cell(row.detail),
        )
        for row in report.history
    )
    return Table(words.tr("What was done to the record"), columns, rows)


def sheet(report: IncidentReport) -> Sheet:
    """Return one row a duty."""
    columns = ("incident", "duty", "law", "article", "standing", "due", "counted", "state")
    rows = tuple(
        (
            report.incident.id,
            row.duty,
            row.law,
            row.article,
            row.standing,
            None if row.due is None else row.due.isoformat(),
            row.due_basis,
            row.state,
        )
        for row in report.duties
    )
    return Sheet(columns, rows)
