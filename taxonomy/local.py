"""An organisation's own rows on top of an edition, from one file, without a fork."""

from __future__ import annotations

from dataclasses import dataclass

from governance.kernel.documents import Document
from governance.kernel.value import parse_document
from taxonomy import schema
from taxonomy.catalogues import add_framework, add_mapping
from taxonomy.draft import Draft, fault, finish
from taxonomy.model import Ontology
from taxonomy.threats import add_sub_threat_edges, sub_threat_node


def extend(ontology: Ontology, document: Document) -> Ontology:
    """Return an edition with the rows of a local file (``origin: local``) added.

    The new edition is named ``<edition>+<name>``. A row that takes the id of a given one, an
    unknown id, an unknown basis or a cycle raises InputError with file and line; nothing of the
    file is then used.
    """
    local = parse_document(schema.LocalFile, document)
    draft = _draft(ontology, local)
    for index, row in enumerate(local.sub_threats):
        at = ("sub_threats", index)
        if row.id[:3] not in {domain.id for domain in ontology.domains}:
            raise fault(document, (*at, "id"), f"{row.id[:3]!r} is no domain of the ontology")
        draft.add_node(sub_threat_node(row, "local"), document, at)
    for index, catalogue in enumerate(local.frameworks):
        part = _part(document, "frameworks", index)
        add_framework(draft, catalogue, part, "local")
    for index, row in enumerate(local.sub_threats):
        add_sub_threat_edges(draft, row, document, ("sub_threats", index))
    for index, mapping in enumerate(local.mappings):
        add_mapping(draft, mapping, _part(document, "mappings", index))
    return finish(
        draft,
        released=ontology.released,
        coding_rules=ontology.coding_rules,
        attribution=ontology.attribution,
    )


def _draft(ontology: Ontology, local: schema.LocalFile) -> Draft:
    from taxonomy.compile import known_bases

    draft = Draft(f"{ontology.edition}+{local.name}", local.author, known_bases())
    draft.nodes.update(ontology.nodes)
    draft.edges.update({edge.key: edge for edge in ontology.edges})
    return draft


@dataclass(frozen=True)
class _Part(Document):
    """A part of a document: errors inside it name the lines of the whole file."""

    prefix: tuple[int | str, ...] = ()

    def line_of(self, location: tuple[int | str, ...]) -> int | None:
        """Return the line in the whole file of a field of the part."""
        return Document.line_of(self, (*self.prefix, *location))


def _part(document: Document, key: str, index: int) -> Document:
    return _Part(document.data, document.source, document.text, (key, index))
