"""The operations `contracts.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    import builtins
    from pathlib import Path

    from governance.economy.answers import ContractAnswer, ContractState
    from governance.operations.contracts import ContractShown
    from governance.operations.requests import TextFile


class Contracts(Area):
    """The operations `contracts.*`."""

    def post(
        self, *, terms: str | Path | TextFile, poster: str, key: str | None = None
    ) -> ContractAnswer:
        """Post a contract; its reward goes into escrow."""
        from governance.operations import contracts as handlers

        return self._ask(handlers.post, terms=terms, poster=poster, key=key)

    def cosign(self, *, contract: str) -> ContractAnswer:
        """Take the liability as the co-signer whom the terms name."""
        from governance.operations import contracts as handlers

        return self._ask(handlers.cosign, contract=contract)

    def accept(self, *, contract: str, agent: str) -> ContractAnswer:
        """Bind an agent; its penalty counts as at risk from now on."""
        from governance.operations import contracts as handlers

        return self._ask(handlers.accept, contract=contract, agent=agent)

    def submit(self, *, contract: str, work: str) -> ContractAnswer:
        """Hand work in before the deadline; a later submission replaces it until it is verified."""
        from governance.operations import contracts as handlers

        return self._ask(handlers.submit, contract=contract, work=work)

    def verify(self, *, contract: str, signed_by: str | None = None) -> ContractAnswer:
        """Judge what was handed in by the contract's constraints; a co-signer can sign it off."""
        from governance.operations import contracts as handlers

        return self._ask(handlers.verify, contract=contract, signed_by=signed_by)

    def settle(self, *, contract: str) -> ContractAnswer:
        """Pay out a verified contract, once: the reward to the agent, or the penalty to
        the poster.
        """
        from governance.operations import contracts as handlers

        return self._ask(handlers.settle, contract=contract)

    def expire(self, *, contract: str) -> ContractAnswer:
        """End a contract whose time is over."""
        from governance.operations import contracts as handlers

        return self._ask(handlers.expire, contract=contract)

    def cancel(self, *, contract: str) -> ContractAnswer:
        """Take back a contract that nobody accepted yet."""
        from governance.operations import contracts as handlers

        return self._ask(handlers.cancel, contract=contract)

    def list(self, *, state: str | None = None) -> builtins.list[ContractState]:
        """List contracts, oldest first."""
        from governance.operations import contracts as handlers

        return self._ask(handlers.list_contracts, state=state)

    def show(self, *, contract: str) -> ContractShown:
        """Show a contract with its terms and verdict."""
        from governance.operations import contracts as handlers

        return self._ask(handlers.show, contract=contract)


class AsyncContracts(AsyncArea):
    """The same, awaited."""

    post = Awaited(Contracts.post)
    cosign = Awaited(Contracts.cosign)
    accept = Awaited(Contracts.accept)
    submit = Awaited(Contracts.submit)
    verify = Awaited(Contracts.verify)
    settle = Awaited(Contracts.settle)
    expire = Awaited(Contracts.expire)
    cancel = Awaited(Contracts.cancel)
    list = Awaited(Contracts.list)
    show = Awaited(Contracts.show)
