"""Words on controls from a file: all of it or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from governance.kernel.canonical import file_digest
from governance.kernel.errors import InputError
from governance.kernel.rows import open_rows, read_csv
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


def assess_file(transaction: Transaction, ontology: Ontology, path: str) -> list[Assessment]:
    """Store the words of a CSV; raises InputError that names line and field.

    Columns: control, status; optional system, applicable (yes or no), justification, owner,
    assessor, target, due, review_on (ISO dates) and evidence (files or links, separated by ``;``;
    a file is meant relative to the CSV).
    """
    stored = []
    with open_rows(path) as (stream, name):
        folder = Path() if path == "-" else Path(path).parent
        for line, cells in read_csv(stream, name):
            row: dict[str, Any] = dict(cells)
            unknown = sorted(set(row) - set(COLUMNS))
            if unknown:
                hint = "known: " + ", ".join(COLUMNS)
                raise InputError(
                    "unknown column", file=name, line=line, field=unknown[0], hint=hint
                )
            stored.append(_store(transaction, ontology, row, folder, name, line))
    return stored


def evidence_from(text: str, folder: Path) -> Evidence:
    """Return evidence for a link, or for a file by its digest and full path."""
    if "://" in text:
        return Evidence(title=text, location=text)
    path = folder / text
    if not path.is_file():
        raise InputError(f"{text!r} is neither a file nor a link", field="evidence")
    return Evidence(title=path.name, digest=file_digest(path), location=str(path.resolve()))


def _store(
    transaction: Transaction,
    ontology: Ontology,
    row: dict[str, Any],
    folder: Path,
    name: str,
    line: int,
) -> Assessment:
    try:
        system_name = row.pop("system", None)
        system = find_system(transaction.session, system_name) if system_name else None
        if "applicable" in row:
            row["applicable"] = _yes_or_no(row["applicable"])
        texts = [part.strip() for part in row.pop("evidence", "").split(";") if part.strip()]
        row["evidence"] = tuple(evidence_from(text, folder) for text in texts)
        word = parse(Word, row)
        return assess_control(transaction, ontology, word, system)
    except InputError as error:
        raise InputError(
            error.message, file=name, line=line, field=error.field, hint=error.hint
        ) from error


def _yes_or_no(text: str) -> bool:
    if text.lower() not in _YES_NO:
        raise InputError(f"{text!r} is neither yes nor no", field="applicable")
    return _YES_NO[text.lower()]
