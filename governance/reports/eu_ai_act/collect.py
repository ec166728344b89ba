"""Collecting the AI Act report."""

from __future__ import annotations

from governance.kernel.errors import InputError
from governance.registry.system_history import System, systems_at
from governance.registry.systems import find_system
from governance.reports.context import Context
from governance.reports.controls.model import ControlRow, coverage_of
from governance.reports.controls.rows import control_gaps, control_rows
from governance.reports.eu_ai_act.model import AiActReport, SystemSection
from governance.reports.model import Coverage, Gap
from governance.reports.words import mark
from taxonomy import Node, Ontology

FRAMEWORK = "eu-ai-act"
ARTICLES = (9, 10, 11, 12, 13, 14, 15, 26, 27, 50, 53, 55, 72, 73)
NOT_SHOWN = (
    mark("Whether an article binds a system: role and risk class are the organisation's words."),
    mark("The articles that are not listed, and national law."),
    mark("Any legal advice: dates are data with their source, and sources may disagree."),
)


def collect(context: Context) -> AiActReport:
    """Return the report on all systems, or on the one that the context names."""
    ontology = context.ontology()
    node = ontology.framework(FRAMEWORK)
    context.book.add(mark("ontology edition"), ontology.digest, note=ontology.edition)
    wanted = _wanted(context)
    sections = tuple(_section(row, context, ontology) for row in wanted if row.status != "retired")
    articles = control_rows(context, ontology, _articles(ontology))
    coverage = _coverage(sections, articles)
    title = context.words.tr("Report after the EU AI Act")
    subject = sections[0].name if context.subject and sections else None
    return AiActReport(
        head=context.head("eu-ai-act", title, ontology, subject=subject),
        coverage=coverage,
        nothing_assessed=not (coverage.verified or coverage.declared),
        not_assessed=_gaps(sections, articles),
        not_shown=NOT_SHOWN,
        framework=node.name,
        framework_version=node.version or "",
        systems=sections,
        retired=tuple(row.name for row in wanted if row.status == "retired"),
        articles=articles,
        sources=context.book.all(),
    )


def _wanted(context: Context) -> list[System]:
    found = systems_at(context.session, context.at)
    if context.subject is None:
        return found
    wanted = find_system(context.session, context.subject).id
    chosen = [row for row in found if row.id == wanted]
    if not chosen:
        raise InputError(f"{context.subject!r} was registered later", field="at")
    return chosen


def _articles(ontology: Ontology) -> list[Node]:
    wanted = [f"{FRAMEWORK}:Art.{number}" for number in ARTICLES]
    return [ontology.nodes[identifier] for identifier in wanted if identifier in ontology.nodes]


def _section(row: System, context: Context, ontology: Ontology) -> SystemSection:
    rows = control_rows(context, ontology, _articles(ontology), system=row.id)
    return SystemSection(
        id=row.id,
        name=row.name,
        description=row.description,
        role=row.role,
        risk_class=row.risk_class,
        registered_at=row.registered_at,
        owner=row.owner,
        owner_id=row.owner_id,
        status=row.status,
        facts=row.facts,
        threats=row.threats,
        coverage=coverage_of(rows),
        articles=rows,
        source=context.book.add(mark("AI system"), row.id, recorded_at=row.registered_at),
    )


def _coverage(sections: tuple[SystemSection, ...], articles: tuple[ControlRow, ...]) -> Coverage:
    """Return each count over all systems, or over the organisation where there is none."""
    if not sections:
        return coverage_of(articles)
    return Coverage(
        verified=sum(row.coverage.verified for row in sections),
        declared=sum(row.coverage.declared for row in sections),
        not_assessed=sum(row.coverage.not_assessed for row in sections),
    )


def _gaps(sections: tuple[SystemSection, ...], articles: tuple[ControlRow, ...]) -> tuple[Gap, ...]:
    what = mark("Articles without an assessment")
    if not sections:
        none = Gap(what=mark("No AI system is registered"), count=1)
        return (none, *control_gaps(articles, what))
    rows = tuple(row for section in sections for row in section.articles)
    unclassed = tuple(row.name for row in sections if row.risk_class is None)
    found = list(control_gaps(rows, what))
    if unclassed:
        text = mark("Systems without a declared risk class")
        found.append(Gap(what=text, count=len(unclassed), items=unclassed))
    return tuple(found)
