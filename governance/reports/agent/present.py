"""The report on one agent as a document."""

from __future__ import annotations

from governance.kernel.clock import days_between
from governance.reports.agent.model import AgentReport, Certificate, DimensionRow
from governance.reports.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Facts,
    Figure,
    KeyFigure,
    KeyFigures,
    Notice,
    Paragraph,
    Section,
    Sheet,
    Table,
)
from governance.reports.figures.decay import Fading, Stay, decay_outlook
from governance.reports.figures.dimensions import Gauge, gauges
from governance.reports.frame import compose
from governance.reports.inert import shorten
from governance.reports.words import Words

SHORTEST_OUTLOOK = 30.0
MAX_CONTRACTS = 20


def present(report: AgentReport, words: Words) -> Document:
    """Return the document in the language of the words."""
    sections = [
        Section("authority", words.tr("What the agent may do"), _authority(report, words)),
        Section("evidence", words.tr("What was measured"), _evidence(report, words)),
        Section("outlook", words.tr("How long it lasts"), _outlook(report, words)),
        Section("exposure", words.tr("What is at risk now"), _exposure(report, words)),
        Section("history", words.tr("Attempts"), (_attempts(report, words),)),
        Section("incidents", words.tr("Incidents of this agent"), _incidents(report, words)),
    ]
    return compose(report, words, (KeyFigures(_glance(report, words)),), sections)


def _glance(report: AgentReport, words: Words) -> tuple[KeyFigure, ...]:
    certificate = report.certificate
    source = certificate.source if certificate else None
    if report.tier is None or report.ceiling is None:
        label, value = words.tr("Tier"), words.tr("none")
        remark = report.reasons[0] if report.reasons else ""
        return (KeyFigure(label, value, remark, source, tone="not_assessed"),)
    drop = report.drops[0] if report.drops else None
    certified = certificate.tier if certificate else report.tier
    return (
        KeyFigure(
            words.tr("Tier"),
            f"T{report.tier}",
            words.tr("certified as T{tier}", tier=certified),
            source,
            tone="plain" if report.tier else "not_assessed",
        ),
        KeyFigure(
            words.tr("Ceiling"),
            words.money(report.ceiling),
            words.tr("the most that may be at risk at once"),
            source,
        ),
        KeyFigure(
            words.tr("Next drop"),
            words.day(drop.at) if drop else "–",
            words.tr("to T{tier}, without a new audit", tier=drop.tier) if drop else "",
        ),
    )


def _authority(report: AgentReport, words: Words) -> tuple[Block, ...]:
    agent = report.agent
    items = [
        (words.tr("Agent"), Cell(agent.name)),
        (words.tr("Id"), Cell(agent.id)),
        (words.tr("Status"), Cell(words.tr(agent.status))),
        (words.tr("Group"), Cell(agent.group)),
        (words.tr("Registered"), Cell(words.day(agent.registered_at))),
        *((part, Cell(value)) for part, value in sorted(agent.digests.items())),
    ]
    blocks: list[Block] = []
    if agent.description:
        blocks.append(Paragraph(agent.description))
    blocks.append(Facts(tuple(items)))
    if not agent.digests:
        text = words.tr("Model, prompt and tools are not bound: a change of them goes unnoticed.")
        blocks.append(Notice(words.tr("No digests."), text))
    if report.reasons:
        blocks.append(Paragraph(words.tr("Why the agent does not stand higher:")))
        blocks.append(Bullets(report.reasons))
    if report.needs:
        blocks.append(Paragraph(words.tr("What the next tier needs:")))
        blocks.append(Bullets(report.needs))
    return tuple(blocks)


def _evidence(report: AgentReport, words: Words) -> tuple[Block, ...]:
    if report.certificate is None:
        text = words.tr("There is no certification, so nothing was measured.")
        return (Notice(words.tr("Never certified."), text, tone="not_assessed"),)
    return (
        _certificate(report.certificate, words),
        _gauges(report, words),
        _dimensions(report.dimensions, words),
    )


