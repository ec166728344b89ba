"""What every constraint shares."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from governance.kernel.value import Value

MAX_SUBMISSION_BYTES = 4 * 1024 * 1024
MAX_DETAIL = 500


class Constraint(Value):
    """One condition on a submission; a ``soft`` one counts towards a share instead of each."""

    soft: bool = False
    name: str | None = Field(default=None, min_length=1, max_length=200)


class Finding(Value):
    """What a checker found; ``unknown`` where it hung, crashed or could not be run."""

    kind: str
    name: str | None
    soft: bool
    result: Literal["passed", "failed", "unknown"]
    detail: str


def found(constraint: Constraint, passed: bool, detail: str) -> Finding:
    """Return a finding of a constraint."""
    return _finding(constraint, "passed" if passed else "failed", detail)


def unknown(constraint: Constraint, detail: str) -> Finding:
    """Return that a constraint could not be judged."""
    return _finding(constraint, "unknown", detail)


def _finding(
    constraint: Constraint, result: Literal["passed", "failed", "unknown"], detail: str
) -> Finding:
    kind: str = getattr(constraint, "kind")  # noqa: B009 - every kind of the union has one
    # What was handed in may speak here: no half surrogate or NUL that a database cannot hold.
    said = detail[:MAX_DETAIL].encode("utf-8", "replace").decode().replace("\0", "?")
    return Finding(
        kind=kind, name=constraint.name, soft=constraint.soft, result=result, detail=said
    )
