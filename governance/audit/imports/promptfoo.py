"""promptfoo: `-o out.json` and `-o out.jsonl`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from governance.audit.imports.model import ImportedItem, ImportedRun, finite, one_model, refuse
from governance.kernel.documents import parse_json, read_text
from governance.kernel.errors import InputError
from governance.kernel.rows import open_rows, read_jsonl

_ERROR = 2  # failureReason: the provider or an assertion broke, so the item says nothing
PASS_METRIC = "success"  # noqa: S105 - the name of a metric


def read_promptfoo(path: Path) -> ImportedRun:
    """Return the outcomes: ``success`` and every named score; errors are missing, not failed."""
    file = str(path)
    version, rows, expected = _json(path) if path.suffix == ".json" else (None, _jsonl(path), None)
    if not rows:
        raise refuse("it holds no result", file)
    if expected is not None and expected != len(rows):
        raise refuse(f"it holds {len(rows)} of {expected} results", file)
    models = {str((row.get("provider") or {}).get("id")) for row in rows}
    return ImportedRun(
        harness="promptfoo",
        harness_version=version,
        model=one_model(models, file),
        items=tuple(item for row in rows for item in _items(row)),
    )


def _json(path: Path) -> tuple[str | None, list[dict[str, Any]], int]:
    text, name = read_text(str(path))
    data = parse_json(text, name)
    results = data.get("results") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(results, dict) or "results" not in results:
        raise InputError("is no result file of promptfoo", file=name)
    stats = results.get("stats") or {}
    expected = sum(int(stats.get(kind, 0)) for kind in ("successes", "failures", "errors"))
    version = (data.get("metadata") or {}).get("promptfooVersion")
    return version, list(results["results"]), expected


def _jsonl(path: Path) -> list[dict[str, Any]]:
    with open_rows(str(path)) as (stream, source):
        rows: list[dict[str, Any]] = [dict(row) for _, row in read_jsonl(stream, source)]
    if any("testIdx" not in row or "provider" not in row for row in rows):
        raise InputError("is no result file of promptfoo", file=str(path))
    return rows


def _items(row: dict[str, Any]) -> list[ImportedItem]:
    broken = row.get("failureReason") == _ERROR
    values = {PASS_METRIC: float(bool(row.get("success"))), **(row.get("namedScores") or {})}
    return [
        ImportedItem(
            item=f"{row['testIdx']}.{row.get('promptIdx', 0)}/{row.get('id', '')}",
            cluster=str(row["testIdx"]),
            task="promptfoo",
            metric=str(metric),
            value=None if broken else finite(value),
        )
        for metric, value in values.items()
    ]
