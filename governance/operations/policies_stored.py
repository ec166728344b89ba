"""What the database says of policies: what was put in force when, and audits that are due."""

from __future__ import annotations

from governance.operations.requests import Nothing
from governance.operations.work import Reading
from governance.registry.audits_due import DueAudit, due_audits
from governance.registry.policy_signatures import CheckedRelease, checked_releases


def releases(work: Reading, request: Nothing) -> list[CheckedRelease]:
    """List every putting in force of a policy, with whether its signature holds."""
    return checked_releases(work.session)


def due(work: Reading, request: Nothing) -> list[DueAudit]:
    """List audits that are due, with the draw revealed; dates to come stay hidden."""
    return due_audits(work.session, work.moment())
