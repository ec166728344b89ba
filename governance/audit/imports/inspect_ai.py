"""inspect_ai logs: `.eval` archives and `.json` files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from governance.audit.imports.archive import read_members
from governance.audit.imports.files import read_json
from governance.audit.imports.inspect_scores import edited, metrics_of, scored, unscored
from governance.audit.imports.model import ImportedItem, ImportedRun, refuse, unread
from governance.audit.imports.names import one_name
from governance.kernel.documents import parse_json
from governance.kernel.errors import InputError

Sample = dict[str, Any]


def read_inspect(path: Path) -> ImportedRun:
    """Return the outcomes of a log; raises InputError for one that is not whole.

    The unit is the sample: its epochs are one cluster. A sample that broke before a scorer, or
    that a scorer left without a value, is missing under it; it never drops out of the count.
    """
    header, samples = _archive(path) if path.suffix == ".eval" else _json(path)
    file = str(path)
    _require_whole(header, samples, file)
    evaluation = header["eval"]
    config = evaluation.get("config") or {}
    answered = (str((sample.get("output") or {}).get("model") or "") for sample in samples)
    model, served = one_name([str(evaluation["model"])], answered, file)
    metrics = metrics_of(samples)
    if not metrics:
        raise refuse("no sample has a score", file)
    lost = [
        _is_lost(sample, scored_anyway=bool(config.get("score_on_error"))) for sample in samples
    ]
    return ImportedRun(
        harness="inspect_ai",
        harness_version=(evaluation.get("packages") or {}).get("inspect_ai"),
        model=model,
        items=tuple(
            item
            for sample, gone in zip(samples, lost, strict=True)
            for item in _items(sample, str(evaluation["task"]), metrics, gone=gone)
        ),
        truncated=_cut(evaluation, config, samples),
        served=served,
        remarks=(*unread(unscored(samples)), *_errors(samples), *edited(samples), *_alike(samples)),
    )


def _archive(path: Path) -> tuple[dict[str, Any], list[Sample]]:
    members = read_members(path)
    if "header.json" not in members:
        raise refuse("it is not finished (a journal without a header)", str(path))
    header = _parse(members["header.json"], f"{path}:header.json")
    samples = [
        _parse(raw, f"{path}:{name}")
        for name, raw in sorted(members.items())
        if name.startswith("samples/") and name.endswith(".json")
    ]
    return header, samples


def _json(path: Path) -> tuple[dict[str, Any], list[Sample]]:
    data, name = read_json(path)
    log = _object(data, name)
    return log, [_object(sample, name) for sample in log.get("samples") or ()]


def _parse(raw: bytes, source: str) -> dict[str, Any]:
    text = raw.decode("utf-8", errors="replace")
    return _object(parse_json(text, source, constants=True), source)


def _object(value: object, source: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError("is not a JSON object", file=source)
    return value


def _require_whole(header: dict[str, Any], samples: Sequence[Sample], file: str) -> None:
    if "eval" not in header or "status" not in header:
        raise InputError("is no inspect_ai log", file=file)
    if header["status"] != "success":
        raise refuse(f"its status is {header['status']!r}", file)
    if header.get("invalidated"):
        raise refuse("it was invalidated", file)
    results = header.get("results") or {}
    total = results.get("total_samples")
    broken = sum(bool(sample.get("error")) for sample in samples)
    # Samples that broke are in the log, but inspect does not count them as completed.
    if total != len(samples) or results.get("completed_samples") not in (total, total - broken):
        raise refuse(f"it holds {len(samples)} of {total} samples", file)


def _cut(
    evaluation: dict[str, Any], config: dict[str, Any], samples: Sequence[Sample]
) -> str | None:
    """Say how the run was limited on purpose: by a number, by chosen samples, or otherwise."""
    there = len({str(sample["id"]) for sample in samples})
    whole = (evaluation.get("dataset") or {}).get("samples")
    chosen = config.get("sample_id") is not None
    if config.get("limit") is not None:
        return f"limit {config['limit']}"
    if not isinstance(whole, int):
        return f"sample_id: {there}" if chosen else None
    return f"{'sample_id' if chosen else 'samples'}: {there} of {whole}" if there < whole else None


def _is_lost(sample: Sample, *, scored_anyway: bool) -> bool:
    """Say whether a sample's scores say nothing: it broke, or was invalidated afterwards."""
    return bool(sample.get("invalidation")) or (bool(sample.get("error")) and not scored_anyway)


def _errors(samples: Sequence[Sample]) -> list[str]:
    said = []
    broken = sum(bool(sample.get("error")) for sample in samples)
    if broken:
        said.append(f"{broken} of {len(samples)} samples ended in an error")
    taken_back = sum(bool(sample.get("invalidation")) for sample in samples)
    if taken_back:
        said.append(f"{taken_back} of {len(samples)} samples were invalidated: they are missing")
    return said


def _alike(samples: Sequence[Sample]) -> list[str]:
    """Say where samples of different ids hold the same input: the log calls them different."""
    inputs: dict[str, set[str]] = {}
    for sample in samples:
        if sample.get("input"):
            text = json.dumps(sample["input"], sort_keys=True)
            inputs.setdefault(text, set()).add(str(sample["id"]))
    most = max((len(ids) for ids in inputs.values()), default=0)
    return [f"{most} samples of different ids have one input"] if most > 1 else []


def _items(sample: Sample, task: str, metrics: Sequence[str], *, gone: bool) -> list[ImportedItem]:
    values = scored(sample)
    return [
        ImportedItem(
            item=f"{sample['id']}#{sample.get('epoch', 1)}",
            cluster=str(sample["id"]),
            task=task,
            metric=metric,
            value=None if gone else values.get(metric),
        )
        for metric in metrics
    ]
