"""lm-evaluation-harness: `results_*.json` with `samples_*.jsonl`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from governance.audit.imports.model import ImportedItem, ImportedRun, RefusedTask, finite, refuse
from governance.kernel.documents import read_document
from governance.kernel.errors import InputError
from governance.kernel.rows import Row, open_rows, read_jsonl


def read_lm_eval(results: Path, samples: Sequence[Path]) -> ImportedRun:
    """Return the outcomes of a run; the metric is ``name,filter`` as in the results.

    A task without its samples is refused, since a mean alone is no evidence.
    """
    file = str(results)
    data = read_document(file).data
    if not isinstance(data, dict) or "results" not in data or "config" not in data:
        raise InputError("is no results file of lm-evaluation-harness", file=file)
    rows = [row for path in samples for row in _rows(path)]
    items: list[ImportedItem] = []
    refused: list[RefusedTask] = []
    cuts = []
    for task, count in sorted(data.get("n-samples", {}).items()):
        found, reason = _task(task, count, rows, data)
        items += found
        if reason is not None:
            refused.append(RefusedTask(task=task, reason=reason))
        if count["original"] != count["effective"]:
            cuts.append(f"{task}: {count['effective']} of {count['original']}")
    if data["config"].get("limit") is not None:
        cuts.append(f"limit {data['config']['limit']}")
    if not items:
        raise refuse("; ".join(f"{r.task}: {r.reason}" for r in refused) or "it is empty", file)
    return ImportedRun(
        harness="lm_eval",
        harness_version=data.get("lm_eval_version"),
        model=str(data.get("model_name") or data["config"].get("model")),
        items=tuple(items),
        refused=tuple(refused),
        truncated="; ".join(cuts) or None,
    )


def _rows(path: Path) -> list[tuple[str, Row]]:
    with open_rows(str(path)) as (stream, source):
        return [(path.name, row) for _, row in read_jsonl(stream, source)]


def _task(
    task: str, count: dict[str, Any], rows: list[tuple[str, Row]], data: dict[str, Any]
) -> tuple[list[ImportedItem], str | None]:
    own = [row for name, row in rows if task in name]
    if not own:
        return [], "its samples file is missing"
    hashes = {str(row.get("doc_hash")) for row in own}
    per_filter = Counter(str(row.get("filter")) for row in own)
    for name, number in per_filter.items():
        if number != count["effective"]:
            return [], f"filter {name}: {number} of {count['effective']} samples"
    if len(hashes) > count["effective"]:
        return [], "the samples are of another run"
    directions = data.get("higher_is_better", {}).get(task, {})
    return [item for row in own for item in _items(task, row, directions)], None


def _items(task: str, row: Row, directions: dict[str, Any]) -> list[ImportedItem]:
    metrics = row.get("metrics")
    names = [str(name) for name in metrics] if isinstance(metrics, list) else list(directions)
    return [
        ImportedItem(
            item=f"{row['doc_id']}|{row.get('filter')}",
            cluster=str(row.get("doc_hash") or row["doc_id"]),
            task=task,
            metric=f"{name},{row.get('filter')}",
            value=finite(row.get(name)),
        )
        for name in names
    ]
