"""The list of records that a report rests on, built while it is collected."""

from __future__ import annotations

from datetime import datetime

from governance.reports.model import Source


class SourceBook:
    """Gives each record a short name (S1, S2, ...) in the order of first use."""

    def __init__(self) -> None:
        self._sources: dict[tuple[str, str], Source] = {}

    def add(
        self, kind: str, reference: str, *, recorded_at: datetime | None = None, note: str = ""
    ) -> str:
        """Return the short name of a record; the same record keeps its first name."""
        key = (kind, reference)
        if key not in self._sources:
            self._sources[key] = Source(
                id=f"S{len(self._sources) + 1}",
                kind=kind,
                reference=reference,
                recorded_at=recorded_at,
                note=note,
            )
        return self._sources[key].id

    def all(self) -> tuple[Source, ...]:
        """Return every record in the order of its name."""
        return tuple(self._sources.values())
