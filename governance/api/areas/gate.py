"""The operations `gate.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal

    from governance.gate.vector import RobustnessVector
    from governance.operations.policies_gate import ExplainedDecision, VectorDecision
    from governance.operations.policies_simulation import SimulatedEconomy
    from governance.operations.requests import TextFile
    from governance.registry.audits_due import DueAudit


class Gate(Area):
    """The operations `gate.*`."""

    def evaluate(
        self,
        *,
        vector: RobustnessVector | None = None,
        file: str | Path | None = None,
        basis: Literal["point", "bound"] | None = None,
        attempts: int = 1,
        policy: str | Path | TextFile | None = None,
    ) -> list[VectorDecision]:
        """Say which tier each vector holds, what binds it, and what each gap is."""
        from governance.operations import policies_gate as handlers

        return self._ask(
            handlers.evaluate,
            vector=vector,
            file=file,
            basis=basis,
            attempts=attempts,
            policy=policy,
        )

    def explain(
        self,
        *,
        vector: RobustnessVector | None = None,
        agent: str | None = None,
        audited: str | None = None,
        basis: Literal["point", "bound"] | None = None,
        attempts: int = 1,
        policy: str | Path | TextFile | None = None,
    ) -> ExplainedDecision:
        """Explain a tier: what binds it, items still needed, next drops, what would change it."""
        from governance.operations import policies_gate as handlers

        return self._ask(
            handlers.explain,
            vector=vector,
            agent=agent,
            audited=audited,
            basis=basis,
            attempts=attempts,
            policy=policy,
        )

    def due(self) -> list[DueAudit]:
        """List audits that are due, with the draw revealed; dates to come stay hidden."""
        from governance.operations import policies_stored as handlers

        return self._ask(handlers.due)

    def simulate(
        self,
        *,
        agents: int = 1000,
        days: int = 200,
        seed: int = 1,
        seeds: int = 10,
        rule: Literal["forward", "momentary"] = "forward",
        floor: float | None = None,
        theorems: bool = False,
        game: bool = False,
        policy: str | Path | TextFile | None = None,
        settings: str | Path | TextFile | None = None,
        plots: bool = False,
    ) -> SimulatedEconomy:
        """Simulate agents of seven strategies in a market under the gate."""
        from governance.operations import policies_simulation as handlers

        return self._ask(
            handlers.simulate,
            agents=agents,
            days=days,
            seed=seed,
            seeds=seeds,
            rule=rule,
            floor=floor,
            theorems=theorems,
            game=game,
            policy=policy,
            settings=settings,
            plots=plots,
        )


class AsyncGate(AsyncArea):
    """The same, awaited."""

    evaluate = Awaited(Gate.evaluate)
    explain = Awaited(Gate.explain)
    due = Awaited(Gate.due)
    simulate = Awaited(Gate.simulate)
