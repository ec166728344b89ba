"""The frozen value behind the treatment plan."""

from __future__ import annotations

from datetime import date
from typing import Literal

from governance.kernel.value import Value
from governance.reports.model import Count, Report, Status

Action = Literal["assess", "verify", "restore", "review", "decide"]


class PlanItem(Value):
    """One open action on one control.

    ``assess``: nothing is known; ``verify``: somebody declares it, nobody checked; ``restore``: a
    file of the evidence is missing or changed; ``review``: its review is due; ``decide``: nobody
    has decided whether it applies.
    ``expected_loss`` sums the expected losses of the domains that the control answers: what is at
    stake there, not what the control would save. An owner without ``owner_id`` is a typed name.
    """

    id: str
    control: str
    code: str
    name: str
    action: Action
    status: Status
    owner: str
    owner_id: str | None = None
    target: Status | None
    due: date | None
    overdue: bool
    threats: tuple[str, ...]
    domains: tuple[str, ...]
    incidents: Count
    expected_loss: float | None
    currency: str | None
    source: str | None = None


class PlanReport(Report):
    """Open actions, overdue ones first, then by what is at stake."""

    framework: str
    items: tuple[PlanItem, ...]


MODEL = PlanReport
