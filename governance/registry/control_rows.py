"""Words on controls from a file: all of it or nothing."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from governance.kernel.canonical import file_digest
from governance.kernel.errors import ForbiddenError, InputError
from governance.kernel.rows import read_csv
from governance.kernel.value import parse
from governance.registry.assessments import Assessment
from governance.registry.controls import Evidence, Word, assess_control
from governance.registry.systems import find_system
from governance.store.store import Transaction
from taxonomy import Ontology

COLUMNS = (
    "control", "status", "system", "applicable", "justification", "owner", "assessor", "target",
    "due", "review_on", "evidence",
)  # fmt: skip
_YES_NO = {"yes": True, "no": False, "true": True, "false": False}


@dataclass(frozen=True)
class SaidRow:
    """A word on a control as a line of a file says it, of a system or of the organisation."""

    line: int
    system: str | None
    word: Word


def read_words(text: str, name: str, folder: Path | None) -> list[SaidRow]:
    """Return the words of a CSV; raises InputError that names file, line and field.

    Columns: control, status; optional system, applicable (yes or no), justification, owner,
    assessor, target, due, review_on (ISO dates) and evidence (files or links, separated by ``;``;
    a file is meant relative to the folder, and none may be named where that is None).
    """
    return [
        _said(dict(cells), folder, name, line)
        for line, cells in read_csv(io.BytesIO(text.encode()), name)
    ]


def assess_rows(
    transaction: Transaction, ontology: Ontology, rows: Iterable[SaidRow], name: str
) -> list[Assessment]:
    """Store the words of a CSV.

    Raises InputError that names the line of an unknown thing, ForbiddenError that names the line
    where somebody else is said to be the assessor.
    """
    stored = []
    for row in rows:
        with _at_line(name, row.line):
            system = find_system(transaction.session, row.system) if row.system else None
            stored.append(assess_control(transaction, ontology, row.word, system))
    return stored


def evidence_from(text: str, folder: Path | None) -> Evidence:
    """Return evidence for a link, or for a file by its digest and full path."""
    if "://" in text:
        return parse(Evidence, {"title": text, "location": text})
    if folder is None:
        hint = "a file is named only on the machine on which it lies"
        raise InputError(f"{text!r} is no link", field="evidence", hint=hint)
    path = folder / text
    if not path.is_file():
        raise InputError(f"{text!r} is neither a file nor a link", field="evidence")
    return Evidence(title=path.name, digest=file_digest(path), location=str(path.resolve()))


def _said(row: dict[str, Any], folder: Path | None, name: str, line: int) -> SaidRow:
    unknown = sorted(set(row) - set(COLUMNS))
    if unknown:
        hint = "known: " + ", ".join(COLUMNS)
        raise InputError("unknown column", file=name, line=line, field=unknown[0], hint=hint)
    system = row.pop("system", None)
    with _at_line(name, line):
        if "applicable" in row:
            row["applicable"] = _yes_or_no(row["applicable"])
        texts = [part.strip() for part in row.pop("evidence", "").split(";") if part.strip()]
        row["evidence"] = tuple(evidence_from(text, folder) for text in texts)
        return SaidRow(line, system, parse(Word, row))


@contextmanager
def _at_line(name: str, line: int) -> Iterator[None]:
    try:
        yield
    except InputError as error:
        kind = ForbiddenError if isinstance(error, ForbiddenError) else InputError
        raise kind(
            error.message, file=name, line=line, field=error.field, hint=error.hint
        ) from error


def _yes_or_no(text: str) -> bool:
    if text.lower() not in _YES_NO:
        raise InputError(f"{text!r} is neither yes nor no", field="applicable")
    return _YES_NO[text.lower()]
