"""Who may do what, and changes that wait for a second person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.kernel.value import IsoTime, Value, value_of
from governance.operations.requests import ById, Nothing
from governance.operations.work import Reading, Writing
from governance.store.access import ROLES

__all__ = ["ROLES"]


class RoleOf(Value):
    """A role of an actor, to be given or taken."""

    actor: Annotated[str, Field(description="Name of the actor.")]
    role: Annotated[str, Field(description="Name of the role.")]


class RoleChanged(Value):
    """Whether the actor's roles are others now."""

    actor: str
    role: str
    changed: bool


class RoleHeld(Value):
    """A role that an actor holds, and who gave it."""

    actor: str
    role: str
    granted_by: str
    granted_at: IsoTime


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


def grant_role(work: Writing, request: RoleOf) -> RoleChanged:
    """Give an actor a role. The first grant must be that of an administrator."""
    from governance.registry import roles

    changed = roles.grant_role(work.transaction, request.actor, request.role)
    return RoleChanged(actor=request.actor, role=request.role, changed=changed)


def revoke_role(work: Writing, request: RoleOf) -> RoleChanged:
    """Take a role from an actor."""
    from governance.registry import roles

    roles.revoke_role(work.transaction, request.actor, request.role)
    return RoleChanged(actor=request.actor, role=request.role, changed=True)


def list_roles(work: Reading, request: Nothing) -> list[RoleHeld]:
    """List who holds which role."""
    from governance.registry import roles

    return [value_of(RoleHeld, row) for row in roles.list_roles(work.session)]


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
