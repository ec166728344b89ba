from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ontology_samples import with_local

from governance.kernel.errors import InputError
from taxonomy import Ontology, load
from taxonomy.exchange import FORMATS, find_format
from taxonomy.exchange.common import Content, normalise, survivors
from taxonomy.exchange.formats import Format

# With a local file on top: texts with marks, tabs and formulas, and a catalogue of its own.
ONTOLOGIES = {"given": load(), "local": with_local()}


def _small() -> Ontology:
    """A handful of rows, so that a random part is soon a leaf."""
    import dataclasses

    given = with_local()
    kept = {"MIS", "MIS-L1", "loss:Legal", "house", "house:C", "house:C1", "atlas", "MIS-03"}
    kept |= {"atlas:AML.T0088", "iso42001", "iso42001:A.9", "iso42001:A.9.4"}
    nodes = {key: node for key, node in given.nodes.items() if key in kept}
    edges = tuple(edge for edge in given.edges if {edge.subject, edge.object} <= kept)
    return dataclasses.replace(given, nodes=nodes, edges=edges)


SMALL = {name: form.write(_small()) for name, form in FORMATS.items()}


@pytest.mark.parametrize("which", ONTOLOGIES)
@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_what_is_not_declared_lost_comes_back(form: Format, which: str) -> None:
    if form.name == "skos":
        pytest.importorskip("rdflib")
    ontology = ONTOLOGIES[which]
    back = normalise(form.read(form.write(ontology), f"x{form.suffix}"), form.losses)
    expected = _flat(survivors(ontology, form.losses), form)
    assert {node.id for node in back.nodes} == {node.id for node in expected.nodes}
    assert back == expected


def _flat(content: Content, form: Format) -> Content:
    """SSSOM is a table of lines, so tabs and line ends inside a text become blanks."""
    if form.name not in ("sssom", "mermaid"):
        return content
    import dataclasses

    edges = tuple(
        dataclasses.replace(edge, justification=" ".join(edge.justification.split()))
        for edge in content.edges
    )
    return Content(content.nodes, edges)


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_the_same_edition_gives_the_same_bytes(form: Format) -> None:
    assert form.write(load()) == form.write(load())


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"x": [1]}', "a,b\n1\n", "<x/>", "\x00"])
def test_a_foreign_file_gives_one_clear_error_or_nothing(form: Format, text: str) -> None:
    if form.name == "skos":
        pytest.importorskip("rdflib")
    found = Content((), ())
    named = "foreign.txt"
    try:
        found = form.read(text, named)
    except InputError as error:
        named = str(error.file)
    assert (found, named) == (Content((), ()), "foreign.txt")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("name", ["json", "oscal", "oscal-mapping", "stix", "navigator"])
def test_a_damaged_document_gives_an_error_that_names_the_file(name: str, data: Any) -> None:
    """Replace one random part of a small export by something else."""
    form = FORMATS[name]
    document = json.loads(SMALL[name])
    here, key = document, data.draw(st.sampled_from(sorted(document)))
    while isinstance(here[key], dict | list) and here[key] and data.draw(st.booleans()):
        here = here[key]
        keys = sorted(here) if isinstance(here, dict) else range(len(here))
        key = data.draw(st.sampled_from(keys))
    here[key] = data.draw(st.sampled_from([None, 1, 2**60, -0.5, "x", [], {}, ["x"], {"x": 1}]))
    read, named = None, ""
    try:
        read = form.read(json.dumps(document), "damaged.json")
    except InputError as error:
        named = str(error.file)
    assert named == "damaged.json" or isinstance(read, Content)


def test_every_format_says_what_it_loses_in_words() -> None:
    assert FORMATS["json"].losses.lines() == []
    assert any("leadsTo" in line for line in FORMATS["oscal"].losses.lines())
    assert any("broader" in line for line in FORMATS["sssom"].losses.lines())
    with pytest.raises(InputError, match="no export format"):
        find_format("xls")


def test_formulas_are_disarmed_in_csv() -> None:
    text = FORMATS["csv"].write(with_local())
    assert "'=Customers" in text
    assert ",=Customers" not in text


def test_entities_in_graphml_are_refused() -> None:
    text = '<!DOCTYPE x [<!ENTITY a "b">]><graphml/>'
    with pytest.raises(InputError, match="entities"):
        FORMATS["graphml"].read(text, "x.graphml")


def test_only_one_ontology_is_needed() -> None:
    assert isinstance(ONTOLOGIES["local"], Ontology)
