"""Changes that wait for a second person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.kernel.value import IsoTime, Value, value_of
from governance.operations.requests import ById
from governance.operations.work import Reading, Writing


class ProposalFilter(Value):
    """Which proposals are wanted; all, or those of one state."""

    state: Annotated[str | None, Field(description="open, approved or rejected.")] = None


class ProposalState(Value):
    """A change that waits for a second person, or was decided, without the change itself."""

    id: str
    kind: str
    role: str
    subject: str
    state: str
    reason: str
    proposed_by: str
    proposed_at: IsoTime
    decided_by: str | None


def list_proposals(work: Reading, request: ProposalFilter) -> list[ProposalState]:
    """List proposals, the oldest first."""
    from governance.registry import roles

    rows = roles.list_proposals(work.session, request.state)
    return [value_of(ProposalState, row) for row in rows]


def approve(work: Writing, request: ById) -> ProposalState:
    """Approve a change that somebody else proposed; it takes effect at once."""
    return _decide(work, request.id, yes=True)


def reject(work: Writing, request: ById) -> ProposalState:
    """Reject a proposed change."""
    return _decide(work, request.id, yes=False)


def _decide(work: Writing, identifier: str, *, yes: bool) -> ProposalState:
    from governance.registry.changes import carry_with
    from governance.registry.keys import open_signing_key
    from governance.registry.roles import decide

    key = open_signing_key(work.transaction, work.place.password)
    decided = decide(work.transaction, identifier, approve=yes, carry=carry_with(key))
    return value_of(ProposalState, decided)
