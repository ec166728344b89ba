"""lm-evaluation-harness: `results_*.json` with `samples_*.jsonl`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from governance.audit.imports.files import read_json, read_rows
from governance.audit.imports.model import (
    ImportedItem,
    ImportedRun,
    RefusedTask,
    finite,
    refuse,
    unread,
)
from governance.kernel.errors import InputError
from governance.kernel.rows import Row

_SAMPLES = re.compile(r"(?:^|[_-])samples_(?P<rest>.+)\.jsonl$")
_DATE = re.compile(r"_\d{4}-\d{2}-\d{2}T\d{2}[-:.]\d{2}[-:.]\d{2}(\.\d+)?$")
_NO_FILTER = "none"


def read_lm_eval(results: Path, samples: Sequence[Path]) -> ImportedRun:
    """Return the outcomes of a run; the metric is ``name,filter`` as in the results.

    The unit is the document: its repeats, filters and the instructions of a list-valued metric
    are one cluster. A task without its samples is refused, since a mean alone is no evidence.
    """
    data, file = read_json(results)
    if not isinstance(data, dict) or "results" not in data or "config" not in data:
        raise InputError("is no results file of lm-evaluation-harness", file=file)
    counts: dict[str, Any] = data.get("n-samples") or {}
    if not counts:
        raise refuse("it does not say how many samples it had (n-samples)", file)
    rows, remarks = _by_task(samples, counts)
    items: list[ImportedItem] = []
    refused: list[RefusedTask] = []
    for task, count in sorted(counts.items()):
        reason = _not_whole(rows[task], count)
        found = [] if reason else _items(task, rows[task], data)
        if reason is None and not found:
            reason = "no metric is named"
        items += found
        if reason is not None:
            refused.append(RefusedTask(task=task, reason=reason))
        remarks += _unscored(task, rows[task], data) + _parts(found)
    if not items:
        raise refuse("; ".join(f"{r.task}: {r.reason}" for r in refused), file)
    return ImportedRun(
        harness="lm_eval",
        harness_version=data.get("lm_eval_version"),
        model=str(data.get("model_name") or data["config"].get("model")),
        items=tuple(items),
        refused=tuple(refused),
        truncated="; ".join(_cuts(data, counts)) or None,
        remarks=tuple(remarks),
    )


def _cuts(data: dict[str, Any], counts: dict[str, Any]) -> list[str]:
    cuts = [
        f"{task}: {count['effective']} of {count['original']}"
        for task, count in sorted(counts.items())
        if count["original"] != count["effective"]
    ]
    if data["config"].get("limit") is not None:
        cuts.append(f"limit {data['config']['limit']}")
    return cuts


def _by_task(
    samples: Sequence[Path], tasks: Iterable[str]
) -> tuple[dict[str, list[Row]], list[str]]:
    found: dict[str, list[Row]] = {task: [] for task in tasks}
    strangers = []
    for path in samples:
        task = task_of(path.name, found)
        if task is None:
            strangers.append(f"{path.name} holds samples of no task of this run")
        else:
            found[task] += read_rows(path)
    return found, strangers


def task_of(name: str, tasks: Iterable[str]) -> str | None:
    """Return the task that a samples file is of, by its whole name; None for a stranger.

    A name without the harness's date may go on behind the task; the longest task counts.
    """
    match = _SAMPLES.search(name)
    if match is None:
        return None
    written = match["rest"]
    rest = _DATE.sub("", written)
    known = sorted(tasks, key=len, reverse=True)
    if rest in known or rest != written:
        return rest if rest in known else None
    return next((task for task in known if rest.startswith(f"{task}_")), None)


def _filter(row: Row) -> str:
    return str(row.get("filter") or _NO_FILTER)


def _not_whole(own: Sequence[Row], count: dict[str, Any]) -> str | None:
    """Return why a task's samples are no evidence; None where all of them are there."""
    if not own:
        return "its samples file is missing"
    for name, number in Counter(_filter(row) for row in own).items():
        if number != count["effective"]:
            return f"filter {name}: {number} of {count['effective']} samples"
    if len({str(row.get("doc_hash")) for row in own}) > count["effective"]:
        return "the samples are of another run"
    return None


def _items(task: str, own: Sequence[Row], data: dict[str, Any]) -> list[ImportedItem]:
    directions = _directions(task, data)
    return [
        ImportedItem(
            item=f"{row['doc_id']}|{_filter(row)}{part}",
            cluster=str(row.get("doc_hash") or row["doc_id"]),
            task=task,
            metric=f"{name},{_filter(row)}",
            value=value,
            low_is_good=directions.get(name) is False,
        )
        for row in own
        for name in _metrics(row, task, data)
        for part, value in _values(row.get(name))
    ]


def _directions(task: str, data: dict[str, Any]) -> dict[str, Any]:
    return (data.get("higher_is_better") or {}).get(task) or {}


def _metrics(row: Row, task: str, data: dict[str, Any]) -> list[str]:
    """Return the metrics of a row, which older rows do not name themselves."""
    named = row.get("metrics")
    if isinstance(named, list):
        return [str(name) for name in named]
    means = {name.split(",")[0] for name in data["results"].get(task) or {} if "," in name}
    return list(_directions(task, data)) or sorted(
        name for name in means if not name.endswith("_stderr")
    )


def _values(value: object) -> list[tuple[str, float | None]]:
    """Return the outcomes in a sample's value: one, or one an instruction of a list."""
    if isinstance(value, list) and _is_rate(value):
        return [(f"[{number}]", finite(each)) for number, each in enumerate(value)]
    return [("", finite(value))]


def _is_rate(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(each in (0, 1) for each in value)


def _unscored(task: str, own: Sequence[Row], data: dict[str, Any]) -> list[str]:
    return unread(
        (f"{task}/{name},{_filter(row)}", row.get(name))
        for row in own
        for name in _metrics(row, task, data)
        if finite(row.get(name)) is None and not _is_rate(row.get(name))
    )


def _parts(items: Sequence[ImportedItem]) -> list[str]:
    """Say of a list-valued metric how many parts passed: a document counts where all do."""
    parts: dict[str, list[float | None]] = {}
    for item in items:
        if item.item.endswith("]"):
            parts.setdefault(f"{item.task}/{item.metric}", []).append(item.value)
    return [
        f"{metric}: {sum(value == 1 for value in values)} of {len(values)} parts are 1; "
        "a document counts where all of its parts do"
        for metric, values in parts.items()
    ]
