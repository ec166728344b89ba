"""Who may do what."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.kernel.value import IsoTime, Value, value_of
from governance.operations.requests import Nothing
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
