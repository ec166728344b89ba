"""The operations `authority.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    from datetime import datetime

    from governance.economy.answers import AuthorityView, Grant, Outcome
    from governance.economy.check import BooksCheck
    from governance.economy.marginal import MarginalEffect
    from governance.kernel.money import Money


class Authority(Area):
    """The operations `authority.*`."""

    def reserve(
        self,
        *,
        agent: str,
        amount: Money,
        key: str,
        action: str = "contract",
        expires_in: str | None = None,
    ) -> Grant:
        """Set money aside for an agent's action, or say every reason why not."""
        from governance.operations import authority as handlers

        return self._ask(
            handlers.reserve,
            agent=agent,
            amount=amount,
            key=key,
            action=action,
            expires_in=expires_in,
        )

    def show(
        self,
        *,
        agent: str,
        currency: str | None = None,
        last: int = 100,
        at: datetime | None = None,
    ) -> AuthorityView:
        """Show what an agent has at risk, its ceiling, what is left, and its reservations."""
        from governance.operations import authority as handlers

        return self._ask(handlers.show, agent=agent, currency=currency, last=last, at=at)

    def commit(self, *, reservation: str, amount: Money | None = None) -> Outcome:
        """Turn held money into spend, all of it or a part; the rest is given back."""
        from governance.operations import authority as handlers

        return self._ask(handlers.commit, reservation=reservation, amount=amount)

    def release(self, *, reservation: str) -> Outcome:
        """Give held money back."""
        from governance.operations import authority as handlers

        return self._ask(handlers.release, reservation=reservation)

    def refund(
        self, *, reservation: str, amount: Money | None = None, key: str | None = None
    ) -> Outcome:
        """Take spend back, all that is left of it or a part."""
        from governance.operations import authority as handlers

        return self._ask(handlers.refund, reservation=reservation, amount=amount, key=key)

    def check(self) -> BooksCheck:
        """Check that every balance follows from the postings and these from the ledger."""
        from governance.operations import authority as handlers

        return self._ask(handlers.check)

    def marginal(
        self, *, agent: str, amount: Money, level: float = 0.99, failures: float = 1.0
    ) -> MarginalEffect:
        """Show the marginal safety and the marginal TVaR of an amount; nothing is reserved."""
        from governance.operations import authority as handlers

        return self._ask(
            handlers.marginal, agent=agent, amount=amount, level=level, failures=failures
        )


class AsyncAuthority(AsyncArea):
    """The same, awaited."""

    reserve = Awaited(Authority.reserve)
    show = Awaited(Authority.show)
    commit = Awaited(Authority.commit)
    release = Awaited(Authority.release)
    refund = Awaited(Authority.refund)
    check = Awaited(Authority.check)
    marginal = Awaited(Authority.marginal)
