"""What the ontology holds: its rows and links, what they cover, what they leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from governance.kernel.errors import InputError, NotFoundError
from governance.kernel.value import Value
from governance.operations.editions import OfEdition
from governance.operations.work import Work
from taxonomy.check import Report
from taxonomy.coverage import Coverage, FrameworkCoverage, LossCoverage
from taxonomy.gaps import Gaps
from taxonomy.model import Edge

if TYPE_CHECKING:
    from taxonomy.model import Ontology


class RowFilter(OfEdition):
    """Which rows are wanted; all that fit every field that is given."""

    kind: Annotated[str | None, Field(description="domain, sub_threat, loss, control, ...")] = None
    domain: Annotated[str | None, Field(description="Code of a domain, for example PRV.")] = None
    framework: Annotated[str | None, Field(description="For example iso42001.")] = None
    origin: Annotated[str | None, Field(description="core, extension or local.")] = None


class RowById(OfEdition):
    """One row of the ontology by its id."""

    id: Annotated[str, Field(description="The whole id, for example MIS-01.")]


class OfFramework(OfEdition):
    """A framework of an edition."""

    framework: Annotated[str, Field(description="For example iso42001, nist-ai-rmf, atlas.")]


class FrameworkName(Value):
    """A framework that rows are linked to."""

    id: str
    name: str
    version: str | None


class EditionState(Value):
    """Which edition it is and which frameworks it knows."""

    edition: str
    released: str
    digest: str
    frameworks: tuple[FrameworkName, ...]


class RowShort(Value):
    """A row in a list; ``provenance`` says where its name comes from."""

    id: str
    name: str
    kind: str
    domain: str | None
    origin: str
    definition: str
    provenance: str


class Neighbour(Value):
    """Where one link of a row leads, and how it reads from there."""

    link: str
    id: str
    name: str


class RowWhole(Value):
    """A row with all that is said of it (`taxonomy.model.Node`), and its links both ways.

    ``neighbours`` stand beside ``links``, one for each, for a reader; they are left out of JSON.
    """

    id: str
    name: str
    kind: str
    domain: str | None
    origin: str
    definition: str
    provenance: tuple[str, ...]
    definition_provenance: str
    framework: str
    version: str | None
    counts_when: str | None
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
    variants: tuple[str, ...]
    evidence: tuple[str, ...]
    name_basis: str | None
    notice: str | None
    in_force_from: str | None
    until: str | None
    source: str | None
    replaced_by: str | None
    retired_in: str | None
    links: tuple[Edge, ...]
    neighbours: Annotated[tuple[Neighbour, ...], Field(exclude=True)]


class WholeCoverage(Coverage):
    """The counts of an edition, by framework and by loss as well."""

    edition: str
    local_sub_threats: int
    by_framework: tuple[FrameworkCoverage, ...]
    by_loss: tuple[LossCoverage, ...]


def show_edition(work: Work, request: OfEdition) -> EditionState:
    """Say which edition is looked at, and which frameworks it knows."""
    ontology = request.ontology()
    frameworks = tuple(
        FrameworkName(id=row.id, name=row.name, version=row.version) for row in ontology.frameworks
    )
    return EditionState(
        edition=ontology.edition,
        released=ontology.released,
        digest=ontology.digest,
        frameworks=frameworks,
    )


def list_rows(work: Work, request: RowFilter) -> list[RowShort]:
    """List rows of the ontology in the order of the data."""
    ontology = request.ontology()
    _check_filter(ontology, request)
    names = ("kind", "domain", "framework", "origin")
    wanted = {name: value for name in names if (value := getattr(request, name)) is not None}
    return [
        RowShort(
            id=row.id,
            name=row.name,
            kind=row.kind,
            domain=row.domain,
            origin=row.origin,
            definition=row.definition,
            provenance="; ".join(row.provenance),
        )
        for row in ontology.nodes.values()
        if all(getattr(row, name) == value for name, value in wanted.items())
    ]


def _check_filter(ontology: Ontology, request: RowFilter) -> None:
    from taxonomy.model import KINDS, ORIGINS

    kind, domain, origin = request.kind, request.domain, request.origin
    if kind is not None and kind not in KINDS:
        raise InputError(f"{kind!r} is no kind", field="kind", hint="one of " + ", ".join(KINDS))
    if origin is not None and origin not in ORIGINS:
        hint = "one of " + ", ".join(ORIGINS)
        raise InputError(f"{origin!r} is no origin", field="origin", hint=hint)
    if domain is not None and domain not in {row.id for row in ontology.domains}:
        hint = "one of " + ", ".join(row.id for row in ontology.domains)
        raise NotFoundError(f"{domain!r} is no domain", field="domain", hint=hint)
    if request.framework is not None:
        ontology.framework(request.framework)


def show_row(work: Work, request: RowById) -> RowWhole:
    """Show one row with its rules, examples, links, and where each comes from."""
    from dataclasses import asdict

    from taxonomy.model import INVERSE

    ontology = request.ontology()
    node = ontology.node(request.id)
    links = (*ontology.edges_from(node.id), *ontology.edges_to(node.id))
    neighbours = []
    for edge in links:
        forward = edge.subject == node.id
        label = edge.predicate if forward else INVERSE[edge.predicate]
        other = ontology.nodes[edge.object if forward else edge.subject]
        neighbours.append(Neighbour(link=label, id=other.id, name=other.name))
    return RowWhole(**asdict(node), links=links, neighbours=tuple(neighbours))


def show_coverage(work: Work, request: OfEdition) -> WholeCoverage:
    """Count what the ontology holds, by framework and by loss, and name what is unmapped."""
    from taxonomy.coverage import by_framework, by_loss, summarise

    ontology = request.ontology()
    return WholeCoverage(
        **dict(summarise(ontology)),
        edition=ontology.edition,
        local_sub_threats=len(ontology.sub_threats("local")),
        by_framework=tuple(by_framework(ontology)),
        by_loss=tuple(by_loss(ontology)),
    )


def show_gaps(work: Work, request: OfFramework) -> Gaps:
    """List threats without an answer in a framework, and entries that answer no threat."""
    from taxonomy.gaps import find_gaps

    return find_gaps(request.ontology(), request.framework)


def check_edition(work: Work, request: OfEdition) -> Report:
    """Check the ontology: unknown ids, orphans, cycles, unmapped threats, stale rows.

    Where no edition is named, the compiled form of the current one must also fit its sources.
    """
    from taxonomy.check import Finding, check
    from taxonomy.packaged import compiled_is_current

    report = check(request.ontology())
    if request.edition is not None or compiled_is_current():
        return report
    hint = "the compiled edition does not fit its sources: run python -m taxonomy"
    faults = (*report.faults, Finding("compiled.json", "compiled", hint))
    return report.model_copy(update={"faults": faults})
