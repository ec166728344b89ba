"""Which files are of one run, and several runs of one model put together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from governance.audit.imports.files import peek
from governance.audit.imports.model import Harness, ImportedRun, refuse
from governance.audit.imports.names import one_name
from governance.kernel.errors import InputError

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}T[\d.:-]*\d")


def runs_of(kinds: dict[Path, Harness]) -> list[tuple[Harness, list[Path]]]:
    """Return the runs in some files: one a file, but lm-eval's results with their samples."""
    results = [path for path, kind in kinds.items() if kind == "lm_eval"]
    found = {path: [path] for path in kinds if not (results and _is_samples(path))}
    for path in kinds:
        if path not in found:
            found[_results_for(path, results, list(kinds))].append(path)
    return [(kinds[first], members) for first, members in found.items()]


def _is_samples(path: Path) -> bool:
    return path.suffix == ".jsonl" and '"entry_type"' not in peek(path)


def _results_for(samples: Path, results: Sequence[Path], order: Sequence[Path]) -> Path:
    """Return the results of a samples file: those with its date, else those named before it."""
    date = _DATE.search(samples.name)
    if date is not None:
        dated = [path for path in results if date.group() in path.name]
        if len(dated) == 1:
            return dated[0]
    before = [path for path in results if order.index(path) < order.index(samples)]
    return before[-1] if before else results[0]


def combined(runs: Sequence[ImportedRun], names: Sequence[str]) -> ImportedRun:
    """Return several logs of one model as one run; what is said of each names its file.

    Raises InputError for logs of several harnesses or models, and where two logs hold one metric
    of a task: whether their items are the same questions cannot be told.
    """
    first = runs[0]
    if len(runs) == 1:
        return first
    if len({run.harness for run in runs}) > 1:
        raise InputError("the logs are of several harnesses; one import is of one", file=names[0])
    _require_apart(runs, names)
    asked = [run.model for run in runs]
    model, served = one_name(asked, chain.from_iterable(run.served for run in runs), names[0])
    versions = sorted({run.harness_version for run in runs if run.harness_version})
    labelled = list(zip(_labels(names), runs, strict=True))
    cuts = [f"{label}: {run.truncated}" for label, run in labelled if run.truncated]
    return ImportedRun(
        harness=first.harness,
        harness_version=", ".join(versions) or None,
        model=model,
        items=tuple(item for run in runs for item in run.items),
        refused=tuple(task for run in runs for task in run.refused),
        truncated="; ".join(cuts) or None,
        served=served,
        remarks=tuple(f"{label}: {remark}" for label, run in labelled for remark in run.remarks),
    )


def _labels(names: Sequence[str]) -> list[str]:
    """Return the files' names, with their folders where two are named alike."""
    paths = [Path(name) for name in names]
    own = [path.name for path in paths]
    return own if len(set(own)) == len(own) else [f"{p.parent.name}/{p.name}" for p in paths]


def _require_apart(runs: Sequence[ImportedRun], names: Sequence[str]) -> None:
    owner: dict[tuple[str, str], str] = {}
    for name, run in zip(names, runs, strict=True):
        for task, metric in sorted({(item.task, item.metric) for item in run.items}):
            other = owner.setdefault((task, metric), name)
            if other != name:
                raise refuse(f"{task}/{metric} is in {other} as well", name)
