"""Collecting the risk register."""

from __future__ import annotations

from governance.registry.exposure import newest_runs
from governance.registry.risks import RiskFrequency, all_frequencies
from governance.reports.context import Context
from governance.reports.controls.model import ControlRow, coverage_of
from governance.reports.controls.rows import control_rows
from governance.reports.model import Coverage, Gap, Status
from governance.reports.overview.collect_exposure import exposure_row
from governance.reports.overview.collect_incidents import incident_mix
from governance.reports.overview.model import ExposureRow, IncidentMix
from governance.reports.risk_register.model import FrequencyRow, RegisterReport, RiskEntry
from governance.reports.words import mark
from taxonomy import Node, Ontology

CONTROLS = "iso42001"
NOT_SHOWN = (
    mark("Risks outside the nine threat domains of the ontology."),
    mark("What a control takes off a risk: exposure is shown as the risk runs state it."),
    mark("Incidents that nobody reported or imported."),
)


def collect(context: Context) -> RegisterReport:
    """Return one entry for each of the nine domains, whatever is known of it."""
    ontology = context.ontology()
    mix = incident_mix(context, ontology, top=1000)
    runs = {
        run.domain: exposure_row(run, ontology, context.book, "")
        for run in newest_runs(context.session, context.at)
    }
    controls = control_rows(context, ontology, ontology.controls(CONTROLS))
    entries = [
        _entry(node, mix, runs.get(node.id), controls, ontology) for node in ontology.domains
    ]
    entries.sort(key=lambda row: (-_mean(row), -row.incidents, row.domain))
    statuses = [row.status for row in entries]
    title = context.words.tr("Risk register")
    return RegisterReport(
        head=context.head("risk-register", title, ontology),
        coverage=Coverage(
            verified=statuses.count("verified"),
            declared=statuses.count("declared"),
            not_assessed=statuses.count("not_assessed"),
        ),
        nothing_assessed=all(row.exposure is None and not row.incidents for row in entries),
        not_assessed=_gaps(entries, mix),
        not_shown=NOT_SHOWN,
        entries=tuple(entries),
        registered=tuple(_frequency(row) for row in all_frequencies(context.session, context.at)),
        sources=context.book.all(),
    )


def _mean(row: RiskEntry) -> float:
    return (row.exposure.mean or 0.0) if row.exposure else 0.0


def _entry(
    node: Node,
    mix: IncidentMix,
    exposure: ExposureRow | None,
    controls: tuple[ControlRow, ...],
    ontology: Ontology,
) -> RiskEntry:
    count = next((row for row in mix.by_domain if row.domain == node.id), None)
    return RiskEntry(
        id=f"R-{node.id}",
        domain=node.id,
        name=node.name,
        definition=node.definition,
        incidents=count.asserted if count else 0,
        uncertain=count.abstained if count else 0,
        losses={row.loss: row.count for row in mix.by_loss if row.domain == node.id},
        sub_threats=tuple(row for row in mix.top_threats if row.domain == node.id),
        exposure=exposure,
        status=exposure_status(exposure),
        controls=coverage_of([row for row in controls if _answers(row, node.id, ontology)]),
        source=mix.source,
    )


def exposure_status(row: ExposureRow | None) -> Status:
    """Return verified for exposure from data alone, declared with an expert's range in it."""
    if row is None:
        return "not_assessed"
    return "verified" if row.basis == "data" else "declared"


def _frequency(row: RiskFrequency) -> FrequencyRow:
    return FrequencyRow(
        threat=row.threat,
        name=row.title,
        owner=row.owner or "",
        owner_id=row.owner_id,
        events=row.events,
        years=row.years,
        prior=row.prior_basis,
        mean=row.mean,
        low=row.low,
        high=row.high,
    )


def _answers(row: ControlRow, domain: str, ontology: Ontology) -> bool:
    return any(ontology.nodes[threat].domain == domain for threat in row.threats)


def _gaps(entries: list[RiskEntry], mix: IncidentMix) -> tuple[Gap, ...]:
    without = tuple(row.domain for row in entries if row.exposure is None)
    gaps = (
        Gap(
            what=mark("Threat domains without an estimate of exposure"),
            count=len(without),
            items=without,
            remedy="underwriter risk estimate",
        ),
        Gap(
            what=mark("Incidents that nobody has classified"),
            count=mix.unclassified,
            remedy="underwriter incidents classify",
        ),
    )
    return tuple(gap for gap in gaps if gap.count)
