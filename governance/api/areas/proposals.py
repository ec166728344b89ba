"""The operations `proposals.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    import builtins
    from typing import Literal

    from governance.operations.people_proposals import ListedProposal, ProposalState, ShownProposal


class Proposals(Area):
    """The operations `proposals.*`."""

    def list(
        self, *, state: Literal["open", "approved", "rejected"] | None = None
    ) -> builtins.list[ListedProposal]:
        """List proposals, the oldest first."""
        from governance.operations import people_proposals as handlers

        return self._ask(handlers.list_proposals, state=state)

    def show(self, *, id: str) -> ShownProposal:
        """Show a proposal: the change, what changed since, who gains and loses, and the proofs."""
        from governance.operations import people_proposals as handlers

        return self._ask(handlers.show, id=id)

    def approve(self, *, id: str) -> ProposalState:
        """Approve a change that somebody else proposed; it takes effect at once."""
        from governance.operations import people_proposals as handlers

        return self._ask(handlers.approve, id=id)

    def reject(self, *, id: str) -> ProposalState:
        """Reject a proposed change."""
        from governance.operations import people_proposals as handlers

        return self._ask(handlers.reject, id=id)


class AsyncProposals(AsyncArea):
    """The same, awaited."""

    list = Awaited(Proposals.list)
    show = Awaited(Proposals.show)
    approve = Awaited(Proposals.approve)
    reject = Awaited(Proposals.reject)
