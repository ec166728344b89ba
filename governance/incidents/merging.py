"""Merging duplicates: one incident stands for several, nothing is deleted."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from governance.incidents.duplicates import DuplicatePair, Told, find_duplicates
from governance.incidents.merged import MERGED, UNMERGED
from governance.incidents.view import find_incident
from governance.kernel.errors import ConflictError, InputError
from governance.store.incidents import Incident
from governance.store.store import Transaction


def stored_duplicates(
    session: Session, *, min_similarity: float = 0.8, across_sources: bool = False
) -> list[DuplicatePair]:
    """Return pairs of stored incidents that may be one; merged ones are left out."""
    rows = session.execute(
        select(Incident.id, Incident.source, Incident.title, Incident.description, Incident.url)
        .where(Incident.merged_into.is_(None))
        .order_by(Incident.id)
    )
    told = [
        Told(id_, source, f"{title}\n{description}", url)
        for id_, source, title, description, url in rows
    ]
    return find_duplicates(told, min_similarity=min_similarity, across_sources=across_sources)


def merge_incidents(
    transaction: Transaction, keep: str, drop: str, *, reason: str | None = None
) -> tuple[Incident, Incident]:
    """Let ``keep`` stand for ``drop`` too, and for what was merged into that.

    Raises InputError where they are the same, ConflictError where ``drop`` is merged already.
    Both keep their texts; counts and lists show the first only.
    """
    session = transaction.session
    kept, dropped = find_incident(session, keep), find_incident(session, drop)
    if kept.merged_into is not None:
        kept = session.get_one(Incident, kept.merged_into)
    if kept.id == dropped.id:
        raise InputError("an incident cannot be merged into itself", field="incident")
    if dropped.merged_into is not None:
        raise ConflictError(
            f"is merged into {dropped.merged_into} already",
            field=dropped.id,
            remedy=f"incidents.unmerge {dropped.id}",
        )
    session.execute(
        update(Incident).where(Incident.merged_into == dropped.id).values(merged_into=kept.id)
    )
    dropped.merged_into = kept.id
    session.flush()
    transaction.record(
        MERGED, dropped.id, {"into": kept.id, **({"reason": reason} if reason else {})}
    )
    return kept, dropped


def unmerge_incident(transaction: Transaction, name: str) -> Incident:
    """Let a merged incident stand on its own again; raises ConflictError where it does."""
    incident = find_incident(transaction.session, name)
    if incident.merged_into is None:
        raise ConflictError("is not merged into another", field=incident.id)
    former, incident.merged_into = incident.merged_into, None
    transaction.session.flush()
    transaction.record(UNMERGED, incident.id, {"from": former})
    return incident
