"""The operations `agents.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    import builtins
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path
    from typing import Literal

    from governance.operations.agents import (
        AgentShown,
        Changed,
        Registered,
        StatusChanged,
        Unfrozen,
    )
    from governance.operations.agents_certify import TierRequested
    from governance.registry.standing import AgentStanding


class Agents(Area):
    """The operations `agents.*`."""

    def register(
        self,
        *,
        name: str,
        digests: Mapping[str, str] = {},
        group: str = "default",
        description: str = "",
        reason: str = "",
    ) -> Registered:
        """Register an agent."""
        from governance.operations import agents as handlers

        return self._ask(
            handlers.register,
            name=name,
            digests=digests,
            group=group,
            description=description,
            reason=reason,
        )

    def change(self, *, agent: str, digests: Mapping[str, str] = {}, reason: str = "") -> Changed:
        """Record that model, prompt or tools changed; the certification becomes void."""
        from governance.operations import agents as handlers

        return self._ask(handlers.change, agent=agent, digests=digests, reason=reason)

    def retire(self, *, agent: str, reason: str) -> StatusChanged:
        """Retire an agent for good."""
        from governance.operations import agents as handlers

        return self._ask(handlers.retire, agent=agent, reason=reason)

    def certify(
        self,
        *,
        agent: str,
        cc: float | None = None,
        er: float | None = None,
        as_: float | None = None,
        ih: float | None = None,
        n_cc: int | None = None,
        n_er: int | None = None,
        n_as: int | None = None,
        n_ih: int | None = None,
        basis: Literal["point", "bound"] | None = None,
        evidence: str | Path | None = None,
    ) -> AgentStanding:
        """Certify an agent from its scores; missing is missing, and every attempt is stored."""
        from governance.operations import agents_certify as handlers

        return self._ask(
            handlers.certify,
            agent=agent,
            cc=cc,
            er=er,
            as_=as_,
            ih=ih,
            n_cc=n_cc,
            n_er=n_er,
            n_as=n_as,
            n_ih=n_ih,
            basis=basis,
            evidence=evidence,
        )

    def certify_all(
        self,
        *,
        file: str | Path,
        basis: Literal["point", "bound"] | None = None,
        source: str | None = None,
    ) -> builtins.list[AgentStanding]:
        """Certify every agent of a file, registering those not yet known."""
        from governance.operations import agents_certify as handlers

        return self._ask(handlers.certify_all, file=file, basis=basis, source=source)

    def request_tier(self, *, agent: str, tier: int) -> TierRequested:
        """Ask the scaling gate for a tier (the paper's Algorithm 1); the request is recorded."""
        from governance.operations import agents_certify as handlers

        return self._ask(handlers.request_tier, agent=agent, tier=tier)

    def list(self, *, at: datetime | None = None) -> builtins.list[AgentStanding]:
        """List every agent with the tier and ceiling that it has at a moment."""
        from governance.operations import agents as handlers

        return self._ask(handlers.list_agents, at=at)

    def show(self, *, agent: str, at: datetime | None = None) -> AgentShown:
        """Show where an agent stands at a moment, why, when it will fall, and its history."""
        from governance.operations import agents as handlers

        return self._ask(handlers.show, agent=agent, at=at)

    def unfreeze(self, *, agent: str, reason: str) -> Unfrozen:
        """Propose to lift the freeze that an incident brought; a second person agrees to it."""
        from governance.operations import agents as handlers

        return self._ask(handlers.unfreeze, agent=agent, reason=reason)


class AsyncAgents(AsyncArea):
    """The same, awaited."""

    register = Awaited(Agents.register)
    change = Awaited(Agents.change)
    retire = Awaited(Agents.retire)
    certify = Awaited(Agents.certify)
    certify_all = Awaited(Agents.certify_all)
    request_tier = Awaited(Agents.request_tier)
    list = Awaited(Agents.list)
    show = Awaited(Agents.show)
    unfreeze = Awaited(Agents.unfreeze)
