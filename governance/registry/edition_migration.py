"""Moving coded incidents to a newer edition of the ontology, with a list for review."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import insert, inspect, select, update
from sqlalchemy.orm import Session

from governance.kernel.value import Value
from governance.store.incidents import ClassificationRun, IncidentClassification
from governance.store.store import Transaction
from taxonomy import Ontology
from taxonomy.diff import Coding, Move, plan_migration

NOTHING = "NONE"
PART = 500


class ToReview(Value):
    """A coded incident that a person must look at, why, and at which sub-threats."""

    incident: str
    code: str
    reason: str
    candidates: tuple[str, ...]


class MigrationPlan(Value):
    """What becomes of the current codings of one edition; ``other_editions`` are left alone."""

    old: str
    new: str
    keep: tuple[str, ...]
    review: tuple[ToReview, ...]
    other_editions: dict[str, int]


def plan(session: Session, old: Ontology, new: Ontology) -> MigrationPlan:
    """Return which current codings stand in the new edition and which a person must look at.

    A coding without an edition is counted under ``unknown`` and left alone.
    """
    codings, others = [], Counter[str]()
    for classification_id, domain, sub_threat, edition in _current(session):
        if edition != old.edition:
            others[edition or "unknown"] += 1
            continue
        code = sub_threat or domain
        codings.append(Coding(classification_id, code, edition))
    moves = plan_migration(old, new, [row for row in codings if row.code != NOTHING])
    none = [row.incident for row in codings if row.code == NOTHING]
    return MigrationPlan(
        old=old.edition,
        new=new.edition,
        keep=(*none, *(move.incident for move in moves if move.action == "keep")),
        review=tuple(_review_rows(session, [move for move in moves if move.action == "review"])),
        other_editions=dict(sorted(others.items())),
    )


def apply(transaction: Transaction, plan: MigrationPlan) -> int:
    """Carry the codings that stand over to the new edition; returns how many.

    Each is copied into a run of the new edition and the old one is marked as superseded. What
    needs review keeps its old edition until somebody codes it anew.
    """
    session = transaction.session
    runs: dict[tuple[str, str], str] = {}
    moved = 0
    for start in range(0, len(plan.keep), PART):
        part = plan.keep[start : start + PART]
        rows = list(
            session.scalars(
                select(IncidentClassification).where(IncidentClassification.id.in_(part))
            )
        )
        copies = [_copy(transaction, row, runs, plan.new) for row in rows]
        session.execute(
            update(IncidentClassification)
            .where(IncidentClassification.id.in_(part))
            .values(superseded_at=transaction.now)
            .execution_options(synchronize_session=False)
        )
        session.execute(insert(IncidentClassification), copies)
        moved += len(copies)
    payload = {"old": plan.old, "new": plan.new, "moved": moved, "review": len(plan.review)}
    transaction.record("incidents.edition_migrated", plan.new, payload)
    return moved


def _current(session: Session) -> list[tuple[str, str, str | None, str | None]]:
    query = (
        select(
            IncidentClassification.id,
            IncidentClassification.domain,
            IncidentClassification.sub_threat,
            ClassificationRun.edition,
        )
        .join(ClassificationRun, ClassificationRun.id == IncidentClassification.run_id)
        .where(IncidentClassification.superseded_at.is_(None))
        .order_by(IncidentClassification.id)
    )
    return [(a, b, c, d) for a, b, c, d in session.execute(query)]


def _review_rows(session: Session, moves: list[Move]) -> list[ToReview]:
    incidents: dict[str, str] = {}
    ids = [move.incident for move in moves]
    for start in range(0, len(ids), PART):
        query = select(IncidentClassification.id, IncidentClassification.incident_id)
        part = query.where(IncidentClassification.id.in_(ids[start : start + PART]))
        for classification_id, incident_id in session.execute(part):
            incidents[classification_id] = incident_id
    return [
        ToReview(
            incident=incidents[move.incident],
            code=move.code,
            reason=move.reason,
            candidates=move.candidates,
        )
        for move in moves
    ]


def _copy(
    transaction: Transaction,
    row: IncidentClassification,
    runs: dict[tuple[str, str], str],
    edition: str,
) -> dict[str, Any]:
    model = (row.model_name, row.model_version)
    if model not in runs:
        runs[model] = _start_run(transaction, model, edition)
    run = transaction.session.get_one(ClassificationRun, runs[model])
    run.incidents += 1
    columns = [column.key for column in inspect(IncidentClassification).columns]
    values = {name: getattr(row, name) for name in columns}
    changes = {"id": transaction.new_id(), "run_id": run.id, "superseded_at": None}
    return {**values, **changes, "classified_at": transaction.now}


def _start_run(transaction: Transaction, model: tuple[str, str], edition: str) -> str:
    run = ClassificationRun(
        id=transaction.new_id(),
        model_name=model[0],
        model_version=model[1],
        edition=edition,
        started_at=transaction.now,
        incidents=0,
        parts=1,
    )
    transaction.session.add(run)
    transaction.session.flush()
    return run.id
