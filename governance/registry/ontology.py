"""The ontology in the database: every edition that was ever in use."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from governance.store.ontology import TaxonomyEdge, TaxonomyEdition, TaxonomyNode
from governance.store.store import Transaction
from taxonomy import Ontology, load, load_edition
from taxonomy.packaged import editions

_NODE_COLUMNS = ("id", "kind", "name", "domain", "origin", "definition")
_EDGE_COLUMNS = ("subject", "predicate", "object", "confidence")


def store_ontology(transaction: Transaction, ontology: Ontology) -> bool:
    """Store an edition with all rows and links; returns False where it is stored already."""
    session = transaction.session
    if session.get(TaxonomyEdition, ontology.digest) is not None:
        return False
    session.add(
        TaxonomyEdition(digest=ontology.digest, edition=ontology.edition, loaded_at=transaction.now)
    )
    session.flush()
    nodes, edges = _node_rows(ontology), _edge_rows(ontology)
    session.execute(insert(TaxonomyNode), nodes)
    session.execute(insert(TaxonomyEdge), edges)
    transaction.record(
        "ontology.loaded",
        ontology.edition,
        {"digest": ontology.digest, "nodes": len(nodes), "edges": len(edges)},
    )
    return True


def ontology_at(session: Session, at: datetime | None = None) -> Ontology:
    """Return the edition that was loaded last, now or until a moment.

    An edition that this program no longer carries is replaced by the packaged one.
    """
    query = select(TaxonomyEdition.edition).order_by(TaxonomyEdition.loaded_at.desc()).limit(1)
    if at is not None:
        query = query.where(TaxonomyEdition.loaded_at <= at)
    name = session.scalar(query)
    packaged = load()
    if name is None or name == packaged.edition or name not in editions():
        return packaged
    return load_edition(name)


def _node_rows(ontology: Ontology) -> list[dict[str, object]]:
    rows = []
    for node in ontology.nodes.values():
        data = asdict(node)
        row = {name: data.pop(name) for name in _NODE_COLUMNS}
        rows.append({**row, "edition_digest": ontology.digest, "data": data})
    return rows


def _edge_rows(ontology: Ontology) -> list[dict[str, object]]:
    rows = []
    for edge in ontology.edges:
        data = asdict(edge)
        row = {name: data.pop(name) for name in _EDGE_COLUMNS}
        basis = ", ".join(data.pop("basis"))
        rows.append({**row, "basis": basis, "edition_digest": ontology.digest, "data": data})
    return rows
