"""Collecting the treatment plan from what controls lack."""

from __future__ import annotations

from governance.registry.exposure import newest_runs
from governance.reports.context import Context
from governance.reports.controls.model import ControlRow, coverage_of
from governance.reports.controls.rows import control_gaps, control_rows
from governance.reports.overview.collect_exposure import exposure_row
from governance.reports.overview.model import ExposureRow
from governance.reports.treatment_plan.model import Action, PlanItem, PlanReport
from governance.reports.words import mark
from taxonomy import Ontology

FRAMEWORK = "iso42001"
NOT_SHOWN = (
    mark("What an action costs and what it would save: sums are what is at stake, not a return."),
    mark("Actions outside ISO/IEC 42001, Annex A."),
    mark("Whether an owner knows of the action."),
)


def collect(context: Context) -> PlanReport:
    """Return one item for each control that is neither verified nor declared inapplicable."""
    ontology = context.ontology()
    rows = control_rows(context, ontology, ontology.controls(FRAMEWORK))
    exposure = {
        run.domain: exposure_row(run, ontology, context.book, "")
        for run in newest_runs(context.session, context.at)
        if run.domain is not None
    }
    items = [
        _item(row, action, exposure, ontology, context)
        for row in rows
        if (action := action_for(row)) is not None
    ]
    items.sort(key=_order)
    coverage = coverage_of(rows)
    title = context.words.tr("Treatment plan")
    return PlanReport(
        head=context.head("treatment-plan", title, ontology),
        coverage=coverage,
        nothing_assessed=not (coverage.verified or coverage.declared),
        not_assessed=control_gaps(rows, mark("Controls without an assessment")),
        not_shown=NOT_SHOWN,
        framework=ontology.framework(FRAMEWORK).name,
        items=tuple(items),
        sources=context.book.all(),
    )


def action_for(row: ControlRow) -> Action | None:
    """Return the next action on a control; None where there is nothing left to do."""
    if row.applicable == "no":
        return None
    if any(ref.gone for ref in row.evidence):
        return "restore"
    if row.status == "not_assessed":
        return "assess"
    if row.status == "declared":
        return "verify"
    if row.stale:
        return "review"
    return "decide" if row.applicable == "undecided" else None


def _item(
    row: ControlRow,
    action: Action,
    exposure: dict[str, ExposureRow],
    ontology: Ontology,
    context: Context,
) -> PlanItem:
    domains = tuple(sorted({str(ontology.nodes[name].domain) for name in row.threats}))
    stake = [exposure[name] for name in domains if name in exposure]
    currencies = {found.currency for found in stake}
    means = [found.mean for found in stake if found.mean is not None]
    summed = len(currencies) == 1 and len(means) == len(stake)
    return PlanItem(
        id=f"{action}:{row.id}",
        control=row.id,
        code=row.code,
        name=row.name,
        action=action,
        status=row.status,
        owner=row.owner,
        owner_id=row.owner_id,
        target=row.target,
        due=row.due,
        overdue=row.due is not None and row.due < context.at.date(),
        threats=row.threats,
        domains=domains,
        incidents=row.incidents,
        expected_loss=sum(means) if summed else None,
        currency=currencies.pop() if summed else None,
        source=row.source,
    )


def _order(item: PlanItem) -> tuple[bool, float, int, str]:
    return (not item.overdue, -(item.expected_loss or 0.0), -item.incidents, item.control)
