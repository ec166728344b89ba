"""Which incident stands for which duplicates, now or as it stood at a moment."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.store.history import events_until
from governance.store.incidents import Incident

MERGED, UNMERGED = "incident.merged", "incident.unmerged"


def stands_for(session: Session, at: datetime | None = None) -> dict[str, str]:
    """Return {merged incident: the one that stands for it}, both by identifier.

    The table knows of now; of a moment before, the ledger does.
    """
    if at is None:
        merged = select(Incident.id, Incident.merged_into).where(Incident.merged_into.is_not(None))
        return {row.id: row.merged_into for row in session.execute(merged)}
    found: dict[str, str] = {}
    members: defaultdict[str, set[str]] = defaultdict(set)
    for event in events_until(session, (MERGED, UNMERGED), at):
        if event.kind == UNMERGED:
            members[found.pop(event.subject)].remove(event.subject)
            continue
        kept = event.data()["into"]
        moved = {event.subject, *members.pop(event.subject, ())}
        members[kept] |= moved
        found |= dict.fromkeys(moved, kept)
    return found
