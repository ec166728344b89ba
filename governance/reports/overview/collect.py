"""Collecting the board's report from the store."""

from __future__ import annotations

from governance.registry.exposure import newest_runs
from governance.reports.context import Context
from governance.reports.model import Coverage, Gap
from governance.reports.overview.collect_agents import agent_overview
from governance.reports.overview.collect_controls import framework_coverage
from governance.reports.overview.collect_exposure import exposure_row
from governance.reports.overview.collect_incidents import incident_mix
from governance.reports.overview.model import (
    Change,
    Exposure,
    FrameworkCoverage,
    OverviewReport,
    Tolerance,
)
from governance.reports.words import mark
from governance.store.history import events_between
from taxonomy import Ontology

FRAMEWORKS = ("iso42001", "nist-ai-rmf")
NOT_SHOWN = (
    mark("Incidents that nobody reported, and agents and systems that nobody registered."),
    mark("Whether a declared control works or a declared score is true: nobody has checked it."),
    mark("Losses that no scenario describes; the tail of an expert range is the expert's."),
    mark("The tail of several domains together, unless a portfolio run is stored."),
)


def collect(context: Context) -> OverviewReport:
    """Return the overview of the store's state at the context's moment."""
    ontology = context.ontology()
    incidents = incident_mix(context, ontology)
    exposure = _exposure(context, ontology)
    agents = agent_overview(context)
    controls = tuple(framework_coverage(context, ontology, name) for name in FRAMEWORKS)
    changes = _changes(context)
    report = OverviewReport(
        head=context.head("overview", context.words.tr("AI risk overview"), ontology),
        coverage=added(controls),
        nothing_assessed=False,
        not_shown=NOT_SHOWN,
        incidents=incidents,
        exposure=exposure,
        agents=agents,
        controls=controls,
        changes=changes,
    )
    return report.model_copy(
        update={
            "nothing_assessed": _empty(report),
            "not_assessed": _gaps(report),
            "sources": context.book.all(),
        }
    )


def added(rows: tuple[FrameworkCoverage, ...]) -> Coverage:
    """Return each of the three counts over several frameworks; the three stay apart."""
    return Coverage(
        verified=sum(row.coverage.verified for row in rows),
        declared=sum(row.coverage.declared for row in rows),
        not_assessed=sum(row.coverage.not_assessed for row in rows),
    )


def _exposure(context: Context, ontology: Ontology) -> Exposure:
    whole = context.words.tr("Portfolio")
    rows = [
        exposure_row(run, ontology, context.book, whole)
        for run in newest_runs(context.session, context.at)
    ]
    covered = {row.domain for row in rows}
    return Exposure(
        rows=tuple(row for row in rows if row.domain is not None),
        portfolio=next((row for row in rows if row.domain is None), None),
        tolerance=_tolerance(context),
        without=tuple(node.id for node in ontology.domains if node.id not in covered),
    )


def _tolerance(context: Context) -> Tolerance | None:
    given = context.tolerance
    if given is None:
        return None
    source = context.book.add(mark("tolerance"), given.source)
    return given.model_copy(update={"source": source})


def _changes(context: Context) -> tuple[Change, ...] | None:
    if context.since is None:
        return None
    return tuple(
        Change(
            kind=row.kind,
            count=row.count,
            last_at=row.last_at,
            source=context.book.add(
                mark("ledger event"), str(row.last_sequence), recorded_at=row.last_at, note=row.kind
            ),
        )
        for row in events_between(context.session, context.since, context.at)
    )


def _empty(report: OverviewReport) -> bool:
    classified = report.incidents.stored - report.incidents.unclassified
    certified = report.agents.registered - report.agents.uncertified
    coverage = report.coverage
    estimated = report.exposure.rows or report.exposure.portfolio
    return not (classified or certified or estimated or coverage.verified or coverage.declared)


def _gaps(report: OverviewReport) -> tuple[Gap, ...]:
    mix, agents = report.incidents, report.agents
    gaps = [
        Gap(
            what=mark("Threat domains without an estimate of exposure"),
            count=len(report.exposure.without),
            items=report.exposure.without,
            remedy="underwriter risk estimate",
        ),
        Gap(
            what=mark("Incidents that nobody has classified"),
            count=mix.unclassified,
            remedy="underwriter incidents classify",
        ),
        Gap(
            what=mark("Incidents on which the classifier abstained"),
            count=sum(row.abstained for row in mix.by_domain),
            remedy="underwriter incidents review",
        ),
        Gap(
            what=mark("Agents without a certificate in force"),
            count=agents.uncertified,
            items=tuple(row.name for row in agents.agents if row.tier is None),
            remedy="underwriter agent certify",
        ),
        *(
            Gap(
                what=mark("Controls without an assessment"),
                count=row.coverage.not_assessed,
                items=(row.name,),
            )
            for row in report.controls
        ),
    ]
    return tuple(gap for gap in gaps if gap.count)
