"""The operations `roles.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    import builtins

    from governance.operations.people import RoleChanged, RoleHeld


class Roles(Area):
    """The operations `roles.*`."""

    def grant(self, *, actor: str, role: str) -> RoleChanged:
        """Give a principal a role; nobody gives one to themselves."""
        from governance.operations import people as handlers

        return self._ask(handlers.grant_role, actor=actor, role=role)

    def revoke(self, *, actor: str, role: str) -> RoleChanged:
        """Take a role from a principal; the last administrator keeps it."""
        from governance.operations import people as handlers

        return self._ask(handlers.revoke_role, actor=actor, role=role)

    def list(self) -> builtins.list[RoleHeld]:
        """List who holds which role."""
        from governance.operations import people as handlers

        return self._ask(handlers.list_roles)


class AsyncRoles(AsyncArea):
    """The same, awaited."""

    grant = Awaited(Roles.grant)
    revoke = Awaited(Roles.revoke)
    list = Awaited(Roles.list)
