"""Who may do what: roles given and taken."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.identity.roles import ROLES
from governance.kernel.value import IsoTime, Value, value_of
from governance.operations.requests import Nothing
from governance.operations.work import Reading, Writing

__all__ = ["ROLES"]


class RoleOf(Value):
    """A role of a principal, to be given or taken."""

    actor: Annotated[str, Field(description="Name or id of the principal.")]
    role: Annotated[str, Field(description="Name of the role.")]


class RoleChanged(Value):
    """Whether the principal's roles are others now."""

    actor: str
    role: str
    changed: bool


class RoleHeld(Value):
    """A role that a principal holds, and who gave it."""

    actor: str
    actor_id: str
    role: str
    granted_by: str
    granted_by_id: str | None
    granted_at: IsoTime


def grant_role(work: Writing, request: RoleOf) -> RoleChanged:
    """Give a principal a role; nobody gives one to themselves."""
    from governance.identity import grants
    from governance.identity.principals import find_principal

    principal = find_principal(work.session, request.actor)
    changed = grants.grant_role(work.transaction, principal, request.role)
    return RoleChanged(actor=principal.name, role=request.role, changed=changed)


def revoke_role(work: Writing, request: RoleOf) -> RoleChanged:
    """Take a role from a principal; the last administrator keeps it."""
    from governance.identity import grants
    from governance.identity.principals import find_principal

    principal = find_principal(work.session, request.actor)
    grants.revoke_role(work.transaction, principal, request.role)
    return RoleChanged(actor=principal.name, role=request.role, changed=True)


def list_roles(work: Reading, request: Nothing) -> list[RoleHeld]:
    """List who holds which role."""
    from governance.identity.grants import list_grants

    return [value_of(RoleHeld, row) for row in list_grants(work.session)]
