"""What an import gives: outcomes by item, task and metric, from one model."""

from __future__ import annotations

import math
from typing import Literal

from governance.kernel.errors import InputError
from governance.kernel.value import Value

Harness = Literal["inspect_ai", "lm_eval", "garak", "promptfoo"]


class ImportedItem(Value):
    """One item's outcome under one metric, on the harness's own scale; None: missing.

    ``cluster`` names what the item shares with repeats of it.
    """

    item: str
    cluster: str
    task: str
    metric: str
    value: float | None


class RefusedTask(Value):
    """A task whose per-item outcomes are not all there, and why."""

    task: str
    reason: str


class ImportedRun(Value):
    """One run of a harness. ``truncated`` says how it was cut short on purpose, None if whole."""

    harness: Harness
    harness_version: str | None
    model: str
    items: tuple[ImportedItem, ...]
    refused: tuple[RefusedTask, ...] = ()
    truncated: str | None = None


def finite(value: object) -> float | None:
    """Return an outcome as a number; None (missing) for what is none, as text or infinity."""
    found = float(value) if isinstance(value, bool | int | float) else None
    return found if found is not None and math.isfinite(found) else None


def one_model(models: set[str], file: str) -> str:
    """Return the one model of a run; raises InputError for none or a mixture."""
    if len(models) == 1:
        return models.pop()
    named = ", ".join(sorted(models)) or "none"
    raise InputError(
        f"answers of {len(models)} models ({named}); a score is of one model",
        file=file,
        hint="export the runs of the models apart",
    )


def refuse(reason: str, file: str) -> InputError:
    """Return the error for a run that may not be imported."""
    return InputError(f"the run is refused: {reason}", file=file)
