"""OSCAL forms against NIST's JSON schemas (release 1.2.3, public domain), kept in data/."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from governance.reports.build import Request, build
from governance.store.store import Store

SCHEMAS = {
    "soa": "component",
    "nist-ai-rmf": "assessment-results",
    "eu-ai-act": "assessment-results",
    "treatment-plan": "poam",
}


@cache
def validator(name: str) -> jsonschema.Draft7Validator:
    text = (Path(__file__).parent / "data" / f"oscal_{name}_schema.json").read_text("utf-8")
    # Python's regular expressions have no \p{L} and \p{N}.
    text = text.replace(r"\\p{L}", r"[^\\W\\d_]").replace(r"\\p{N}", r"\\d")
    return jsonschema.Draft7Validator(json.loads(text))


def oscal(store: Store, kind: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(build(store, Request(kind=kind, format="oscal")))
    return data


@pytest.mark.parametrize("kind", sorted(SCHEMAS))
def test_documents_obey_the_schemas_of_nist(governed_store: Store, kind: str) -> None:
    found = [
        error.message for error in validator(SCHEMAS[kind]).iter_errors(oscal(governed_store, kind))
    ]
    assert found == []


@pytest.mark.parametrize("kind", sorted(SCHEMAS))
def test_an_empty_store_gives_a_sound_document_too(ready_store: Store, kind: str) -> None:
    found = [
        error.message for error in validator(SCHEMAS[kind]).iter_errors(oscal(ready_store, kind))
    ]
    assert found == []


@pytest.mark.parametrize("kind", sorted(SCHEMAS))
def test_uuids_are_version_5_unique_and_stable(governed_store: Store, kind: str) -> None:
    data = oscal(governed_store, kind)
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, dict):
            if "uuid" in value:
                found.append(value["uuid"])
            for part in value.values():
                walk(part)
        elif isinstance(value, list):
            for part in value:
                walk(part)

    walk(data)
    assert all(identifier[14] == "5" for identifier in found)
    assert len(set(found)) == len(found)
    assert oscal(governed_store, kind) == data


def test_only_what_somebody_stated_is_implemented(governed_store: Store) -> None:
    component = oscal(governed_store, "soa")["component-definition"]["components"][0]
    (implementation,) = component["control-implementations"]
    stated = [row["control-id"] for row in implementation["implemented-requirements"]]
    assert stated == ["iso42001_A.2.2", "iso42001_A.3.2", "iso42001_A.6.2.6"]
    open_ones = [prop for prop in component["props"] if prop["name"] == "not-assessed-control"]
    assert len(open_ones) == 34


def test_nothing_is_implemented_where_nothing_was_stated(ready_store: Store) -> None:
    component = oscal(ready_store, "soa")["component-definition"]["components"][0]
    assert "control-implementations" not in component


def test_only_verified_controls_are_findings(governed_store: Store) -> None:
    results = oscal(governed_store, "eu-ai-act")["assessment-results"]["results"]
    hiring = next(row for row in results if row["title"].startswith("Hiring"))
    assert [row["target"]["target-id"] for row in hiring["findings"]] == ["eu-ai-act_Art.14"]
    assert len(hiring["observations"]) == 2
    excluded = hiring["reviewed-controls"]["control-selections"][0]["exclude-controls"]
    assert len(excluded) == 12


def test_a_typed_name_is_marked_as_one(governed_store: Store) -> None:
    names = {
        prop["value"]
        for result in oscal(governed_store, "eu-ai-act")["assessment-results"]["results"]
        for observation in result["observations"]
        for prop in observation.get("props", ())
        if prop["name"] in ("owner", "assessor")
    }
    assert names == {"Personnel (typed)", "Auditor (typed)", "Counsel (typed)"}


def test_references_inside_a_document_lead_somewhere(governed_store: Store) -> None:
    for kind in SCHEMAS:
        text = json.dumps(oscal(governed_store, kind))
        data = json.loads(text)
        body = next(iter(data.values()))
        known = {row["uuid"] for row in body.get("back-matter", {}).get("resources", [])}
        wanted = {part.split('"')[0] for part in text.split('"#')[1:]}
        assert wanted <= known
