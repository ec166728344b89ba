"""The frozen value behind the risk register."""

from __future__ import annotations

from governance.kernel.value import Value
from governance.reports.model import Count, Coverage, Report, Status
from governance.reports.overview.model import ExposureRow, ThreatCount


class RiskEntry(Value):
    """One threat domain: what happened, what it may cost, which controls answer it.

    ``controls`` counts the ISO/IEC 42001 controls that the ontology links to the domain or to its
    sub-threats. ``status`` is that of the exposure: verified where it rests on data alone,
    declared where an expert's range enters, not assessed without a run.
    """

    id: str
    domain: str
    name: str
    definition: str
    incidents: Count
    uncertain: Count
    losses: dict[str, int]
    sub_threats: tuple[ThreatCount, ...]
    exposure: ExposureRow | None
    status: Status
    controls: Coverage
    source: str | None = None


class FrequencyRow(Value):
    """A threat that the organisation put on its register: events a year, 90 % between low and high.

    ``events`` are incidents linked to agents within ``years`` of observation, on top of a prior.
    An owner without ``owner_id`` is a name that was typed.
    """

    threat: str
    name: str
    owner: str
    owner_id: str | None = None
    events: Count
    years: float
    prior: str
    mean: float
    low: float
    high: float


class RegisterReport(Report):
    """Every threat domain, those with the largest expected loss first."""

    entries: tuple[RiskEntry, ...]
    registered: tuple[FrequencyRow, ...] = ()


MODEL = RegisterReport
