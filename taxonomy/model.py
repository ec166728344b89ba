"""The ontology as frozen values: nodes, typed edges, and the questions asked of them most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from governance.kernel.errors import NotFoundError

OWN_FRAMEWORK = "underwriter"

BROADER = "broader"
LEADS_TO = "leadsTo"
MITIGATED_BY = "mitigatedBy"
REGULATED_BY = "regulatedBy"
EXACT_MATCH = "exactMatch"
CLOSE_MATCH = "closeMatch"
BROAD_MATCH = "broadMatch"
NARROW_MATCH = "narrowMatch"
RELATED_MATCH = "relatedMatch"
NO_MATCH = "noMatch"

MATCHES = (EXACT_MATCH, CLOSE_MATCH, BROAD_MATCH, NARROW_MATCH, RELATED_MATCH)
ANSWERS = (MITIGATED_BY, REGULATED_BY)
PREDICATES = (BROADER, LEADS_TO, *ANSWERS, *MATCHES, NO_MATCH)

# How a link reads when it is walked from its object to its subject.
INVERSE = {
    BROADER: "narrower",
    LEADS_TO: "followsFrom",
    MITIGATED_BY: "mitigates",
    REGULATED_BY: "regulates",
    EXACT_MATCH: EXACT_MATCH,
    CLOSE_MATCH: CLOSE_MATCH,
    BROAD_MATCH: NARROW_MATCH,
    NARROW_MATCH: BROAD_MATCH,
    RELATED_MATCH: RELATED_MATCH,
    NO_MATCH: NO_MATCH,
}

KINDS = (
    "domain",
    "sub_threat",
    "loss",
    "framework",
    "group",
    "control",
    "article",
    "risk",
    "tactic",
    "technique",
    "mitigation",
)
ORIGINS = ("core", "extension", "local")


@dataclass(frozen=True, slots=True)
class Node:
    """One concept: a domain, sub-threat, loss, framework, control, article, risk or technique.

    ``provenance`` says where the name comes from, ``definition_provenance`` where the words of
    the definition do. ``domain`` is the three-letter code for domains and sub-threats. ``notice``
    carries what a reader must know (sources that disagree, a retired id). Dates are ISO 8601.
    """

    id: str
    name: str
    kind: str
    domain: str | None = None
    origin: str = "core"
    definition: str = ""
    provenance: tuple[str, ...] = ()
    definition_provenance: str = "ours"
    framework: str = OWN_FRAMEWORK
    version: str | None = None
    counts_when: str | None = None
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    name_basis: str | None = None
    notice: str | None = None
    in_force_from: str | None = None
    until: str | None = None
    source: str | None = None
    replaced_by: str | None = None
    retired_in: str | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """One typed row: subject, predicate, object, and why anybody should believe it.

    ``confidence`` lies in [0, 1] and follows from ``basis`` (``data/bases.yaml``) unless the row
    sets it. ``weight`` is set on ``leadsTo`` only: how much of what the threat does falls into
    that loss category, in (0, 1]; weights of one threat need not add up to one. For law,
    ``in_force_from`` and ``until`` are ISO dates with their ``source``. ``derived`` marks a row
    composed of others.
    """

    subject: str
    predicate: str
    object: str
    justification: str
    author: str
    confidence: float
    basis: tuple[str, ...]
    subject_version: str
    object_version: str
    in_force_from: str | None = None
    until: str | None = None
    source: str | None = None
    weight: float | None = None
    derived: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """Return (subject, predicate, object), which is unique in an ontology."""
        return (self.subject, self.predicate, self.object)


@dataclass(frozen=True, eq=False)
class Ontology:
    """One edition: every node by id, every edge, and the coding rules that go with them."""

    edition: str
    released: str
    digest: str
    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]
    coding_rules: tuple[str, ...]
    attribution: str = ""

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Edge, ...]]:
        """Return the edges by subject."""
        return _index(self.edges, "subject")

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Edge, ...]]:
        """Return the edges by object."""
        return _index(self.edges, "object")

    @property
    def domains(self) -> tuple[Node, ...]:
        """Return the threat domains in their order."""
        return self.of_kind("domain")

    @property
    def losses(self) -> tuple[Node, ...]:
        """Return the loss categories in their order."""
        return self.of_kind("loss")

    @property
    def frameworks(self) -> tuple[Node, ...]:
        """Return the frameworks that rows are linked to."""
        return self.of_kind("framework")

    def sub_threats(self, origin: str | None = None) -> tuple[Node, ...]:
        """Return the sub-threats, or those of one origin (core, extension or local)."""
        rows = self.of_kind("sub_threat")
        return rows if origin is None else tuple(row for row in rows if row.origin == origin)

    def controls(self, framework: str) -> tuple[Node, ...]:
        """Return the controls of a framework such as ``iso42001`` or ``nist-ai-rmf``."""
        self.framework(framework)
        return tuple(row for row in self.of_kind("control") if row.framework == framework)

    def entries(self, framework: str) -> tuple[Node, ...]:
        """Return every node of a framework but its groups and the framework itself."""
        self.framework(framework)
        skipped = ("framework", "group", "tactic")
        return tuple(
            row
            for row in self.nodes.values()
            if row.framework == framework and row.kind not in skipped
        )

    def of_kind(self, kind: str) -> tuple[Node, ...]:
        """Return the nodes of one kind in the order of the data."""
        return tuple(row for row in self.nodes.values() if row.kind == kind)

    def node(self, identifier: str) -> Node:
        """Return a node by id; raises NotFoundError that names the nearest ids."""
        found = self.nodes.get(identifier)
        if found is None:
            raise unknown_id(identifier, self.nodes)
        return found

    def framework(self, identifier: str) -> Node:
        """Return a framework's node; raises NotFoundError that lists the frameworks."""
        found = self.nodes.get(identifier)
        if found is None or found.kind != "framework":
            names = ", ".join(row.id for row in self.frameworks)
            raise NotFoundError(
                f"{identifier!r} is no framework of this edition", field="framework", hint=names
            )
        return found

    def edges_from(self, identifier: str, *predicates: str) -> tuple[Edge, ...]:
        """Return the edges that start at a node, all or those of the given predicates."""
        return _only(self.outgoing.get(identifier, ()), predicates)

    def edges_to(self, identifier: str, *predicates: str) -> tuple[Edge, ...]:
        """Return the edges that end at a node, all or those of the given predicates."""
        return _only(self.incoming.get(identifier, ()), predicates)

    def losses_of(self, identifier: str) -> dict[str, float]:
        """Return {loss name: weight} of a domain or sub-threat, heaviest first."""
        rows = sorted(self.edges_from(identifier, LEADS_TO), key=lambda row: -(row.weight or 0.0))
        return {self.nodes[row.object].name: row.weight or 0.0 for row in rows}

    def sub_threat_definitions(self) -> dict[str, str]:
        """Return {sub-threat id: definition}."""
        return {row.id: row.definition for row in self.sub_threats()}


def unknown_id(identifier: str, known: Iterable[str]) -> NotFoundError:
    """Return the error for an id that an edition does not have, with the nearest ones."""
    import difflib

    near = difflib.get_close_matches(identifier, list(known), n=3, cutoff=0.6)
    hint = f"did you mean {', '.join(near)}?" if near else "`underwriter taxonomy list` shows all"
    return NotFoundError(f"the ontology has no {identifier!r}", hint=hint)


def freeze_nodes(nodes: Iterable[Node]) -> Mapping[str, Node]:
    """Return the nodes by id as a read-only mapping that keeps their order."""
    return MappingProxyType({node.id: node for node in nodes})


def _index(edges: Iterable[Edge], end: str) -> Mapping[str, tuple[Edge, ...]]:
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        found.setdefault(getattr(edge, end), []).append(edge)
    return {identifier: tuple(rows) for identifier, rows in found.items()}


def _only(edges: tuple[Edge, ...], predicates: tuple[str, ...]) -> tuple[Edge, ...]:
    if not predicates:
        return edges
    return tuple(edge for edge in edges if edge.predicate in predicates)
