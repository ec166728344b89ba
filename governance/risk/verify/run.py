"""Running all checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from governance.risk.verify.check import Check, Verification
from governance.risk.verify.closed import closed_checks
from governance.risk.verify.harder import harder_checks
from governance.risk.verify.reference import reference_checks
from governance.risk.verify.statistics import statistics_checks

GROUPS: dict[str, Callable[[], Iterator[Check]]] = {
    "reference": reference_checks,
    "closed": closed_checks,
    "statistics": statistics_checks,
    "harder": harder_checks,
}


def verify(groups: Iterable[str] = GROUPS) -> Verification:
    """Run every closed-form and published case and return found beside expected figures."""
    checks = tuple(check for name in groups for check in GROUPS[name]())
    failed = sum(not check.passed for check in checks)
    return Verification(ok=failed == 0, passed=len(checks) - failed, failed=failed, checks=checks)
