"""The operations `controls.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    import builtins
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path
    from typing import Literal

    from governance.operations.controls import NoWord, WordsStored, WordStored
    from governance.operations.requests import TextFile
    from governance.registry.assessments import Assessment
    from governance.registry.controls import Evidence
    from governance.registry.staleness import Stale


class Controls(Area):
    """The operations `controls.*`."""

    def set(
        self,
        *,
        local: str | Path | TextFile | None = None,
        control: str,
        status: Literal["verified", "declared", "not_assessed"],
        system: str | None = None,
        applicable: bool | None = None,
        justification: str = "",
        owner: str = "",
        assessor: str = "",
        evidence: Sequence[str | Path | Evidence] = (),
        review_on: date | None = None,
        target: Literal["verified", "declared", "not_assessed"] | None = None,
        due: date | None = None,
    ) -> WordStored:
        """Say what is known of a control: verified, declared or not assessed."""
        from governance.operations import controls as handlers

        return self._ask(
            handlers.set_control,
            local=local,
            control=control,
            status=status,
            system=system,
            applicable=applicable,
            justification=justification,
            owner=owner,
            assessor=assessor,
            evidence=evidence,
            review_on=review_on,
            target=target,
            due=due,
        )

    def import_(
        self,
        *,
        local: str | Path | TextFile | None = None,
        file: str | Path | TextFile,
        folder: str | Path | None = None,
    ) -> WordsStored:
        """Take words on many controls from a CSV; all of them or none."""
        from governance.operations import controls as handlers

        return self._ask(handlers.import_controls, local=local, file=file, folder=folder)

    def list(
        self,
        *,
        local: str | Path | TextFile | None = None,
        framework: str | None = None,
        system: str | None = None,
    ) -> builtins.list[Assessment | NoWord]:
        """List the last word on each control; with a framework also those without a word."""
        from governance.operations import controls as handlers

        return self._ask(handlers.list_controls, local=local, framework=framework, system=system)

    def stale(self, *, local: str | Path | TextFile | None = None) -> builtins.list[Stale]:
        """Name the words on controls that no longer stand as they were given."""
        from governance.operations import controls as handlers

        return self._ask(handlers.list_stale, local=local)


class AsyncControls(AsyncArea):
    """The same, awaited."""

    set = Awaited(Controls.set)
    import_ = Awaited(Controls.import_)
    list = Awaited(Controls.list)
    stale = Awaited(Controls.stale)
