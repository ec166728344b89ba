"""The table of formats that `taxonomy export` knows."""

from __future__ import annotations

from governance.kernel.errors import InputError
from taxonomy.exchange import (
    mermaid,
    navigator,
    oscal,
    oscal_mapping,
    skos,
    sssom,
    stix,
    tables,
)
from taxonomy.exchange.common import Content, Format, Losses
from taxonomy.model import Ontology
from taxonomy.snapshot import dump, read


def _write_json(ontology: Ontology) -> str:
    return dump(ontology)


def _read_json(text: str, source: str) -> Content:
    found = read(text, source)
    return Content(tuple(found.nodes.values()), found.edges)


_ALL = (
    Format("json", ".json", "the edition itself", _write_json, _read_json, Losses()),
    Format("skos", ".jsonld", "SKOS as JSON-LD", skos.write_skos, skos.read_skos, skos.LOSSES),
    Format(
        "oscal", ".json", "OSCAL 1.2 catalog", oscal.write_oscal, oscal.read_oscal, oscal.LOSSES
    ),
    Format(
        "oscal-mapping",
        ".json",
        "OSCAL 1.2 mapping collection",
        oscal_mapping.write_oscal_mapping,
        oscal_mapping.read_oscal_mapping,
        oscal_mapping.LOSSES,
    ),
    Format("stix", ".json", "STIX 2.1 bundle", stix.write_stix, stix.read_stix, stix.LOSSES),
    Format("sssom", ".tsv", "SSSOM table", sssom.write_sssom, sssom.read_sssom, sssom.LOSSES),
    Format(
        "navigator",
        ".json",
        "ATLAS Navigator layer",
        navigator.write_navigator,
        navigator.read_navigator,
        navigator.LOSSES,
    ),
    Format(
        "graphml",
        ".graphml",
        "GraphML",
        tables.write_graphml,
        tables.read_graphml,
        Losses(order=True, notes=("coding rules",)),
    ),
    Format(
        "csv",
        ".csv",
        "one table of rows and links",
        tables.write_csv,
        tables.read_csv_rows,
        Losses(notes=("coding rules",)),
    ),
    Format(
        "mermaid",
        ".mmd",
        "Mermaid flowchart",
        mermaid.write_mermaid,
        mermaid.read_mermaid,
        mermaid.LOSSES,
    ),
)

FORMATS = {item.name: item for item in _ALL}


def find_format(name: str) -> Format:
    """Return a format by name; raises InputError that lists them."""
    if name not in FORMATS:
        hint = "one of " + ", ".join(FORMATS)
        raise InputError(f"{name!r} is no export format", field="format", hint=hint)
    return FORMATS[name]
