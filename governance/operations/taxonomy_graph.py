"""How rows are connected, drawn and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from governance.kernel.errors import InputError
from governance.kernel.value import Value
from governance.operations.editions import NAMED, OfEdition, open_edition
from governance.operations.requests import TextFile
from governance.operations.work import Work
from taxonomy.diff import Diff

if TYPE_CHECKING:
    from taxonomy.graph import Hop, Path
    from taxonomy.model import Ontology


class Ends(OfEdition):
    """Two rows between which ways are looked for."""

    start: Annotated[str, Field(description="Any id of the ontology.")]
    end: Annotated[str, Field(description="Any other id.")]
    limit: Annotated[int, Field(ge=1, le=20, description="How many ways to show.")] = 1


class Editions(Value):
    """Two editions."""

    old: Annotated[str | TextFile, Field(description=NAMED)]
    new: Annotated[str | TextFile, Field(description=NAMED)]


class Picture(OfEdition):
    """A threat to be drawn."""

    threat: Annotated[str, Field(description="A sub-threat or domain, for example MIS-01.")]
    format: Annotated[Literal["svg", "mermaid"], Field(description="Form of the picture.")] = "svg"


class Step(Value):
    """One hop of a way; ``forward`` is false where the link is walked against its direction.

    The names of the two rows are for a reader; they are left out of JSON.
    """

    start: Annotated[str, Field(serialization_alias="from")]
    end: Annotated[str, Field(serialization_alias="to")]
    forward: bool
    predicate: str
    confidence: float
    basis: tuple[str, ...]
    justification: str
    start_name: Annotated[str, Field(exclude=True)]
    end_name: Annotated[str, Field(exclude=True)]


class Way(Value):
    """A way between two rows, and the derived row that it amounts to.

    ``confidence`` is the product of the hops' and so never above the ``weakest``.
    """

    start: Annotated[str, Field(serialization_alias="from")]
    end: Annotated[str, Field(serialization_alias="to")]
    predicate: str
    confidence: float
    weakest: float
    derived: bool
    in_force_from: str | None
    hops: tuple[Step, ...]


class Drawing(Value):
    """A drawn threat; ``size`` in bytes. The drawing itself is left out of JSON."""

    threat: str
    size: Annotated[int, Field(serialization_alias="bytes")]
    content: Annotated[bytes, Field(exclude=True, repr=False)]


def find_ways(work: Work, request: Ends) -> list[Way]:
    """Explain how two rows are connected, hop by hop, and how far that carries.

    The best supported way comes first; empty where none exists.
    """
    from taxonomy.graph import find_paths

    ontology = request.ontology()
    found = find_paths(ontology, request.start, request.end, limit=request.limit)
    return [_way(ontology, path) for path in found]


def compare_editions(work: Work, request: Editions) -> Diff:
    """Say what changed between two editions: rows, links, coding rules."""
    from taxonomy.diff import compare

    return compare(open_edition(request.old), open_edition(request.new))


def draw_threat(work: Work, request: Picture) -> Drawing:
    """Draw a threat with its losses, controls and law."""
    from taxonomy import picture
    from taxonomy.exchange.mermaid import threat_flowchart

    ontology = request.ontology()
    if ontology.node(request.threat).kind not in ("sub_threat", "domain"):
        hint = "for example MIS-01 or MIS"
        raise InputError(f"{request.threat!r} is no threat", field="threat", hint=hint)
    draw = picture.draw_threat if request.format == "svg" else threat_flowchart
    content = draw(ontology, request.threat).encode()
    return Drawing(threat=request.threat, size=len(content), content=content)


def _way(ontology: Ontology, path: Path) -> Way:
    derived = path.derived
    return Way(
        start=derived.subject,
        end=derived.object,
        predicate=derived.predicate,
        confidence=derived.confidence,
        weakest=min(hop.edge.confidence for hop in path.hops),
        derived=derived.derived,
        in_force_from=derived.in_force_from,
        hops=tuple(_step(ontology, hop) for hop in path.hops),
    )


def _step(ontology: Ontology, hop: Hop) -> Step:
    return Step(
        start=hop.start,
        end=hop.end,
        forward=hop.forward,
        predicate=hop.label,
        confidence=hop.edge.confidence,
        basis=hop.edge.basis,
        justification=hop.edge.justification,
        start_name=ontology.nodes[hop.start].name,
        end_name=ontology.nodes[hop.end].name,
    )
