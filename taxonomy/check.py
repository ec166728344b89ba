"""`taxonomy check`: the faults that an edition must not have, and what a reader should know."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import computed_field

from governance.kernel.value import Value
from taxonomy.coverage import missing
from taxonomy.draft import find_cycle
from taxonomy.model import (
    BROAD_MATCH,
    BROADER,
    EXACT_MATCH,
    KINDS,
    LEADS_TO,
    MATCHES,
    NARROW_MATCH,
    NO_MATCH,
    ORIGINS,
    OWN_FRAMEWORK,
    PREDICATES,
    RELATED_MATCH,
    Edge,
    Ontology,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: the row it is about, the rule, and what is wrong or worth knowing."""

    subject: str
    rule: str
    message: str


class Report(Value):
    """The result of a check; ``ok`` is false where there are faults. Notices are no faults."""

    edition: str
    nodes: int
    edges: int
    faults: tuple[Finding, ...]
    notices: tuple[Finding, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ok(self) -> bool:
        """Return whether nothing is at fault."""
        return not self.faults


def check(ontology: Ontology) -> Report:
    """Return every fault and notice of an edition."""
    faults = list(_unknown_ids(ontology))
    if not faults:  # the other rules follow the links
        faults = [finding for rule in _RULES for finding in rule(ontology)]
    return Report(
        edition=ontology.edition,
        nodes=len(ontology.nodes),
        edges=len(ontology.edges),
        faults=tuple(faults),
        notices=tuple(_stale(ontology)),
    )


def _unknown_ids(ontology: Ontology) -> Iterator[Finding]:
    for edge in ontology.edges:
        for end in (edge.subject, edge.object):
            if end not in ontology.nodes:
                yield Finding(end, "unknown id", f"named by {' '.join(edge.key)}")


def _values(ontology: Ontology) -> Iterator[Finding]:
    for node in ontology.nodes.values():
        if node.kind not in KINDS or node.origin not in ORIGINS:
            yield Finding(node.id, "unknown value", f"kind {node.kind}, origin {node.origin}")
        if not node.name or not node.provenance:
            yield Finding(node.id, "no provenance", "a row needs a name and its provenance")
    for edge in ontology.edges:
        if edge.predicate not in PREDICATES:
            yield Finding(edge.subject, "unknown value", f"predicate {edge.predicate}")
        if not 0.0 <= edge.confidence <= 1.0:
            yield Finding(edge.subject, "confidence", f"{edge.confidence} to {edge.object}")
        if not edge.justification or not edge.basis or not edge.author:
            yield Finding(edge.subject, "no ground", f"the row to {edge.object} gives no reason")


def _doubles(ontology: Ontology) -> Iterator[Finding]:
    seen: set[tuple[str, str, str]] = set()
    for edge in ontology.edges:
        if edge.key in seen:
            yield Finding(edge.subject, "double", " ".join(edge.key))
        seen.add(edge.key)


def _orphans(ontology: Ontology) -> Iterator[Finding]:
    for node in ontology.nodes.values():
        linked = ontology.outgoing.get(node.id) or ontology.incoming.get(node.id)
        if not linked:
            yield Finding(node.id, "orphan", "no row begins or ends here")


def _cycles(ontology: Ontology) -> Iterator[Finding]:
    parents: dict[str, list[str]] = {}
    for edge in ontology.edges:
        if edge.predicate == BROADER:
            parents.setdefault(edge.subject, []).append(edge.object)
    cycle = find_cycle(parents)
    if cycle:
        yield Finding(cycle[0], "cycle", " -> ".join(cycle))


def _threats(ontology: Ontology) -> Iterator[Finding]:
    for row in ontology.sub_threats():
        for lack in missing(ontology, row):
            yield Finding(row.id, "unmapped", f"lacks {lack}")
        if row.domain not in ontology.nodes:
            yield Finding(row.id, "unknown id", f"domain {row.domain}")
        if not (row.definition and row.counts_when and row.examples and row.counter_examples):
            yield Finding(row.id, "incomplete", "definition, rule, example and counter-example")


def _weights(ontology: Ontology) -> Iterator[Finding]:
    for edge in ontology.edges:
        if (edge.predicate == LEADS_TO) != (edge.weight is not None):
            yield Finding(edge.subject, "weight", f"row to {edge.object}: leadsTo rows carry one")


def _law(ontology: Ontology) -> Iterator[Finding]:
    for node in ontology.of_kind("article"):
        if not (node.in_force_from and node.source):
            yield Finding(node.id, "law date", "an article needs its date and the date's source")


def _contradictions(ontology: Ontology) -> Iterator[Finding]:
    for edge in ontology.edges:
        if edge.predicate != NO_MATCH:
            continue
        for other in ontology.edges_from(edge.subject, *MATCHES):
            if ontology.nodes[other.object].framework == edge.object:
                message = f"noMatch in {edge.object} beside {other.predicate} {other.object}"
                yield Finding(edge.subject, "contradiction", message)


def _exact_matches(ontology: Ontology) -> Iterator[Finding]:
    """Two entries of one catalogue cannot both be exactly the same thing."""
    found: dict[tuple[str, str], str] = {}
    for edge in ontology.edges:
        if edge.predicate != EXACT_MATCH or edge.object not in ontology.nodes:
            continue
        framework = ontology.nodes[edge.object].framework
        first = found.setdefault((edge.subject, framework), edge.object)
        if first != edge.object:
            message = f"exactMatch to both {first} and {edge.object}"
            yield Finding(edge.subject, "contradiction", message)


def _related_and_broader(ontology: Ontology) -> Iterator[Finding]:
    """What stands above a row cannot merely be related to it (SKOS Reference, S27)."""
    parents: dict[str, list[str]] = {}
    for edge in ontology.edges:
        if edge.predicate in (BROADER, BROAD_MATCH):
            parents.setdefault(edge.subject, []).append(edge.object)
        elif edge.predicate == NARROW_MATCH:
            parents.setdefault(edge.object, []).append(edge.subject)
    above: dict[str, set[str]] = {}
    for edge in ontology.edges:
        if edge.predicate == RELATED_MATCH:
            for low, high in ((edge.subject, edge.object), (edge.object, edge.subject)):
                if low not in above:
                    above[low] = _above(low, parents)
                if high in above[low]:
                    message = f"relatedMatch {edge.object}, yet {high} stands above {low}"
                    yield Finding(edge.subject, "contradiction", message)


def _above(start: str, parents: Mapping[str, list[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for parent in parents.get(waiting.pop(), ()):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found


def _stale(ontology: Ontology) -> Iterator[Finding]:
    for edge in ontology.edges:
        if edge.predicate == BROADER:
            continue
        message = _staleness(ontology, edge)
        if message:
            yield Finding(edge.subject, "stale", message)


def _staleness(ontology: Ontology, edge: Edge) -> str | None:
    target = ontology.nodes.get(edge.object)
    if target is None or target.framework == OWN_FRAMEWORK:
        return None
    if target.retired_in:
        successor = f", now {target.replaced_by}" if target.replaced_by else ""
        return f"{edge.object} is retired in {target.framework} {target.retired_in}{successor}"
    current = ontology.nodes[target.framework].version
    if edge.object_version != current:
        return f"{edge.object}: written for {edge.object_version}, the catalogue is {current}"
    return None


_RULES: tuple[Callable[[Ontology], Iterator[Finding]], ...] = (
    _values,
    _doubles,
    _orphans,
    _cycles,
    _threats,
    _weights,
    _law,
    _contradictions,
    _exact_matches,
    _related_and_broader,
)
