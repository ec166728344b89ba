"""Counting incidents by domain, sub-threat and loss, each by the coding that counts."""

from __future__ import annotations

from governance.incidents.codings import Coding, codings
from governance.incidents.counts import IncidentCounts, count_codings
from governance.kernel.canonical import sha256_hex
from governance.reports.context import Context
from governance.reports.overview.model import DomainCount, IncidentMix, LossCount, ThreatCount
from governance.reports.words import mark
from taxonomy import Ontology

TOP = 10


def incident_mix(context: Context, ontology: Ontology, top: int = TOP) -> IncidentMix:
    """Return the mix of incidents on record, with the ``top`` most frequent sub-threats."""
    rows = list(codings(context.session, context.at))
    if not rows:
        return IncidentMix(stored=0, none=0, unclassified=0, reviewed=0)
    counts = count_codings(rows)
    return IncidentMix(
        stored=counts.stored,
        none=counts.none,
        unclassified=counts.unclassified,
        reviewed=counts.reviewed,
        by_domain=_domains(counts, ontology),
        top_threats=_threats(counts, ontology, top),
        by_loss=_losses(counts),
        first=counts.first,
        last=counts.last,
        classifiers=counts.models,
        source=context.book.add(
            mark("incident set"),
            set_digest(rows),
            note=f"{len(rows)} incidents with the records that code them",
        ),
    )


def set_digest(rows: list[Coding]) -> str:
    """Return a digest over every incident's identifier and the record that codes it."""
    text = "\n".join(f"{row.incident_id} {row.record}" for row in rows)
    return "sha256:" + sha256_hex(text.encode())


def _domains(counts: IncidentCounts, ontology: Ontology) -> tuple[DomainCount, ...]:
    found = {row.domain: row for row in counts.by_domain}
    return tuple(
        DomainCount(
            domain=node.id,
            name=node.name,
            asserted=found[node.id].asserted if node.id in found else 0,
            abstained=found[node.id].abstained if node.id in found else 0,
        )
        for node in ontology.domains
    )


def _threats(counts: IncidentCounts, ontology: Ontology, top: int) -> tuple[ThreatCount, ...]:
    known = [pair for pair in counts.sub_threats.items() if pair[0] in ontology.nodes]
    found = []
    for identifier, count in sorted(known, key=lambda pair: (-pair[1], pair[0]))[:top]:
        node = ontology.nodes[identifier]
        found.append(
            ThreatCount(
                threat=node.id,
                name=node.name,
                domain=node.domain or "",
                origin=node.origin,
                count=count,
            )
        )
    return tuple(found)


def _losses(counts: IncidentCounts) -> tuple[LossCount, ...]:
    ordered = sorted((*name.split("/", 1), count) for name, count in counts.losses.items())
    return tuple(LossCount(domain=row[0], loss=row[1], count=row[2]) for row in ordered)
