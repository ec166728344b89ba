"""Rows of controls, subcategories and articles."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from governance.kernel.value import Value
from governance.registry.staleness import FileState
from governance.reports.model import Count, Coverage, Status

Applicable = Literal["yes", "no", "undecided"]


class EvidenceRef(Value):
    """A piece of evidence by its digest, its address, or both.

    ``file``: whether a file is still where the record says, unchanged; links are not fetched.
    """

    id: str
    title: str
    digest: str | None = None
    link: str | None = None
    recorded_at: datetime
    file: FileState
    source: str

    @property
    def gone(self) -> bool:
        """Return whether the file cannot be shown as it was recorded."""
        return self.file in ("missing", "changed")


class ControlRow(Value):
    """One control, subcategory or article with everything that is known of it.

    ``threats`` are the sub-threats that it answers (the domain's code stands for all of a domain
    where only the domain is linked); ``incidents`` counts asserted incidents of those threats.
    ``scope`` says whether the word is on this system or taken over from the whole organisation;
    ``stale``: its review is due, or a file of its evidence is gone. ``owner_id`` and
    ``assessor_id`` are principals; where they are None, the name was typed.
    """

    id: str
    code: str
    name: str
    group: str
    group_name: str
    definition: str = ""
    status: Status
    applicable: Applicable = "undecided"
    justification: str = ""
    owner: str = ""
    owner_id: str | None = None
    assessor: str = ""
    assessor_id: str | None = None
    scope: Literal["organisation", "system"] | None = None
    target: Status | None = None
    due: date | None = None
    review_on: date | None = None
    stale: bool = False
    evidence: tuple[EvidenceRef, ...] = ()
    threats: tuple[str, ...] = ()
    incidents: Count = 0
    in_force_from: str | None = None
    notice: str | None = None
    source: str | None = None


class GroupCoverage(Value):
    """The three counts of one group of controls."""

    group: str
    name: str
    controls: Count
    coverage: Coverage


def coverage_of(rows: tuple[ControlRow, ...] | list[ControlRow]) -> Coverage:
    """Return the three counts over the rows that are not declared inapplicable."""
    counted = [row.status for row in rows if row.applicable != "no"]
    return Coverage(
        verified=counted.count("verified"),
        declared=counted.count("declared"),
        not_assessed=counted.count("not_assessed"),
    )
