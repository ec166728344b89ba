"""The operations `installation.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    from pathlib import Path

    from governance.economy.tick import Ticked
    from governance.operations.installation import Initialised
    from governance.operations.installation_demonstration import DemoSummary
    from governance.operations.installation_doctor import Diagnosis


class Installation(Area):
    """The operations `installation.*`."""

    def initialise(self) -> Initialised:
        """Create the database, load the ontology and set the default policy; safe to repeat."""
        from governance.operations import installation as handlers

        return self._ask(handlers.initialise)

    def demonstrate(
        self, *, out: str | Path, limit: int = 3000, assumptions: str | Path | None = None
    ) -> DemoSummary:
        """Run the main job: real incidents, exposure, certified agents, report, ledger."""
        from governance.operations import installation_demonstration as handlers

        return self._ask(handlers.demonstrate, out=out, limit=limit, assumptions=assumptions)

    def doctor(self) -> Diagnosis:
        """Say what is configured, found and missing."""
        from governance.operations import installation_doctor as handlers

        return self._ask(handlers.examine)

    def tick(self) -> Ticked:
        """Expire, demote, call audits due and end contracts whose time is over."""
        from governance.operations import installation as handlers

        return self._ask(handlers.do_due)


class AsyncInstallation(AsyncArea):
    """The same, awaited."""

    initialise = Awaited(Installation.initialise)
    demonstrate = Awaited(Installation.demonstrate)
    doctor = Awaited(Installation.doctor)
    tick = Awaited(Installation.tick)
