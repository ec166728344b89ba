"""The operations `principals.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    import builtins
    from collections.abc import Sequence

    from governance.operations.people_principals import (
        PrincipalChanged,
        PrincipalShown,
        PrincipalState,
    )


class Principals(Area):
    """The operations `principals.*`."""

    def add(self, *, name: str, kind: str = "person", roles: Sequence[str] = ()) -> PrincipalState:
        """Add somebody who can act; said again with other roles, it adds those."""
        from governance.operations import people_principals as handlers

        return self._ask(handlers.add, name=name, kind=kind, roles=roles)

    def list(self) -> builtins.list[PrincipalState]:
        """List every principal with its roles."""
        from governance.operations import people_principals as handlers

        return self._ask(handlers.list_principals)

    def show(self, *, name: str) -> PrincipalShown:
        """Show a principal: roles, tokens without their secrets, identities of other issuers."""
        from governance.operations import people_principals as handlers

        return self._ask(handlers.show, name=name)

    def disable(self, *, name: str) -> PrincipalChanged:
        """Let a principal act no more, whatever credentials it has, from this moment on."""
        from governance.operations import people_principals as handlers

        return self._ask(handlers.disable, name=name)

    def enable(self, *, name: str) -> PrincipalChanged:
        """Let a disabled principal act again."""
        from governance.operations import people_principals as handlers

        return self._ask(handlers.enable, name=name)


class AsyncPrincipals(AsyncArea):
    """The same, awaited."""

    add = Awaited(Principals.add)
    list = Awaited(Principals.list)
    show = Awaited(Principals.show)
    disable = Awaited(Principals.disable)
    enable = Awaited(Principals.enable)
