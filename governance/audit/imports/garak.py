"""garak: `*.report.jsonl`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from governance.audit.imports.model import ImportedItem, ImportedRun, RefusedTask, finite, refuse
from governance.kernel.rows import Row, open_rows, read_jsonl

_SCORED = 2  # each attempt is written twice; status 2 carries the detectors' results
_MAX_ROW = 64 * 1024 * 1024


def read_garak(path: Path) -> ImportedRun:
    """Return the outcomes of a report: per output 1 where a detector saw a failure, else 0.

    The outputs of an attempt are one cluster. A probe with fewer results than its own summary
    counts is refused.
    """
    file = str(path)
    with open_rows(file) as (stream, source):
        rows = [row for _, row in read_jsonl(stream, source, max_row_bytes=_MAX_ROW)]
    kinds = {row.get("entry_type") for row in rows}
    if "completion" not in kinds:
        raise refuse("it is not finished (no completion line)", file)
    attempts = [
        row for row in rows if row.get("entry_type") == "attempt" and row.get("status") == _SCORED
    ]
    items = [item for row in attempts for item in _items(row)]
    refused = _incomplete(rows, items)
    names = {task.task for task in refused}
    setup = next((row for row in rows if row.get("entry_type") == "start_run setup"), {})
    init = next((row for row in rows if row.get("entry_type") == "init"), {})
    kept = tuple(item for item in items if item.task not in names)
    if not kept:
        raise refuse("; ".join(f"{r.task}: {r.reason}" for r in refused) or "it is empty", file)
    target = (setup.get("plugins.target_type"), setup.get("plugins.target_name"))
    return ImportedRun(
        harness="garak",
        harness_version=str(init.get("garak_version")),
        model="/".join(str(part) for part in target if part) or "unknown",
        items=kept,
        refused=tuple(refused),
    )


def _items(row: Row) -> list[ImportedItem]:
    results: Any = row.get("detector_results") or {}
    return [
        ImportedItem(
            item=f"{row['uuid']}#{number}",
            cluster=str(row["uuid"]),
            task=str(row["probe_classname"]),
            metric=str(detector),
            value=finite(value),
        )
        for detector, values in results.items()
        for number, value in enumerate(values)
    ]


def _incomplete(rows: list[Row], items: list[ImportedItem]) -> list[RefusedTask]:
    found: dict[str, RefusedTask] = {}
    for row in rows:
        if row.get("entry_type") != "eval":
            continue
        task, detector = str(row["probe"]), str(row["detector"])
        there = sum(item.task == task and item.metric == detector for item in items)
        wanted = row.get("total_processed", row.get("total_evaluated"))
        if there != wanted:
            reason = f"{there} of {wanted} results of {detector} are in the file"
            found.setdefault(task, RefusedTask(task=task, reason=reason))
    return list(found.values())
