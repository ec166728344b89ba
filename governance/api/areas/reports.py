"""The operations `reports.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from typing import Any

    from governance.operations.reports import BuiltReport, KindShown
    from governance.operations.requests import TextFile
    from governance.reports.diff import ReportDiff


class Reports(Area):
    """The operations `reports.*`."""

    def build(
        self,
        *,
        kind: str,
        format: str | None = None,
        agent: str | None = None,
        incident: str | None = None,
        system: str | None = None,
        at: datetime | None = None,
        since: datetime | None = None,
        language: str = "en",
        tolerance: str | Path | TextFile | None = None,
        sign: bool = True,
    ) -> BuiltReport:
        """Build one report, whole or not at all."""
        from governance.operations import reports as handlers

        return self._ask(
            handlers.build_report,
            kind=kind,
            format=format,
            agent=agent,
            incident=incident,
            system=system,
            at=at,
            since=since,
            language=language,
            tolerance=tolerance,
            sign=sign,
        )

    def kinds(self) -> list[KindShown]:
        """List the kinds of reports with their formats and what each is about."""
        from governance.operations import reports as handlers

        return self._ask(handlers.list_kinds)

    def schema(self, *, kind: str) -> dict[str, Any]:
        """Return the JSON Schema of a report's JSON form."""
        from governance.operations import reports as handlers

        return self._ask(handlers.schema, kind=kind)

    def diff(self, *, before: str | Path | TextFile, after: str | Path | TextFile) -> ReportDiff:
        """Say what changed between two reports of one kind, and on account of which records."""
        from governance.operations import reports as handlers

        return self._ask(handlers.diff, before=before, after=after)


class AsyncReports(AsyncArea):
    """The same, awaited."""

    build = Awaited(Reports.build)
    kinds = Awaited(Reports.kinds)
    schema = Awaited(Reports.schema)
    diff = Awaited(Reports.diff)
