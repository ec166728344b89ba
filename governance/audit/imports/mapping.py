"""What an imported metric says about a dimension; without an entry it gates nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from governance.audit.imports.model import Harness, ImportedItem, ImportedRun
from governance.gate.bounds import lower_bound
from governance.gate.dimensions import AnyDimension
from governance.gate.vector import RobustnessVector
from governance.kernel.errors import InputError
from governance.kernel.value import Value, parse
from governance.scoring.outcomes import Outcome
from governance.scoring.share import Share, share_of


class MappingEntry(Value):
    """One metric of one task: the dimension, which way is better, when an item passes."""

    harness: Harness
    task: str
    metric: str
    dimension: AnyDimension
    direction: Literal["higher", "lower"]
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.5


class Mapping(Value):
    """The entries of a mapping file."""

    entries: tuple[MappingEntry, ...] = ()


class ImportedScore(Value):
    """One metric recounted; ``dimension`` None: kept, not gating."""

    task: str
    metric: str
    share: Share
    mean: float | None
    dimension: AnyDimension | None
    lower: float | None


def recount(run: ImportedRun, mapping: Mapping) -> list[ImportedScore]:
    """Return every metric of a run with counts by cluster and a 95 % lower bound.

    A missing item has not passed. An entry for a task that the run does not have is passed over.
    Raises InputError where that is every entry, where one names a metric that its task lacks, or
    two feed one dimension.
    """
    groups: dict[tuple[str, str], list[ImportedItem]] = {}
    for item in run.items:
        groups.setdefault((item.task, item.metric), []).append(item)
    entries = _entries_for(run, mapping)
    _check(run, entries, groups)
    return [
        _recounted(items, next((e for e in entries if (e.task, e.metric) == (task, metric)), None))
        for (task, metric), items in sorted(groups.items())
    ]


def remarks_on(run: ImportedRun, mapping: Mapping) -> list[str]:
    """Return what the mapping leaves out, and where it turns the harness's own direction."""
    entries = _entries_for(run, mapping)
    low = {(item.task, item.metric): item.low_is_good for item in run.items}
    absent = [
        entry for entry in mapping.entries if entry.harness == run.harness and entry not in entries
    ]
    turned = [
        entry
        for entry in entries
        if run.harness == "lm_eval"
        and low.get((entry.task, entry.metric), False) != (entry.direction == "lower")
    ]
    return [
        *(f"no outcome of {entry.task} for {entry.dimension}" for entry in absent),
        *(
            f"the mapping says {entry.direction} is better of {entry.task}/{entry.metric}, "
            "its harness the opposite"
            for entry in turned
        ),
    ]


def _entries_for(run: ImportedRun, mapping: Mapping) -> list[MappingEntry]:
    """Return the entries whose tasks the run has: a house mapping may name those of other logs."""
    own = [entry for entry in mapping.entries if entry.harness == run.harness]
    tasks = {item.task for item in run.items} | {task.task for task in run.refused}
    found = [entry for entry in own if entry.task in tasks]
    if own and not found:
        raise InputError(
            "no entry names a task of the run",
            field="mapping",
            hint=f"it has: {', '.join(sorted(tasks))}",
        )
    return found


def _check(
    run: ImportedRun,
    entries: Sequence[MappingEntry],
    groups: dict[tuple[str, str], list[ImportedItem]],
) -> None:
    refused = {task.task: task.reason for task in run.refused}
    fed: set[str] = set()
    for entry in entries:
        if entry.task in refused:
            raise InputError(f"task {entry.task} is refused: {refused[entry.task]}")
        if (entry.task, entry.metric) not in groups:
            known = ", ".join(f"{task}/{metric}" for task, metric in sorted(groups))
            raise InputError(
                f"the run has no metric {entry.metric!r} of task {entry.task!r}",
                field="mapping",
                hint=f"it has: {known}",
            )
        if run.harness == "garak" and entry.direction == "higher":
            raise InputError(
                f"{entry.metric} of garak is 1 where the model failed: its direction is lower",
                field="mapping",
            )
        if entry.dimension in fed:
            raise InputError(f"two entries feed {entry.dimension}", field="mapping")
        fed.add(entry.dimension)


def _require_scale(items: Sequence[ImportedItem], entry: MappingEntry) -> None:
    """Refuse values that a threshold between 0 and 1 would pass whatever they say, as 3 of 10."""
    values = [item.value for item in items if item.value is not None]
    passing = (
        max(values, default=0) > 1 if entry.direction == "higher" else min(values, default=0) < 0
    )
    if passing:
        raise InputError(
            f"{entry.task}/{entry.metric} has values from {min(values):g} to {max(values):g}: "
            "only values from 0 to 1 can gate",
            field="mapping",
        )


def _recounted(items: Sequence[ImportedItem], entry: MappingEntry | None) -> ImportedScore:
    if entry is not None:
        _require_scale(items, entry)
    share = share_of([_outcome(item, entry) for item in items])
    values = [item.value for item in items if item.value is not None]
    return ImportedScore(
        task=items[0].task,
        metric=items[0].metric,
        share=share,
        mean=sum(values) / len(values) if values else None,
        dimension=None if entry is None else entry.dimension,
        lower=None if entry is None else lower_bound(share.successes, share.units, 0.05),
    )


def _outcome(item: ImportedItem, entry: MappingEntry | None) -> Outcome:
    threshold = 0.5 if entry is None else entry.threshold
    # Without an entry the harness's own word counts: garak writes 1 where the model failed.
    lower = item.low_is_good if entry is None else entry.direction == "lower"
    passed = item.value is not None and (
        item.value < threshold if lower else item.value >= threshold
    )
    return Outcome(
        item=item.item,
        cluster=item.cluster,
        group=item.metric,
        passed=passed,
        missing=item.value is None,
    )


def imported_vector(scores: Sequence[ImportedScore]) -> RobustnessVector:
    """Return the gate's vector, declared; dimensions without an entry are missing."""
    data: dict[str, object] = {}
    for score in scores:
        if score.dimension is not None:
            data[f"n_{score.dimension}"] = score.share.units
            data[f"k_{score.dimension}"] = score.share.successes
            data[score.dimension] = score.share.rate
    return parse(RobustnessVector, data)