def _certificate(row: Certificate, words: Words) -> Facts:
    basis = (
        words.tr("lower confidence bound")
        if row.basis == "bound"
        else words.tr("point score, without regard to its uncertainty")
    )
    evidence = Cell(shorten(row.evidence_source, 120), status=row.evidence)
    items = [
        (words.tr("Certification"), Cell(row.id, source=row.source)),
        (words.tr("Certified"), Cell(words.moment(row.certified_at))),
        (words.tr("In force"), Cell(words.tr("yes") if row.in_force else words.tr("no"))),
        (words.tr("Gate on"), Cell(basis)),
        (words.tr("Attempt"), Cell(words.number(row.attempt))),
        (words.tr("Evidence"), evidence),
        (words.tr("Policy"), Cell(f"{row.policy_name} ({row.policy_digest[:19]}…)")),
        (words.tr("Signed"), Cell(words.tr("yes") if row.signed else words.tr("no"))),
    ]
    if row.evidence_note:
        items.append((words.tr("Remark"), Cell(shorten(row.evidence_note, 200))))
    if row.alpha:
        alphas = ", ".join(words.plain(value, 2) for value in row.alpha)
        items.append((words.tr("Error allowed, T1 to T5"), Cell(alphas)))
    return Facts(tuple(items))


def _gauges(report: AgentReport, words: Words) -> Figure:
    rows = [
        Gauge(
            words.tr(row.name),
            row.score,
            row.compared,
            row.thresholds,
            words.tr("no score") if row.compared is None else words.plain(row.compared),
        )
        for row in report.dimensions
    ]
    described = "; ".join(f"{row.label} {row.text}" for row in rows) + "."
    svg = gauges(
        "dimensions",
        rows,
        words,
        title=words.tr("Scores against the thresholds of the tiers"),
        description=described,
    )
    caption = words.tr(
        "The tier is the lowest step over all dimensions; none makes up for another."
    )
    return Figure(caption, described, svg)


def _dimensions(rows: tuple[DimensionRow, ...], words: Words) -> Table:
    columns = (
        Column(words.tr("Dimension")),
        Column(words.tr("Evidence"), narrow=True),
        Column(words.tr("Score"), numeric=True),
        Column(words.tr("Units"), numeric=True),
        Column(words.tr("Counts as"), numeric=True),
        Column(words.tr("Step"), numeric=True),
        Column(words.tr("Gap to the next"), numeric=True),
    )
    cells = tuple(
        (
            Cell(words.tr(row.name)),
            Cell("", status=row.status),
            Cell(_number(row.score, words)),
            Cell("–" if row.units is None else words.number(row.units)),
            Cell(_number(row.compared, words)),
            Cell("–" if row.step is None else f"T{row.step}"),
            Cell(_number(row.gap, words) if row.binding else ""),
        )
        for row in rows
    )
    note = words.tr("Units are independent items; a missing score is no score and gates to T0.")
    return Table(words.tr("Robustness by dimension"), columns, cells, note)


def _number(value: float | None, words: Words) -> str:
    return "–" if value is None else words.plain(value, 4)


def _outlook(report: AgentReport, words: Words) -> tuple[Block, ...]:
    certificate = report.certificate
    if certificate is None or not report.tier:
        text = words.tr("The agent holds no authority that could fade.")
        return (Notice(words.tr("Nothing to fade."), text, tone="not_assessed"),)
    if not report.drops:
        return (Paragraph(words.tr("Under this policy scores do not fade.")),)
    return (_figure(report, certificate, words), _drops(report, words))


def _figure(report: AgentReport, certificate: Certificate, words: Words) -> Figure:
    today = days_between(certificate.certified_at, report.head.as_of)
    ends = [days_between(certificate.certified_at, drop.at) for drop in report.drops]
    days = max(SHORTEST_OUTLOOK, ends[-1] * 1.1, today * 1.1)
    starts = [today, *ends]
    tiers = [report.tier or 0, *(drop.tier for drop in report.drops)]
    until: list[float | None] = [*ends, None]
    stays = [Stay(*row) for row in zip(tiers, starts, until, strict=True)]
    fading = [
        Fading(row.dimension.upper(), row.compared)
        for row in report.dimensions
        if row.compared is not None and row.dimension != "ih"
    ]
    described = "; ".join(
        words.tr("T{tier} after {day}", tier=drop.tier, day=words.day(drop.at))
        for drop in report.drops
    )
    svg = decay_outlook(
        "decay",
        fading,
        stays,
        words,
        decay_rate=certificate.decay_rate_per_day,
        days=days,
        today=today,
        title=words.tr("Decay outlook"),
        description=described,
    )
    caption = words.tr(
        "What the gate counts fades by {rate} a day; the strip shows the tier without a new audit.",
        rate=words.percent(certificate.decay_rate_per_day),
    )
    return Figure(caption, described, svg)


