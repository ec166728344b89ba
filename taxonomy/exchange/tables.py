"""CSV and GraphML: every field of every row, without loss."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import fields
from typing import Any

from governance.kernel.rows import read_csv
from taxonomy.exchange.common import Content, blank, broken, filled, tuples
from taxonomy.model import Edge, Node, Ontology

_NODE_FIELDS = [item.name for item in fields(Node)]
_EDGE_FIELDS = [item.name for item in fields(Edge)]
COLUMNS = ["record", *_NODE_FIELDS, *(name for name in _EDGE_FIELDS if name not in _NODE_FIELDS)]

LISTS = {"provenance", "examples", "counter_examples", "variants", "evidence", "basis"}
NUMBERS = {"confidence", "weight"}
FLAGS = {"derived"}

# A spreadsheet takes a cell that begins so for a formula; an apostrophe before it stops that.
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "'")


def write_csv(ontology: Ontology) -> str:
    """Return one table: rows of the ontology first (record ``node``), then links (``edge``)."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    for record, rows in (("node", ontology.nodes.values()), ("edge", ontology.edges)):
        for row in rows:
            cells = {name: _cell(value) for name, value in filled(row).items()}
            writer.writerow({"record": record, **cells})
    return stream.getvalue()


def read_csv_rows(text: str, source: str) -> Content:
    """Return the rows of a table that `write_csv` wrote; raises InputError with the line."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    for line, row in read_csv(io.BytesIO(text.encode()), source):
        record = row.pop("record", None)
        values = {name: _value(name, str(cell), source, line) for name, cell in row.items()}
        unknown = sorted(set(values) - set(COLUMNS))
        if unknown:
            raise broken(source, f"unknown column {unknown[0]!r}", line=line)
        if record == "node":
            nodes.append(blank(Node, tuples(values)))
        elif record == "edge":
            edges.append(blank(Edge, tuples(values)))
        else:
            raise broken(source, f"record {record!r} is neither node nor edge", line=line)
    return Content(tuple(nodes), tuple(edges))


def write_graphml(ontology: Ontology) -> str:
    """Return GraphML with all fields as attributes; lists are JSON text."""
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(edition=ontology.edition)
    for node in ontology.nodes.values():
        graph.add_node(node.id, **_attributes(filled(node, skip=("id",))))
    for row in ontology.edges:
        values = filled(row, skip=("subject", "object"))
        graph.add_edge(row.subject, row.object, key=row.predicate, **_attributes(values))
    return "\n".join(nx.generate_graphml(graph)) + "\n"


def read_graphml(text: str, source: str) -> Content:
    """Return the rows of a file that `write_graphml` wrote; raises InputError."""
    from xml.etree.ElementTree import ParseError

    import networkx as nx

    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise broken(source, "declares entities, which are not read")
    try:
        graph = nx.parse_graphml(text, force_multigraph=True)
    except (ParseError, nx.NetworkXError, KeyError) as error:
        raise broken(source, f"is no readable GraphML: {error}") from None
    nodes = [
        blank(Node, tuples({"id": name, **_typed(data)})) for name, data in graph.nodes(data=True)
    ]
    edges = [
        blank(Edge, tuples({"subject": low, "object": high, **_typed(data)}))
        for low, high, data in graph.edges(data=True)
    ]
    return Content(tuple(nodes), tuple(edges))


def _cell(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(_ACTIVE) else text


def _value(name: str, cell: str, source: str, line: int) -> object:
    text = cell.removeprefix("'")
    try:
        if name in LISTS:
            return list(map(str, json.loads(text)))
        if name in NUMBERS:
            return float(text)
    except (ValueError, TypeError, RecursionError):
        raise broken(source, f"{name}: {text!r} cannot be read", line=line) from None
    return text == "True" if name in FLAGS else text


def _attributes(values: dict[str, object]) -> dict[str, Any]:
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
        for name, value in values.items()
    }


def _typed(data: dict[str, Any]) -> dict[str, object]:
    return {
        name: list(map(str, json.loads(value))) if name in LISTS else value
        for name, value in data.items()
        if name != "id" or not isinstance(value, int)
    }
