from __future__ import annotations

import dataclasses

import pytest
from ontology_samples import with_local

from governance.kernel.errors import InputError
from taxonomy import Ontology, load
from taxonomy.coverage import by_framework, by_loss, missing, summarise
from taxonomy.gaps import find_gaps

ONTOLOGY = load()


def _without(predicate: str, subject: str) -> Ontology:
    rows = tuple(
        edge
        for edge in ONTOLOGY.edges
        if not (edge.predicate == predicate and edge.subject == subject)
    )
    return dataclasses.replace(ONTOLOGY, edges=rows)


def test_a_core_threat_that_loses_its_links_is_unmapped() -> None:
    for predicate, lack in (("leadsTo", "a loss category"), ("mitigatedBy", "a link to iso42001")):
        ontology = _without(predicate, "POI-03")
        assert summarise(ontology).unmapped == ("POI-03",)
        assert lack in missing(ontology, ontology.node("POI-03"))


def test_by_framework() -> None:
    rows = {row.framework: row for row in by_framework(ONTOLOGY)}
    assert rows["iso42001"].sub_threats_linked == rows["nist-ai-rmf"].sub_threats_linked == 61
    assert rows["atlas"].sub_threats_linked + rows["atlas"].sub_threats_no_match == 61
    assert rows["iso42001"].entries == 38
    assert 0 < rows["nist-ai-rmf"].entries_linked <= 72


def test_by_loss() -> None:
    rows = {row.loss: row for row in by_loss(ONTOLOGY)}
    assert rows["Availability"].heaviest == ("ADV-06",)
    assert all(0.0 < row.mean_weight <= 1.0 for row in rows.values())
    assert sum(row.sub_threats for row in rows.values()) == sum(
        edge.predicate == "leadsTo" and "-" in edge.subject for edge in ONTOLOGY.edges
    )


def test_gaps_of_iso_name_controls_that_answer_nothing() -> None:
    found = find_gaps(ONTOLOGY, "iso42001")
    assert found.answers_nothing == ("iso42001:A.2.4", "iso42001:A.8.5")
    assert found.unanswered == ()
    assert found.no_match == ()


def test_gaps_of_atlas_tell_said_from_unsaid() -> None:
    found = find_gaps(ONTOLOGY, "atlas")
    assert found.unanswered == ()
    assert "BIA-03" in {row.id for row in found.no_match}
    assert "atlas:AML.T0051" not in found.answers_nothing
    local = find_gaps(with_local(), "atlas")
    assert local.unanswered == ("MIS-L1",)


def test_gaps_of_other_law_reach_domains_only() -> None:
    found = find_gaps(ONTOLOGY, "law")
    assert set(found.by_domain_only) == {row.id for row in ONTOLOGY.entries("law")}
    assert len(found.unanswered) == 61


def test_gaps_of_an_unknown_framework() -> None:
    with pytest.raises(InputError, match="no framework"):
        find_gaps(ONTOLOGY, "cobit")
