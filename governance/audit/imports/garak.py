"""garak: `*.report.jsonl`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from governance.audit.imports.files import read_rows
from governance.audit.imports.model import (
    ImportedItem,
    ImportedRun,
    RefusedTask,
    finite,
    refuse,
    unread,
)
from governance.kernel.rows import Row

_SCORED = 2  # each attempt is written twice; status 2 carries the detectors' results
# In the notes of an attempt: the attempt that a buff or the turn before it was made of.
_SOURCES = ("buff_source_attempt_uuid", "previous_attempt_id")


def read_garak(path: Path) -> ImportedRun:
    """Return the outcomes of a report: per output 1 where a detector saw a failure, else 0.

    The unit is the attempt: its generations, the buffs made of one attempt and the turns of one
    conversation are one cluster. A probe with fewer results than its own summary counts is
    refused.
    """
    file = str(path)
    rows = read_rows(path)
    aggregate = _is_aggregate(rows)
    # An aggregate keeps no completion line; its digest is written last.
    if not _first(rows, "completion") and not (aggregate and _first(rows, "digest")):
        raise refuse("it is not finished (no completion line)", file)
    attempts: list[dict[str, Any]] = [
        dict(row)
        for row in rows
        if row.get("entry_type") == "attempt" and row.get("status") == _SCORED
    ]
    names = _names(attempts, aggregate=aggregate)
    roots = _roots(attempts, names)
    items = [
        item for row, name in zip(attempts, names, strict=True) for item in _items(row, name, roots)
    ]
    refused = _incomplete(rows, items)
    left_out = {task.task for task in refused}
    kept = tuple(item for item in items if item.task not in left_out)
    if not kept:
        raise refuse("; ".join(f"{r.task}: {r.reason}" for r in refused) or "it is empty", file)
    return ImportedRun(
        harness="garak",
        harness_version=str(_first(rows, "init").get("garak_version")),
        model=_model(_first(rows, "start_run setup")),
        items=kept,
        refused=tuple(refused),
        remarks=tuple(unread(_unscored(attempts))),
    )


def _first(rows: Sequence[Row], kind: str) -> Row:
    return next((row for row in rows if row.get("entry_type") == kind), {})


def _model(setup: Row) -> str:
    # Named model_type and model_name before garak 0.13.1.
    target = [
        setup.get(f"plugins.target_{part}") or setup.get(f"plugins.model_{part}")
        for part in ("type", "name")
    ]
    return "/".join(str(part) for part in target if part) or "unknown"


def _is_aggregate(rows: Sequence[Row]) -> bool:
    """Say whether the file was put together of several reports, which renames all attempts."""
    meta: Any = _first(rows, "digest").get("meta") or {}
    said = (_first(rows, "start_run setup"), meta, meta.get("setup") or {})
    return any("aggregation" in each for each in said) or "orig_uuid" in _first(rows, "init")


def _names(attempts: Sequence[dict[str, Any]], *, aggregate: bool) -> list[str]:
    """Return a name for each attempt; an aggregate gives all of them one identifier."""
    often = Counter(str(row["uuid"]) for row in attempts)
    return [
        f"{row['probe_classname']}/{row.get('seq')}/{json.dumps(row.get('prompt'), sort_keys=True)}"
        if aggregate and often[str(row["uuid"])] > 1
        else str(row["uuid"])
        for row in attempts
    ]


def _roots(attempts: Sequence[dict[str, Any]], names: Sequence[str]) -> dict[str, str]:
    """Return the cluster of each attempt: the attempt that it goes back to in the end."""
    parents: dict[str, str] = {}
    for row, name in zip(attempts, names, strict=True):
        notes = row.get("notes") or {}
        source = next((str(notes[key]) for key in _SOURCES if notes.get(key)), None)
        if source is None and name != str(row["uuid"]):
            source = f"{row['probe_classname']}/{notes.get('buff_source_seq', row.get('seq'))}"
        if source is not None and source != name:
            parents[name] = source
    return {name: _root(name, parents) for name in names}


def _root(name: str, parents: dict[str, str]) -> str:
    seen = {name}
    while (parent := parents.get(name)) is not None and parent not in seen:
        seen.add(parent)
        name = parent
    return name


def _items(row: dict[str, Any], name: str, roots: dict[str, str]) -> list[ImportedItem]:
    return [
        ImportedItem(
            item=f"{name}#{number}",
            cluster=roots[name],
            task=str(row["probe_classname"]),
            metric=str(detector),
            value=finite(value),
            low_is_good=True,
        )
        for detector, values in (row.get("detector_results") or {}).items()
        for number, value in enumerate(values)
    ]


def _unscored(attempts: Sequence[dict[str, Any]]) -> list[tuple[str, object]]:
    return [
        (str(detector), value)
        for row in attempts
        for detector, values in (row.get("detector_results") or {}).items()
        for value in values
        if finite(value) is None
    ]


def _incomplete(rows: Sequence[Row], items: Sequence[ImportedItem]) -> list[RefusedTask]:
    """Return the probes of which the file holds fewer or more results than it counts itself."""
    there = Counter((item.task, item.metric) for item in items)
    scored = Counter((item.task, item.metric) for item in items if item.value is not None)
    wanted: Counter[tuple[str, str]] = Counter()
    exact: set[tuple[str, str]] = set()
    for row in rows:
        if row.get("entry_type") == "eval":
            # Older reports write "detector." before the name, and one total.
            key = str(row["probe"]), str(row["detector"]).removeprefix("detector.")
            total: Any = row.get("total_processed", row.get("total_evaluated", row.get("total")))
            wanted[key] += total
            exact |= {key} if "total_processed" in row else set()
    found: dict[str, RefusedTask] = {}
    for (task, detector), total in wanted.items():
        key = task, detector
        # Where only scored results were counted, those without a score may be in the file too.
        if total != there[key] and (key in exact or total != scored[key]):
            reason = f"{there[key]} of {total} results of {detector} are in the file"
            found.setdefault(task, RefusedTask(task=task, reason=reason))
    return list(found.values())
