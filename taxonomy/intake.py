"""Taking in another framework from SSSOM or CSV, as a local file that can be read and edited."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field

from governance.kernel.documents import parse_text
from governance.kernel.errors import InputError
from governance.kernel.rows import read_csv
from taxonomy.exchange.sssom import NO_TERM, OWN, confidence_of, predicate_of, read_rows
from taxonomy.local import extend
from taxonomy.model import (
    INVERSE,
    MATCHES,
    NO_MATCH,
    RELATED_MATCH,
    Ontology,
    unknown_id,
)

_CSV_COLUMNS = ("id", "name", "kind", "definition", "group", "threats", "predicate", "because")
DEFAULT_REASON = "Named so in the imported table; no reason was given there."


@dataclass(frozen=True, slots=True)
class Source:
    """What the importer says about the catalogue that a table stands for."""

    framework: str
    name: str
    version: str
    author: str
    provenance: str


@dataclass
class _Catalogue:
    """Entries and links as they are read."""

    entries: dict[str, dict[str, object]] = field(default_factory=dict)
    rows: list[dict[str, object]] = field(default_factory=list)
    seen: set[tuple[str, str, str]] = field(default_factory=set)


def framework_from_csv(text: str, name: str, about: Source, ontology: Ontology) -> str:
    """Return a local file (YAML) for a CSV of entries; raises InputError with name and line.

    Columns: ``id`` and ``name``; optional ``kind`` (default control), ``definition``, ``group``
    (the id of another row), ``threats`` (ids, separated by blanks), ``predicate`` (default
    relatedMatch) and ``because``.
    """
    found = _Catalogue()
    for line, cells in read_csv(io.BytesIO(text.encode()), name):
        row = {key: str(value) for key, value in cells.items()}
        _take_csv_row(found, row, ontology, name, line)
    return _finish(found, about, ontology, name)


def framework_from_sssom(text: str, name: str, about: Source, ontology: Ontology) -> str:
    """Return a local file (YAML) for SSSOM mappings between our rows and another catalogue.

    One end of each row must be a row of ours (with or without the prefix ``uw:``), the other
    belongs to the catalogue taken in. Raises InputError with name and line.
    """
    found = _Catalogue()
    for line, row in read_rows(text, name):
        _take_sssom_row(found, row, about, ontology, name, line)
    return _finish(found, about, ontology, name)


def _take_csv_row(
    found: _Catalogue, row: dict[str, str], ontology: Ontology, name: str, line: int
) -> None:
    unknown = sorted(set(row) - set(_CSV_COLUMNS))
    if unknown:
        hint = "known: " + ", ".join(_CSV_COLUMNS)
        raise InputError("unknown column", file=name, line=line, field=unknown[0], hint=hint)
    for needed in ("id", "name"):
        if needed not in row:
            raise InputError("is missing", file=name, line=line, field=needed)
    if row["id"] in found.entries:
        raise InputError(f"{row['id']!r} stands twice", file=name, line=line, field="id")
    entry: dict[str, object] = {"id": row["id"], "name": row["name"]}
    entry["kind"] = row.get("kind", "control")
    entry |= {key: row[key] for key in ("definition", "group") if key in row}
    found.entries[row["id"]] = entry
    predicate = row.get("predicate", RELATED_MATCH)
    for threat in row.get("threats", "").split():
        _ours(threat, ontology, name, line, "threats")
        _link(found, threat, predicate, row["id"], row.get("because"), None, name, line)


def _take_sssom_row(
    found: _Catalogue,
    row: dict[str, str],
    about: Source,
    ontology: Ontology,
    name: str,
    line: int,
) -> None:
    predicate = predicate_of(row, name, line)
    subject, target = row["subject_id"].removeprefix(OWN), row["object_id"].removeprefix(OWN)
    if subject in ontology.nodes:
        own, other, label = subject, target, row.get("object_label", "")
    elif target in ontology.nodes:
        own, other, label = target, subject, row.get("subject_label", "")
        predicate = INVERSE[predicate]
    else:
        error = unknown_id(subject, ontology.nodes)
        message = f"neither {row['subject_id']!r} nor {row['object_id']!r} is a row of ours"
        raise InputError(message, file=name, line=line, field="subject_id", hint=error.hint)
    confidence = confidence_of(row, name, line)
    if predicate == NO_MATCH:
        _link(found, own, predicate, about.framework, row.get("comment"), confidence, name, line)
        return
    if other == NO_TERM:
        raise InputError("names no term", file=name, line=line, field="object_id")
    entry = other.split(":", 1)[-1]
    found.entries.setdefault(entry, {"id": entry, "name": label or entry, "kind": "risk"})
    _link(found, own, predicate, entry, row.get("comment"), confidence, name, line)


def _ours(identifier: str, ontology: Ontology, name: str, line: int, column: str) -> None:
    if identifier not in ontology.nodes:
        error = unknown_id(identifier, ontology.nodes)
        raise InputError(error.message, file=name, line=line, field=column, hint=error.hint)


def _link(
    found: _Catalogue,
    subject: str,
    predicate: str,
    target: str,
    because: str | None,
    confidence: float | None,
    name: str,
    line: int,
) -> None:
    if predicate not in (*MATCHES, NO_MATCH, "mitigatedBy", "regulatedBy"):
        raise InputError(f"{predicate!r} is no mapping", file=name, line=line, field="predicate")
    key = (subject, predicate, target)
    if key in found.seen:
        raise InputError(f"{' '.join(key)} stands twice", file=name, line=line)
    found.seen.add(key)
    row: dict[str, object] = {"subject": subject, "objects": [target], "predicate": predicate}
    row["because"] = because or DEFAULT_REASON
    if confidence is not None:
        row["confidence"] = confidence
    found.rows.append(row)


def _finish(found: _Catalogue, about: Source, ontology: Ontology, name: str) -> str:
    """Write the local file and try it on the edition, so that nothing broken is handed out."""
    import yaml

    if not found.entries:
        raise InputError("holds no entry of a framework", file=name)
    data: dict[str, object] = {"name": about.framework, "author": about.author}
    data["frameworks"] = [
        {
            "id": about.framework,
            "name": about.name,
            "version": about.version,
            "provenance": [about.provenance],
            "entries": list(found.entries.values()),
        }
    ]
    if found.rows:
        data["mappings"] = list(_mappings(found.rows, about, ontology))
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=96)
    extend(ontology, parse_text(text, f"{name} (as local file)"))
    return text


def _mappings(
    rows: list[dict[str, object]], about: Source, ontology: Ontology
) -> Iterable[dict[str, object]]:
    frameworks = dict.fromkeys(ontology.nodes[str(row["subject"])].framework for row in rows)
    for framework in frameworks:
        yield {
            "id": f"{framework}-to-{about.framework}",
            "subject_framework": framework,
            "object_framework": about.framework,
            "predicate": RELATED_MATCH,
            "author": about.author,
            "source": about.provenance,
            "rows": [
                row for row in rows if ontology.nodes[str(row["subject"])].framework == framework
            ],
        }
