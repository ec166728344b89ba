"""promptfoo: `-o out.json`, `-o out.jsonl`, and what `evaluate()` returns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from governance.audit.imports.files import read_json, read_rows
from governance.audit.imports.model import (
    ImportedItem,
    ImportedRun,
    finite,
    one_model,
    refuse,
    unread,
)
from governance.kernel.errors import InputError

_ERROR = 2  # failureReason: the provider or an assertion broke, so the item says nothing
_VERSION = 3
PASS_METRIC = "success"  # noqa: S105 - the name of a metric
# Written into the variables while a test runs; they differ between repeats of one question.
_RUNTIME = ("_conversation", "sessionId", "sessionIds")

# Options that choose among the tests; others choose providers or prompts, which is no cut.
_FILTERS = (
    "filterFirstN",
    "filterSample",
    "filterPattern",
    "filterRange",
    "filterMetadata",
    "filterFailing",
    "filterFailingOnly",
    "filterErrorsOnly",
)


def read_promptfoo(path: Path) -> ImportedRun:
    """Return the outcomes: ``success`` and every named score; errors are missing, not failed.

    The unit is the question: all results with the same variables are one cluster, whatever
    their number, prompt or repeat; so are those whose template came out as the same prompt, and a
    red-team attack with the text that it was made of.
    """
    file = str(path)
    data, rows = _json(path) if path.suffix == ".json" else ({}, _jsonl(path))
    if not rows:
        raise refuse("it holds no result", file)
    models = {str((row.get("provider") or {}).get("id")) for row in rows}
    named, units = _named(rows), _units(rows)
    return ImportedRun(
        harness="promptfoo",
        harness_version=(data.get("metadata") or {}).get("promptfooVersion"),
        model=one_model(models, file),
        items=tuple(
            item for row, unit in zip(rows, units, strict=True) for item in _items(row, unit, named)
        ),
        truncated="; ".join(_cuts(data, rows)) or None,
        remarks=(*_unscored(rows), *_errors(rows), *_same_prompt(rows, units)),
    )


def _json(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    data, name = read_json(path)
    summary = results_of(data)
    if not isinstance(data, dict) or summary is None:
        raise InputError("is no result file of promptfoo", file=name)
    written = summary.get("version", _VERSION)
    if written != _VERSION or "results" not in summary:
        raise InputError(
            f"promptfoo output version {written} is not read",
            file=name,
            hint="version 3 is: export the evaluation anew with a later promptfoo",
        )
    stats = summary.get("stats") or {}
    expected = sum(int(stats.get(kind, 0)) for kind in ("successes", "failures", "errors"))
    rows = list(summary["results"])
    if expected != len(rows):
        raise refuse(f"it holds {len(rows)} of {expected} results", name)
    return data, rows


def results_of(data: object) -> dict[str, Any] | None:
    """Return the summary in a file of promptfoo, or in what `evaluate()` returns; else None."""
    if not isinstance(data, dict):
        return None
    inner = data.get("results")
    if isinstance(inner, dict) and ("evalId" in data or "stats" in inner):
        return inner
    whole = "stats" in data and isinstance(data.get("version"), int)
    return data if whole and ("table" in data or isinstance(inner, list)) else None


def _jsonl(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [dict(row) for row in read_rows(path)]
    if any("testIdx" not in row or "provider" not in row for row in rows):
        raise InputError("is no result file of promptfoo", file=str(path))
    return rows


def _cuts(data: dict[str, Any], rows: Sequence[dict[str, Any]]) -> list[str]:
    """Say where only some of the tests were run, by a filter or as the numbers show."""
    config = data.get("config") or {}
    runtime = data.get("runtimeOptions") or {}
    options = {**(config.get("commandLineOptions") or {}), **runtime}
    said = [f"{name} {options[name]}" for name in _FILTERS if options.get(name) is not None]
    tests = config.get("tests")
    written = sum(isinstance(test, dict) for test in tests) if isinstance(tests, list) else 0
    repeat = runtime.get("repeat") or (config.get("evaluateOptions") or {}).get("repeat") or 1
    ran = len({row["testIdx"] for row in rows}) / repeat
    return said if said or ran >= written else [f"tests: {ran:g} of {written}"]


def _errors(rows: Sequence[dict[str, Any]]) -> list[str]:
    broken = sum(_broken(row) for row in rows)
    return [f"{broken} of {len(rows)} results ended in an error"] if broken else []


def _test(row: dict[str, Any]) -> dict[str, Any]:
    return row.get("testCase") or {}


def _variables(row: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = _test(row).get("vars") or row.get("vars") or {}
    return {name: value for name, value in given.items() if name not in _RUNTIME}


def _original(row: dict[str, Any]) -> str | None:
    text = (_test(row).get("metadata") or {}).get("originalText")
    return None if text is None else str(text)


def _question(row: dict[str, Any], originals: set[str]) -> str:
    """Return a name for what was asked, the same for all repeats and variants of it."""
    text = _original(row)
    variables = _variables(row)
    for value in variables.values():
        if text is None and isinstance(value, str) and value in originals:
            text = value
    return json.dumps(variables, sort_keys=True) if text is None else text


def _units(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the cluster of each result: results with a question or a prompt in common."""
    originals = {text for row in rows if (text := _original(row)) is not None}
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        while (parent := parents.setdefault(name, name)) != name:
            name = parent
        return name

    questions = [_question(row, originals) for row in rows]
    for row, question in zip(rows, questions, strict=True):
        prompt = row.get("prompt") or {}
        # A prompt that is its own label holds no variable; the provider may use them otherwise.
        if prompt.get("raw") is not None and prompt["raw"] != prompt.get("label"):
            parents[root(f"prompt {prompt['raw']}")] = root(question)
    return [root(question) for question in questions]


