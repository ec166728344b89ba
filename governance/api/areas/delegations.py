"""The operations `delegations.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    from pathlib import Path

    from governance.economy.answers import Branch, DelegationAnswer
    from governance.gate.delegation.analysis import DelegationAnalysis
    from governance.kernel.money import Money
    from governance.operations.authority_delegations import Taken
    from governance.operations.requests import TextFile


class Delegations(Area):
    """The operations `delegations.*`."""

    def grant(
        self, *, principal: str, delegate: str, amount: Money, expires_in: str | None = None
    ) -> DelegationAnswer:
        """Hand a part of an agent's authority to another, or say every reason why not."""
        from governance.operations import authority_delegations as handlers

        return self._ask(
            handlers.grant,
            principal=principal,
            delegate=delegate,
            amount=amount,
            expires_in=expires_in,
        )

    def revoke(self, *, delegation: str, reason: str = "revoked") -> Taken:
        """Take a sub-budget back with all below it; held money is released."""
        from governance.operations import authority_delegations as handlers

        return self._ask(handlers.revoke, delegation=delegation, reason=reason)

    def tree(self, *, agent: str | None = None, ended: bool = False) -> list[Branch]:
        """Show who handed what to whom, and what is left of it."""
        from governance.operations import authority_delegations as handlers

        return self._ask(handlers.tree, agent=agent, ended=ended)

    def analyse(self, *, file: str | Path | TextFile) -> DelegationAnalysis:
        """Find chains with their tier and liable principal, single points of failure and
        circles.
        """
        from governance.operations import policies_gate as handlers

        return self._ask(handlers.analyse, file=file)


class AsyncDelegations(AsyncArea):
    """The same, awaited."""

    grant = Awaited(Delegations.grant)
    revoke = Awaited(Delegations.revoke)
    tree = Awaited(Delegations.tree)
    analyse = Awaited(Delegations.analyse)