def _drops(report: AgentReport, words: Words) -> Table:
    columns = (
        Column(words.tr("Until"), narrow=True),
        Column(words.tr("Then")),
        Column(words.tr("Because of")),
        Column(words.tr("In days"), numeric=True),
    )
    rows = tuple(
        (
            Cell(words.moment(drop.at.replace(microsecond=0))),
            Cell(f"T{drop.tier}"),
            Cell(
                ", ".join(name.upper() for name in drop.because) or words.tr("an audit is overdue")
            ),
            Cell(words.number(int(days_between(report.head.as_of, drop.at)))),
        )
        for drop in report.drops
    )
    return Table(words.tr("Drops that time alone will bring"), columns, rows)


def _exposure(report: AgentReport, words: Words) -> tuple[Block, ...]:
    if not report.at_risk and not report.contracts:
        return (Paragraph(words.tr("The books know no money of this agent and no contract.")),)
    columns = (
        Column(words.tr("Currency")),
        Column(words.tr("Penalties"), numeric=True),
        Column(words.tr("Spent"), numeric=True),
        Column(words.tr("Reserved"), numeric=True),
        Column(words.tr("Delegated"), numeric=True),
        Column(words.tr("At risk"), numeric=True),
    )
    rows = tuple(
        (
            Cell(row.currency),
            Cell(words.money(row.penalties)),
            Cell(words.money(row.spent)),
            Cell(words.money(row.reserved)),
            Cell(words.money(row.delegated)),
            Cell(words.money(row.total)),
        )
        for row in report.at_risk
    )
    note = words.tr("Spent counts within the window of the policy. Exact, from the books.")
    table = Table(words.tr("Money at risk"), columns, rows, note)
    return (table, _contracts(report, words)) if report.contracts else (table,)


def _contracts(report: AgentReport, words: Words) -> Table:
    columns = (
        Column(words.tr("Contract")),
        Column(words.tr("Reward"), numeric=True),
        Column(words.tr("Penalty"), numeric=True),
        Column(words.tr("Deadline"), narrow=True),
        Column(words.tr("State")),
    )
    rows = tuple(
        (
            Cell(shorten(row.objective, 120)),
            Cell(words.money(row.reward)),
            Cell(words.money(row.penalty)),
            Cell(words.day(row.deadline)),
            Cell(words.tr(row.state) + (f": {row.outcome}" if row.outcome else "")),
        )
        for row in report.contracts[:MAX_CONTRACTS]
    )
    left = len(report.contracts) - MAX_CONTRACTS
    note = words.tr("{count} more are in the JSON form.", count=left) if left > 0 else ""
    return Table(words.tr("Contracts, the latest first"), columns, rows, note)


def _attempts(report: AgentReport, words: Words) -> Table:
    columns = (
        Column(words.tr("When"), narrow=True),
        Column(words.tr("Tier")),
        Column(words.tr("Gate on")),
        Column(words.tr("Evidence")),
        Column(words.tr("Void")),
    )
    rows = tuple(
        (
            Cell(words.moment(row.at), source=row.source),
            Cell(f"T{row.tier}"),
            Cell(words.tr(row.basis)),
            Cell(shorten(row.evidence_source, 80), status=row.evidence),
            Cell(f"{words.day(row.void_at)} {row.void_reason or ''}" if row.void_at else ""),
        )
        for row in report.attempts
    )
    note = "" if rows else words.tr("There was none.")
    return Table(words.tr("Every attempt is kept and counted"), columns, rows, note)


def _incidents(report: AgentReport, words: Words) -> tuple[Block, ...]:
    if not report.incidents:
        text = words.tr("No incident on record names this agent.")
        return (Paragraph(text),)
    columns = (
        Column(words.tr("Incident")),
        Column(words.tr("Severity")),
        Column(words.tr("Effect")),
        Column(words.tr("Linked"), narrow=True),
        Column(words.tr("Lifted"), narrow=True),
    )
    rows = tuple(
        (
            Cell(f"{row.id}: {shorten(row.title, 120)}", source=row.source),
            Cell(row.severity or "–"),
            Cell(row.effect or words.tr("named by its source only")),
            Cell(words.day(row.linked_at)),
            Cell(words.day(row.lifted_at)),
        )
        for row in report.incidents
    )
    return (Table(words.tr("Incidents on this agent and what the policy did"), columns, rows),)


def sheet(report: AgentReport) -> Sheet:
    """Return one row a dimension."""
    columns = ("agent", "dimension", "status", "score", "units", "compared", "step", "gap")
    rows = tuple(
        (
            report.agent.name,
            row.dimension,
            row.status,
            row.score,
            row.units,
            row.compared,
            row.step,
            row.gap,
        )
        for row in report.dimensions
    )
    return Sheet(columns, rows)
