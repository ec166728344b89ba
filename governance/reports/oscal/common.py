"""What every OSCAL document of a report shares: metadata, properties, stable identifiers."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from governance.kernel.clock import format_time
from governance.reports.controls.model import ControlRow
from governance.reports.inert import inert, markdown_text
from governance.reports.model import Head
from governance.reports.words import load_words
from taxonomy.exchange.common import stable_uuid
from taxonomy.exchange.oscal import NS, OSCAL_VERSION, oscal_id

__all__ = ["NS", "oscal_id", "stable_uuid"]

Json = dict[str, Any]
_TOKEN = re.compile(r"[^\w.\-]")


def metadata(head: Head) -> Json:
    """Return the metadata of a report: its title, its moment, and where the ledger stood."""
    found: Json = {
        "title": line(head.title),
        "last-modified": format_time(head.as_of),
        "version": format_time(head.as_of),
        "oscal-version": OSCAL_VERSION,
        "props": [prop("program", head.program)],
    }
    if head.taxonomy_edition:
        found["props"].append(prop("taxonomy-edition", head.taxonomy_edition))
    if head.ledger is not None and head.ledger.head:
        found["props"].append(prop("ledger-events", str(head.ledger.events)))
        found["props"].append(prop("ledger-head", head.ledger.head))
    if head.organisation:
        found["parties"] = [
            {
                "uuid": stable_uuid("party", head.organisation),
                "type": "organization",
                "name": text(head.organisation),
            }
        ]
    return found


def prop(name: str, value: str) -> Json:
    """Return a property in our own namespace."""
    return {"name": name, "ns": NS, "value": text(value)}


def person(name: str, identifier: str | None) -> str:
    """Return the name of a principal; a name that is no principal's is marked as typed."""
    return load_words("en").person(name, identifier)


def text(value: str) -> str:
    """Return one line that is never empty, as OSCAL's string type asks."""
    return inert(value) or "-"


def line(value: str) -> str:
    """Return a line of OSCAL markup in which data are inert."""
    return markdown_text(value).strip() or "-"


def token(value: str) -> str:
    """Return a token: letters, digits, dots and hyphens, beginning with a letter."""
    found = _TOKEN.sub("_", inert(value))
    return found if found[:1].isalpha() or found[:1] == "_" else f"_{found}"


def moment(value: datetime | None, fallback: datetime) -> str:
    """Return a moment with its time zone."""
    return format_time(value or fallback)


def control_props(row: ControlRow) -> list[Json]:
    """Return what a report says about a control beyond OSCAL's own fields."""
    found = [prop("evidence-status", row.status), prop("applicable", row.applicable)]
    if row.owner:
        found.append(prop("owner", person(row.owner, row.owner_id)))
    if row.assessor:
        found.append(prop("assessor", person(row.assessor, row.assessor_id)))
    if row.stale:
        found.append(prop("stale", "yes"))
    if row.target:
        found.append(prop("target-status", row.target))
    if row.due:
        found.append(prop("due", row.due.isoformat()))
    found += [prop("answers-threat", threat) for threat in row.threats]
    return found


def evidence(row: ControlRow) -> list[Json]:
    """Return the evidence of a control as resources' links by digest or identifier."""
    return [
        {
            "href": f"#{evidence_uuid(ref.id)}",
            "description": line(ref.title + (f" (file {ref.file})" if ref.gone else "")),
        }
        for ref in row.evidence
    ]


def evidence_uuid(identifier: str) -> str:
    """Return the stable identifier of a piece of evidence."""
    return stable_uuid("evidence", identifier)


def back_matter(framework: str, version: str, rows: list[ControlRow]) -> Json:
    """Return the resources that a document points to: the catalogue and the evidence."""
    resources = [
        {
            "uuid": catalogue_uuid(framework),
            "title": line(f"{framework} ({version})"),
            "description": "Catalogue as exported by: underwriter taxonomy export --format oscal",
        }
    ]
    seen: set[str] = set()
    for row in rows:
        for ref in row.evidence:
            if ref.id in seen:
                continue
            seen.add(ref.id)
            resource: Json = {"uuid": evidence_uuid(ref.id), "title": line(ref.title)}
            if ref.digest:
                resource["props"] = [prop("digest", ref.digest)]
            if ref.link:
                resource["rlinks"] = [{"href": text(ref.link)}]
            resources.append(resource)
    return {"resources": resources}


def catalogue_uuid(framework: str) -> str:
    """Return the stable identifier of a framework's catalogue."""
    return stable_uuid("catalogue", framework)
