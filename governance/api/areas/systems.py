"""The operations `systems.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    import builtins
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Literal

    from governance.operations.controls_systems import (
        SystemAdded,
        SystemChanged,
        SystemShown,
        SystemState,
        SystemThreats,
    )
    from governance.operations.requests import TextFile


class Systems(Area):
    """The operations `systems.*`."""

    def add(
        self,
        *,
        local: str | Path | TextFile | None = None,
        name: str,
        description: str = "",
        owner: str = "",
        role: str | None = None,
        risk_class: str | None = None,
        status: Literal["planned", "in_use", "retired"] = "in_use",
        facts: Mapping[str, str] = {},
        threats: Sequence[str] = (),
    ) -> SystemAdded:
        """Register an AI system in the inventory, with the threats that it faces."""
        from governance.operations import controls_systems as handlers

        return self._ask(
            handlers.add_system,
            local=local,
            name=name,
            description=description,
            owner=owner,
            role=role,
            risk_class=risk_class,
            status=status,
            facts=facts,
            threats=threats,
        )

    def change(
        self,
        *,
        system: str,
        description: str | None = None,
        owner: str | None = None,
        role: str | None = None,
        risk_class: str | None = None,
        status: Literal["planned", "in_use", "retired"] | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> SystemChanged:
        """Change what is declared of a system."""
        from governance.operations import controls_systems as handlers

        return self._ask(
            handlers.change,
            system=system,
            description=description,
            owner=owner,
            role=role,
            risk_class=risk_class,
            status=status,
            facts=facts,
        )

    def threats(
        self,
        *,
        local: str | Path | TextFile | None = None,
        system: str,
        add: Sequence[str] = (),
        drop: Sequence[str] = (),
        reason: str = "",
    ) -> SystemThreats:
        """State which threats a system faces, or end that it faces them."""
        from governance.operations import controls_systems as handlers

        return self._ask(
            handlers.change_threats, local=local, system=system, add=add, drop=drop, reason=reason
        )

    def list(self) -> builtins.list[SystemState]:
        """List every AI system by name."""
        from governance.operations import controls_systems as handlers

        return self._ask(handlers.list_systems)

    def show(
        self,
        *,
        local: str | Path | TextFile | None = None,
        system: str,
        framework: str | None = None,
    ) -> SystemShown:
        """Show a system with the coverage of its threats by controls."""
        from governance.operations import controls_systems as handlers

        return self._ask(handlers.show_system, local=local, system=system, framework=framework)


class AsyncSystems(AsyncArea):
    """The same, awaited."""

    add = Awaited(Systems.add)
    change = Awaited(Systems.change)
    threats = Awaited(Systems.threats)
    list = Awaited(Systems.list)
    show = Awaited(Systems.show)
