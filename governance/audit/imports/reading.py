"""Telling the harnesses apart and reading their files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from governance.audit.imports.files import peek, read_json
from governance.audit.imports.garak import read_garak
from governance.audit.imports.grouping import combined, runs_of
from governance.audit.imports.inspect_ai import read_inspect
from governance.audit.imports.lm_eval import read_lm_eval
from governance.audit.imports.model import Harness, ImportedRun, refuse
from governance.audit.imports.promptfoo import read_promptfoo, results_of
from governance.kernel.errors import InputError


def read_run(files: Sequence[Path], *, allow_truncated: bool = False) -> ImportedRun:
    """Return the run in one file (lm-eval: results and samples files), or in several logs.

    Raises InputError for an unfinished, truncated or mixed-model run, with the reason, and for
    logs that do not add up.
    ``allow_truncated`` lets one through that was cut short on purpose; it stays marked.
    """
    for path in files:
        if not path.is_file():
            raise InputError("no such file", file=str(path))
    if len(set(files)) < len(files):
        raise InputError("one file is named twice", file=str(files[0]))
    groups = runs_of({path: harness_of(path) for path in files})
    runs = [_whole(kind, members) for kind, members in groups]
    run = combined(runs, [str(members[0]) for _, members in groups])
    if run.truncated is not None and not allow_truncated:
        raise InputError(
            f"the run is refused: it was cut short ({run.truncated})",
            file=str(files[0]),
            hint="--allow-truncated keeps it, and the certificate says so",
        )
    return run


def _require_distinct(run: ImportedRun, file: str) -> None:
    """Refuse a run that counts one item twice, as copied lines make it."""
    seen: set[tuple[str, str, str]] = set()
    for item in run.items:
        key = item.task, item.metric, item.item
        if key in seen:
            raise refuse(f"{item.task}: item {item.item} occurs twice", file)
        seen.add(key)


def _whole(kind: Harness, files: Sequence[Path]) -> ImportedRun:
    file = str(files[0])
    try:
        run = _read(kind, files)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise InputError(
            f"is not as its harness writes it: {type(error).__name__} {error}", file=file
        ) from error
    _require_distinct(run, file)
    return run


def _read(kind: Harness, files: Sequence[Path]) -> ImportedRun:
    if kind == "lm_eval":
        return read_lm_eval(files[0], files[1:])
    readers = {"inspect_ai": read_inspect, "garak": read_garak, "promptfoo": read_promptfoo}
    return readers[kind](files[0])


def harness_of(path: Path) -> Harness:
    """Return which harness wrote a file; raises InputError where none is recognised."""
    if path.suffix == ".eval":
        return "inspect_ai"
    head = peek(path)
    if path.suffix == ".jsonl":
        return "garak" if '"entry_type"' in head else "promptfoo"
    if head.lstrip()[:1] == "{":
        data, _ = read_json(path)
        if results_of(data) is not None:
            return "promptfoo"
        if isinstance(data, dict) and isinstance(data.get("eval"), dict):
            return "inspect_ai"
        if isinstance(data, dict) and "results" in data:
            return "lm_eval"
    raise InputError(
        "is no file of inspect_ai, lm-evaluation-harness, garak or promptfoo", file=str(path)
    )
