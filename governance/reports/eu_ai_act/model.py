"""The frozen value behind the AI Act report."""

from __future__ import annotations

from datetime import datetime

from governance.kernel.value import Value
from governance.reports.controls.model import ControlRow
from governance.reports.model import Coverage, Report


class SystemSection(Value):
    """One system against every article; ``role`` and ``risk_class`` as the organisation says.

    An owner without ``owner_id`` is a name that was typed.
    """

    id: str
    name: str
    description: str
    role: str | None
    risk_class: str | None
    registered_at: datetime | None
    owner: str
    owner_id: str | None = None
    status: str
    facts: dict[str, str]
    threats: tuple[str, ...]
    coverage: Coverage
    articles: tuple[ControlRow, ...]
    source: str


class AiActReport(Report):
    """Evidence and gaps for articles 9-15, 26, 27, 50, 53, 55, 72 and 73, system by system.

    ``articles`` shows the organisation as a whole where no system is registered; retired systems
    are named only.
    """

    framework: str
    framework_version: str
    systems: tuple[SystemSection, ...]
    retired: tuple[str, ...] = ()
    articles: tuple[ControlRow, ...]


MODEL = AiActReport
