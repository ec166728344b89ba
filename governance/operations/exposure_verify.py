"""The calibration certificate of the calculator."""

from __future__ import annotations

from governance.operations.requests import Nothing
from governance.operations.work import Work
from governance.risk.verify.check import Verification


def verify(work: Work, request: Nothing) -> Verification:
    """Run every closed-form and published case and return found beside expected figures."""
    from governance.risk import verify as calculator

    return calculator.verify()
