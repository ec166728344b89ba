"""The operations `register.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    import builtins

    from governance.registry.risks import RiskFrequency


class Register(Area):
    """The operations `register.*`."""

    def add(
        self,
        *,
        threat: str,
        prior_events: float = 0.5,
        prior_years: float = 1.0,
        basis: str = "default prior: half an event in one year",
        observed_years: float = 0.0,
        owner: str | None = None,
    ) -> RiskFrequency:
        """Put a threat on the register, with the prior of its yearly frequency."""
        from governance.operations import register as handlers

        return self._ask(
            handlers.register_risk,
            threat=threat,
            prior_events=prior_events,
            prior_years=prior_years,
            basis=basis,
            observed_years=observed_years,
            owner=owner,
        )

    def list(self) -> builtins.list[RiskFrequency]:
        """List every registered threat with its frequency, the most frequent first."""
        from governance.operations import register as handlers

        return self._ask(handlers.list_risks)


class AsyncRegister(AsyncArea):
    """The same, awaited."""

    add = Awaited(Register.add)
    list = Awaited(Register.list)
