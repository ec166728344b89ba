"""What an import gives: outcomes by item, task and metric, from one model."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from governance.kernel.errors import InputError
from governance.kernel.value import Value

Harness = Literal["inspect_ai", "lm_eval", "garak", "promptfoo"]


class ImportedItem(Value):
    """One item's outcome under one metric, on the harness's own scale; None: missing.

    ``cluster`` names what the item shares with repeats of it. ``low_is_good`` is the harness's
    own word on the metric's direction.
    """

    item: str
    cluster: str
    task: str
    metric: str
    value: float | None
    low_is_good: bool = False


class RefusedTask(Value):
    """A task whose per-item outcomes are not all there, and why."""

    task: str
    reason: str


def _empty(value: object) -> bool:
    return not value


class ImportedRun(Value):
    """One run of a harness. ``truncated`` says how it was cut short on purpose, None if whole.

    ``model`` is what was asked for, ``served`` under which other names it answered; ``remarks``
    is what a reader of the counts must know, as edited scores.
    """

    harness: Harness
    harness_version: str | None
    model: str
    items: tuple[ImportedItem, ...]
    refused: tuple[RefusedTask, ...] = ()
    truncated: str | None = None
    served: Annotated[tuple[str, ...], Field(exclude_if=_empty)] = ()
    remarks: Annotated[tuple[str, ...], Field(exclude_if=_empty)] = ()


def finite(value: object) -> float | None:
    """Return an outcome as a number; None (missing) for what is none, as text or infinity."""
    found = float(value) if isinstance(value, bool | int | float) else None
    return found if found is not None and math.isfinite(found) else None


def unread(values: Iterable[tuple[str, object]]) -> list[str]:
    """Return a remark for each metric that has values which are there but are no score."""
    found: dict[str, list[object]] = {}
    for metric, value in values:
        if value is not None:
            found.setdefault(metric, []).append(value)
    return [
        f"{len(seen)} values of {metric} are no score and count as missing (as {seen[0]!r:.60})"
        for metric, seen in found.items()
    ]


def one_model(models: set[str], file: str) -> str:
    """Return the one model of a run; raises InputError for none or a mixture."""
    if len(models) == 1:
        return models.pop()
    raise mixture(models, file)


def mixture(models: set[str], file: str) -> InputError:
    """Return the error for a run whose answers are not of one model."""
    named = ", ".join(sorted(models)) or "none"
    return InputError(
        f"answers of {len(models)} models ({named}); a score is of one model",
        file=file,
        hint="export the runs of the models apart",
    )


def refuse(reason: str, file: str) -> InputError:
    """Return the error for a run that may not be imported."""
    return InputError(f"the run is refused: {reason}", file=file)
