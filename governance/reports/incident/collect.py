"""Collecting the report on one incident."""

from __future__ import annotations

from typing import Any

from governance.incidents.codings import Coding, codings_of
from governance.incidents.deadlines import Deadline, Situation, assess_duties
from governance.incidents.details import IncidentDetails, incident_details
from governance.incidents.duties import load_duties
from governance.incidents.view import find_incident
from governance.kernel.errors import InputError
from governance.kernel.money import Money
from governance.reports.context import Context
from governance.reports.incident.model import (
    REVIEWED,
    Amount,
    Answer,
    Code,
    DutyRow,
    HistoryRow,
    IncidentFacts,
    IncidentReport,
    Span,
)
from governance.reports.model import Coverage, Gap, Status
from governance.reports.words import mark
from governance.store.incidents import Incident
from taxonomy import Ontology
from taxonomy.model import ANSWERS

NOT_SHOWN = (
    mark(
        "Whether a duty applies: that turns on facts and on law which this program does not know."
    ),
    mark("What happened beyond the words of the source."),
    mark("Who else was harmed, and whether the losses named are all of them."),
)
MAX_ANSWERS = 40


def collect(context: Context) -> IncidentReport:
    """Return the report on the incident that the context names; raises InputError if unknown."""
    incident = find_incident(context.session, context.subject or "")
    if incident.stored_at > context.at:
        raise InputError(f"{incident.id} was stored later", field="at")
    ontology = context.ontology()
    details = incident_details(context.session, incident)
    (coding,) = codings_of(context.session, [incident.id], context.at)
    code = _code(coding, details, context, ontology)
    amounts = tuple(_amount(row) for row in details.loss_events)
    statuses = _statuses(code, incident, amounts)
    catalogue = load_duties()
    title = context.words.tr("Incident report")
    return IncidentReport(
        head=context.head("incident", title, ontology, subject=incident.title),
        coverage=_coverage(statuses),
        nothing_assessed=code.status == "not_assessed",
        not_assessed=_gaps(statuses),
        not_shown=NOT_SHOWN,
        incident=_facts(incident),
        code=code,
        amounts=amounts,
        answers=_answers(coding, ontology) if code.domain else (),
        duties=_duties(code, incident),
        duties_notice=catalogue.notice,
        history=_history(details, context),
        sources=context.book.all(),
    )


def _facts(row: Incident) -> IncidentFacts:
    return IncidentFacts(**{name: getattr(row, name) for name in IncidentFacts.model_fields})


def _code(coding: Coding, details: IncidentDetails, context: Context, ontology: Ontology) -> Code:
    domain = ontology.nodes.get(coding.domain or "")
    threat = ontology.nodes.get(coding.sub_threat or "")
    entry = next(
        (row for row in reversed(details.classifications) if row.classified_at <= context.at), None
    )
    words = context.words
    review = next((row for row in details.reviews if row.id == coding.record), None)
    none = words.tr("no AI incident, or too little text")
    unnamed = none if coding.domain == "NONE" else words.tr("not classified")
    reviewed = coding.coded_by == "review"
    kind = mark("review") if reviewed else mark("classification")
    moment = review.reviewed_at if review else (entry.classified_at if entry else None)
    return Code(
        domain=coding.domain,
        domain_name=domain.name if domain else unnamed,
        sub_threat=coding.sub_threat,
        sub_threat_name=threat.name if threat else "",
        definition=next((node.definition for node in (threat, domain) if node), ""),
        confidence=coding.confidence,
        abstained=bool(coding.abstained),
        abstain_reason=coding.abstain_reason,
        coded_by=coding.coded_by or "nobody",
        reviewer=coding.reviewer,
        reviewer_id=coding.reviewer_id,
        model=coding.model,
        losses=coding.losses,
        evidence=_spans(entry.result) if entry and not reviewed else (),
        status=_code_status(coding),
        source=context.book.add(kind, coding.record, recorded_at=moment, note=coding.model or "")
        if coding.record
        else None,
    )


