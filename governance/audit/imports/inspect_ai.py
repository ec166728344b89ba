"""inspect_ai logs: `.eval` archives and `.json` files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from governance.audit.imports.archive import read_members
from governance.audit.imports.model import ImportedItem, ImportedRun, finite, one_model, refuse
from governance.kernel.documents import parse_json, read_text
from governance.kernel.errors import InputError

_VALUES = {"C": 1.0, "I": 0.0, "P": 0.5, "N": None}


def read_inspect(path: Path) -> ImportedRun:
    """Return the outcomes of a log; raises InputError for one that is not whole.

    C counts 1, P one half, I zero, N (no answer) is missing; epochs of a sample are one cluster.
    """
    header, samples = _archive(path) if path.suffix == ".eval" else _json(path)
    file = str(path)
    _require_whole(header, samples, file)
    evaluation = header["eval"]
    models = {str(evaluation["model"])}
    models |= {
        str(sample["output"]["model"])
        for sample in samples
        if (sample.get("output") or {}).get("model")
    }
    limit = evaluation.get("config", {}).get("limit")
    return ImportedRun(
        harness="inspect_ai",
        harness_version=(evaluation.get("packages") or {}).get("inspect_ai"),
        model=_same_model(models, file),
        items=tuple(item for sample in samples for item in _items(sample, evaluation["task"])),
        truncated=None if limit is None else f"limit {limit}",
    )


def _same_model(models: set[str], file: str) -> str:
    # A provider may leave out its prefix: mockllm/model and model are one.
    shortest = {model.rsplit("/", 1)[-1] for model in models}
    return max(models, key=len) if len(shortest) == 1 else one_model(models, file)


def _archive(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
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


def _json(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    text, name = read_text(str(path))
    log = _object(parse_json(text, name), name)
    return log, [_object(sample, name) for sample in log.get("samples") or ()]


def _parse(raw: bytes, source: str) -> dict[str, Any]:
    return _object(parse_json(raw.decode("utf-8", errors="replace"), source), source)


def _object(value: object, source: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError("is not a JSON object", file=source)
    return value


def _require_whole(header: dict[str, Any], samples: list[dict[str, Any]], file: str) -> None:
    if "eval" not in header or "status" not in header:
        raise InputError("is no inspect_ai log", file=file)
    if header["status"] != "success":
        raise refuse(f"its status is {header['status']!r}", file)
    if header.get("invalidated"):
        raise refuse("it was invalidated", file)
    results = header.get("results") or {}
    total = results.get("total_samples")
    if total != len(samples) or results.get("completed_samples") != total:
        raise refuse(f"it holds {len(samples)} of {total} samples", file)


def _items(sample: dict[str, Any], task: str) -> list[ImportedItem]:
    scores = sample.get("scores") or {}
    return [
        ImportedItem(
            item=f"{sample['id']}#{sample.get('epoch', 1)}",
            cluster=str(sample["id"]),
            task=task,
            metric=str(scorer),
            value=None if sample.get("error") else _value(score.get("value")),
        )
        for scorer, score in scores.items()
    ]


def _value(value: object) -> float | None:
    return _VALUES.get(value) if isinstance(value, str) else finite(value)