def _named(rows: Sequence[dict[str, Any]]) -> set[str]:
    return {str(metric) for row in rows for metric in row.get("namedScores") or {}}


def _broken(row: dict[str, Any]) -> bool:
    return bool(row.get("failureReason") == _ERROR)


def _metrics(row: dict[str, Any], named: set[str]) -> set[str]:
    """Return what a result should have been scored by; an error must not take it away."""
    there = {str(metric) for metric in row.get("namedScores") or {}}
    declared = _declared(_test(row).get("assert")) & named
    if _broken(row) and not _test(row).get("assert"):
        return named  # nothing says which assertions it had: it is missing in all of them
    return there | declared


def _declared(assertions: object) -> set[str]:
    found: set[str] = set()
    for each in assertions if isinstance(assertions, list) else []:
        if isinstance(each, dict):
            found |= {str(each["metric"])} if each.get("metric") else set()
            found |= _declared(each.get("assert"))
    return found


def _items(row: dict[str, Any], cluster: str, named: set[str]) -> list[ImportedItem]:
    scores = row.get("namedScores") or {}
    values = {metric: scores.get(metric) for metric in _metrics(row, named)}
    values[PASS_METRIC] = float(bool(row.get("success")))
    return [
        ImportedItem(
            item=f"{row['testIdx']}.{row.get('promptIdx', 0)}/{row.get('id', '')}",
            cluster=cluster,
            task="promptfoo",
            metric=metric,
            value=None if _broken(row) else finite(value),
        )
        for metric, value in values.items()
    ]


def _unscored(rows: Sequence[dict[str, Any]]) -> list[str]:
    return unread(
        (str(metric), value)
        for row in rows
        for metric, value in (row.get("namedScores") or {}).items()
        if finite(value) is None
    )


def _same_prompt(rows: Sequence[dict[str, Any]], units: Sequence[str]) -> list[str]:
    """Say where tests with different variables sent the model word for word the same."""
    found: dict[str, set[str]] = {}
    for row, unit in zip(rows, units, strict=True):
        found.setdefault(str((row.get("prompt") or {}).get("raw")), set()).add(unit)
    most = max(len(each) for each in found.values())
    return [f"{most} tests with different variables sent one prompt"] if most > 1 else []
