"""What changed between two reports of one kind, and on account of which records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from governance.kernel.documents import Document
from governance.kernel.errors import InputError
from governance.kernel.value import Value, parse
from governance.reports.kinds import find_kind
from governance.reports.model import Head, Report

# What names a row of a list, the first that a row has.
KEYS = ("id", "domain", "framework", "threat", "tier", "dimension", "duty", "kind", "what", "path")
SKIPPED = frozenset({"head", "sources", "source", "not_shown"})
CURVES = frozenset({"lec", "points"})


class Difference(Value):
    """One place that differs; ``before`` or ``after`` is None where it is not there at all."""

    path: str
    what: Literal["added", "removed", "changed"]
    before: Any = None
    after: Any = None
    why: str = ""


class ReportDiff(Value):
    """Two reports side by side; ``reasons`` are those that concern the whole report."""

    kind: str
    before: Head
    after: Head
    reasons: tuple[str, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class _Side:
    """A report as data, with its records by short name."""

    data: dict[str, Any]
    records: Mapping[str, str]


def diff_documents(before: Document, after: Document) -> ReportDiff:
    """Compare two JSON reports; raises InputError where one is none or the kinds differ."""
    first, second = report_of(before), report_of(after)
    if first.head.kind != second.head.kind:
        raise InputError(
            f"is a report {second.head.kind}, the first is {first.head.kind}", file=after.source
        )
    return diff_reports(first, second)


def report_of(document: Document) -> Report:
    """Return the report in a document; raises InputError naming file and field."""
    data = document.data
    head = data.get("head") if isinstance(data, dict) else None
    if not isinstance(head, dict) or "kind" not in head:
        raise InputError("is no report", file=document.source, remedy="reports.build --format json")
    return parse(find_kind(str(head["kind"])).model(), data, file=document.source)


def diff_reports(before: Report, after: Report) -> ReportDiff:
    """Return every place that differs, in the order of the report."""
    first, second = _side(before), _side(after)
    return ReportDiff(
        kind=before.head.kind,
        before=before.head,
        after=after.head,
        reasons=tuple(_reasons(before.head, after.head)),
        differences=tuple(_compare("", first.data, second.data, first, second, ("", ""))),
    )


def _side(report: Report) -> _Side:
    records = {row.id: f"{row.kind} {row.reference}" for row in report.sources}
    data = report.model_dump(mode="json")
    return _Side({key: data[key] for key in data if key not in SKIPPED}, records)


def _reasons(before: Head, after: Head) -> Iterator[str]:
    if before.program != after.program:
        yield f"made by {after.program} instead of {before.program}"
    if before.taxonomy_edition != after.taxonomy_edition:
        yield f"taxonomy {after.taxonomy_edition} instead of {before.taxonomy_edition}"
    if before.ledger and after.ledger and before.ledger != after.ledger:
        count = after.ledger.events - before.ledger.events
        noun = "event" if abs(count) == 1 else "events"
        yield f"{abs(count)} ledger {noun} {'later' if count >= 0 else 'earlier'}"
    elif before.as_of != after.as_of:
        yield "no ledger event in between: only time has passed"


def _compare(
    path: str, one: Any, two: Any, first: _Side, second: _Side, records: tuple[str, str]
) -> Iterator[Difference]:
    if one == two:
        return
    if isinstance(one, dict) and isinstance(two, dict):
        records = (_record(one, first, records[0]), _record(two, second, records[1]))
        for key in [*one, *(key for key in two if key not in one)]:
            if key not in SKIPPED:
                place = f"{path}.{key}" if path else key
                yield from _compare(place, one.get(key), two.get(key), first, second, records)
    elif _keyed(one) and _keyed(two):
        yield from _compare_rows(path, one, two, first, second, records)
    else:
        yield _difference(path, one, two, records)


def _compare_rows(
    path: str, one: list[Any], two: list[Any], first: _Side, second: _Side, records: tuple[str, str]
) -> Iterator[Difference]:
    left, right = _by_key(one), _by_key(two)
    for key in [*left, *(key for key in right if key not in left)]:
        place = f"{path}[{key}]"
        if key in left and key in right:
            yield from _compare(place, left[key], right[key], first, second, records)
        else:
            mine, other = left.get(key), right.get(key)
            found = (
                _record(mine or {}, first, records[0]),
                _record(other or {}, second, records[1]),
            )
            yield _difference(place, mine, other, found)


def _difference(path: str, one: Any, two: Any, records: tuple[str, str]) -> Difference:
    what: Literal["added", "removed", "changed"] = "changed"
    if one is None:
        what = "added"
    elif two is None:
        what = "removed"
    shown = path.rpartition(".")[2] not in CURVES
    return Difference(
        path=path,
        what=what,
        before=one if shown else "a curve",
        after=two if shown else "another curve",
        why=_why(*records),
    )


def _why(before: str, after: str) -> str:
    if before == after:
        return f"same record ({after}), read at another moment" if after else ""
    if not before:
        return f"new: {after}"
    return f"{after} instead of {before}" if after else f"no longer: {before}"


def _record(row: dict[str, Any], side: _Side, outer: str) -> str:
    name = row.get("source")
    return side.records.get(name, outer) if isinstance(name, str) else outer


def _keyed(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _by_key(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return rows by what names them; rows that share a name are numbered."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        name = next((str(row[key]) for key in KEYS if row.get(key) is not None), "row")
        name = name if name not in found else f"{name} #{len(found) + 1}"
        found[name] = row
    return found
