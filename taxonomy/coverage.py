"""Counting: what the ontology holds, what is unmapped, and how far each framework reaches."""

from __future__ import annotations

from governance.kernel.value import Value
from taxonomy.model import LEADS_TO, NO_MATCH, Edge, Node, Ontology

ISO = "iso42001"
NIST = "nist-ai-rmf"


class Coverage(Value):
    """The ontology in numbers; ``unmapped`` names core sub-threats without a loss, ISO or NIST."""

    domains: int
    core_sub_threats: int
    extension_sub_threats: int
    loss_categories: int
    iso42001_controls: int
    nist_ai_rmf_subcategories: int
    unmapped: tuple[str, ...]


class FrameworkCoverage(Value):
    """How a framework and the sub-threats meet; counts of direct links, domain rows left out."""

    framework: str
    name: str
    version: str
    entries: int
    entries_linked: int
    sub_threats_linked: int
    sub_threats_no_match: int
    sub_threats: int
    edges: int


class LossCoverage(Value):
    """How many sub-threats lead to a loss category, and with what weight on average."""

    loss: str
    sub_threats: int
    mean_weight: float
    heaviest: tuple[str, ...]


def summarise(ontology: Ontology) -> Coverage:
    """Return the counts of an edition and its unmapped core sub-threats."""
    return Coverage(
        domains=len(ontology.domains),
        core_sub_threats=len(ontology.sub_threats("core")),
        extension_sub_threats=len(ontology.sub_threats("extension")),
        loss_categories=len(ontology.losses),
        iso42001_controls=len(ontology.controls(ISO)),
        nist_ai_rmf_subcategories=len(ontology.controls(NIST)),
        unmapped=tuple(row.id for row in ontology.sub_threats("core") if missing(ontology, row)),
    )


def missing(ontology: Ontology, sub_threat: Node) -> list[str]:
    """Return which of a loss, an ISO/IEC 42001 and a NIST AI RMF link a sub-threat lacks."""
    rows = ontology.edges_from(sub_threat.id)
    lacks = [] if any(row.predicate == LEADS_TO for row in rows) else ["a loss category"]
    for framework in (ISO, NIST):
        if not any(_links_to(ontology, row, framework) for row in rows):
            lacks.append(f"a link to {framework}")
    return lacks


def by_framework(ontology: Ontology) -> list[FrameworkCoverage]:
    """Return how far each framework answers or names the sub-threats."""
    return [_framework(ontology, row) for row in ontology.frameworks]


def by_loss(ontology: Ontology) -> list[LossCoverage]:
    """Return how the sub-threats spread over the loss categories."""
    found = []
    for loss in ontology.losses:
        rows = [
            row
            for row in ontology.edges_to(loss.id, LEADS_TO)
            if ontology.nodes[row.subject].kind == "sub_threat"
        ]
        weights = {row.subject: row.weight or 0.0 for row in rows}
        top = max(weights.values(), default=0.0)
        heaviest = tuple(threat for threat, weight in weights.items() if weight == top)
        mean = sum(weights.values()) / len(weights) if weights else 0.0
        found.append(
            LossCoverage(
                loss=loss.name, sub_threats=len(weights), mean_weight=mean, heaviest=heaviest
            )
        )
    return found


def links(ontology: Ontology, framework: str) -> list[Edge]:
    """Return the direct links from sub-threats to entries of a framework, no-matches left out."""
    return [
        edge
        for threat in ontology.sub_threats()
        for edge in ontology.edges_from(threat.id)
        if _links_to(ontology, edge, framework)
    ]


def _links_to(ontology: Ontology, edge: Edge, framework: str) -> bool:
    target = ontology.nodes[edge.object]
    return edge.predicate != NO_MATCH and target.framework == framework


def _framework(ontology: Ontology, node: Node) -> FrameworkCoverage:
    rows = links(ontology, node.id)
    entries = {row.id for row in ontology.entries(node.id)}
    without = [
        edge.subject
        for edge in ontology.edges_to(node.id, NO_MATCH)
        if ontology.nodes[edge.subject].kind == "sub_threat"
    ]
    return FrameworkCoverage(
        framework=node.id,
        name=node.name,
        version=node.version or "",
        entries=len(entries),
        entries_linked=len({row.object for row in rows} & entries),
        sub_threats_linked=len({row.subject for row in rows}),
        sub_threats_no_match=len(without),
        sub_threats=len(ontology.sub_threats()),
        edges=len(rows),
    )