def _code_status(coding: Coding) -> Status:
    if coding.coded_by == "review":
        return "verified"
    return "declared" if coding.record and not coding.abstained else "not_assessed"


def _spans(result: dict[str, Any]) -> tuple[Span, ...]:
    rows = result.get("evidence") or ()
    return tuple(Span(text=str(row["text"]), weight=row.get("weight")) for row in rows)


def _amount(row: dict[str, Any]) -> Amount:
    def money(value: int | None) -> Money | None:
        return None if value is None else Money(amount=value, currency=row["currency"])

    return Amount(
        basis=row["basis"],
        amount=money(row["amount"]),
        low=money(row["low"]),
        high=money(row["high"]),
        category=row["category"],
        date=row["date"],
        said_by=row["source"],
    )


def _statuses(code: Code, row: Incident, amounts: tuple[Amount, ...]) -> dict[str, Status]:
    dated = row.occurred or row.discovered or row.reported
    return {
        mark("Code of the incident"): code.status,
        mark("Date of the incident"): "declared" if dated else "not_assessed",
        mark("Amount of the loss"): "declared" if amounts else "not_assessed",
    }


def _coverage(statuses: dict[str, Status]) -> Coverage:
    found = list(statuses.values())
    return Coverage(
        verified=found.count("verified"),
        declared=found.count("declared"),
        not_assessed=found.count("not_assessed"),
    )


def _gaps(statuses: dict[str, Status]) -> tuple[Gap, ...]:
    missing = [what for what, status in statuses.items() if status == "not_assessed"]
    return tuple(Gap(what=what, count=1) for what in missing)


def _answers(coding: Coding, ontology: Ontology) -> tuple[Answer, ...]:
    """Return what the ontology sets against the sub-threat, and what against its domain."""
    found: dict[str, Answer] = {}
    for identifier in (coding.sub_threat, coding.domain):
        for edge in ontology.edges_from(identifier or "", *ANSWERS):
            node = ontology.nodes[edge.object]
            found.setdefault(
                node.id,
                Answer(
                    id=node.id,
                    name=node.name,
                    framework=ontology.nodes[node.framework].name,
                    link=edge.predicate,
                    confidence=edge.confidence,
                    via=edge.subject,
                ),
            )
    ordered = sorted(found.values(), key=lambda row: (row.framework, -row.confidence, row.id))
    return tuple(ordered[:MAX_ANSWERS])


def _duties(code: Code, row: Incident) -> tuple[DutyRow, ...]:
    situation = Situation(domain=code.domain, losses=code.losses, aware=row.discovered)
    return tuple(_duty(deadline) for deadline in assess_duties(situation))


def _duty(deadline: Deadline) -> DutyRow:
    names = DutyRow.model_fields
    return DutyRow(**{name: getattr(deadline, name) for name in names})


def _history(details: IncidentDetails, context: Context) -> tuple[HistoryRow, ...]:
    rows = [
        HistoryRow(
            at=entry.classified_at,
            what=mark("classified"),
            by=entry.model,
            detail=f"{entry.sub_threat or entry.domain} {entry.confidence:.2f}",
        )
        for entry in details.classifications
    ]
    rows += [
        HistoryRow(
            at=review.reviewed_at,
            what=REVIEWED,
            by=review.reviewer,
            by_id=review.reviewer_id,
            detail=f"{review.verdict} {review.sub_threat or review.domain or ''}".strip(),
        )
        for review in details.reviews
    ]
    rows += [
        HistoryRow(
            at=revision.replaced_at,
            what=mark("changed by its source"),
            by=details.incident.source,
            detail=str(revision.number),
        )
        for revision in details.revisions
    ]
    return tuple(sorted((row for row in rows if row.at <= context.at), key=lambda row: row.at))
