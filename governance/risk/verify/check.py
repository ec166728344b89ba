"""One check and the outcome of all."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field

from governance.kernel.value import Value


class Check(Value):
    """A figure beside its reference; ``error`` is relative, absolute where the reference is 0."""

    group: str
    name: str
    expected: float
    found: float | None
    error: float | None
    tolerance: Annotated[float, Field(gt=0.0)]
    passed: bool
    source: str


class Verification(Value):
    """All checks, and how many failed; ``ok`` where none did."""

    ok: bool
    passed: int
    failed: int
    checks: tuple[Check, ...]


def compare(
    group: str, name: str, expected: float, found: float | None, tolerance: float, source: str
) -> Check:
    """Return the check of a figure against its reference."""
    error = None
    if found is not None and math.isfinite(found):
        error = abs(found - expected) / (abs(expected) if expected != 0.0 else 1.0)
    return Check(
        group=group,
        name=name,
        expected=expected,
        found=found if error is not None else None,
        error=error,
        tolerance=tolerance,
        passed=error is not None and error <= tolerance,
        source=source,
    )
