"""The operations `tokens.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    import builtins
    from collections.abc import Sequence

    from governance.identity.tokens import TokenState
    from governance.operations.people_tokens import TokenMade, TokenRevoked


class Tokens(Area):
    """The operations `tokens.*`."""

    def create(
        self,
        *,
        name: str,
        roles: Sequence[str] = (),
        agent: str | None = None,
        expires: str = "90d",
    ) -> TokenMade:
        """Make a token of a principal's; its text is shown once."""
        from governance.operations import people_tokens as handlers

        return self._ask(handlers.create, name=name, roles=roles, agent=agent, expires=expires)

    def list(self, *, name: str | None = None) -> builtins.list[TokenState]:
        """List tokens without their secrets, the oldest first."""
        from governance.operations import people_tokens as handlers

        return self._ask(handlers.list_tokens, name=name)

    def revoke(self, *, id: str) -> TokenRevoked:
        """Revoke a token; it is good for nothing from this moment on."""
        from governance.operations import people_tokens as handlers

        return self._ask(handlers.revoke, id=id)


class AsyncTokens(AsyncArea):
    """The same, awaited."""

    create = Awaited(Tokens.create)
    list = Awaited(Tokens.list)
    revoke = Awaited(Tokens.revoke)
