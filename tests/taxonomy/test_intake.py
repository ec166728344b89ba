from __future__ import annotations

import pytest

from governance.kernel.documents import parse_text
from governance.kernel.errors import InputError
from taxonomy import Ontology, load
from taxonomy.exchange import FORMATS
from taxonomy.intake import Source, framework_from_csv, framework_from_sssom
from taxonomy.local import extend

ABOUT = Source("cosai", "CoSAI risk map", "2026", "Risk office", "imported from a test")
CSV = """\
id,name,kind,definition,group,threats,predicate,because
TOP,All,risk,,,,,
R1,Prompt injection,risk,Text obeyed,TOP,MIS-01 MIS-02,closeMatch,Same thing
R2,Something else,risk,,TOP,,,
"""
SSSOM = """\
#curie_map:
#  cosai: "https://example.org/"
subject_id\tpredicate_id\tobject_id\tobject_label\tmapping_justification\tconfidence\tcomment
uw:MIS-01\tskos:exactMatch\tcosai:R1\tInjection\tsemapv:ManualMappingCuration\t0.9\tsame
cosai:R2\tskos:broadMatch\tPOI-01\t\tsemapv:ManualMappingCuration\t\t
BIA-01\tskos:exactMatch\tsssom:NoTermFound\t\tsemapv:ManualMappingCuration\t0.4\tnone
"""


def _extended(text: str) -> Ontology:
    return extend(load(), parse_text(text, "cosai.yaml"))


def test_a_framework_from_csv() -> None:
    ontology = _extended(framework_from_csv(CSV, "table.csv", ABOUT, load()))
    assert [row.id for row in ontology.entries("cosai")] == ["cosai:TOP", "cosai:R1", "cosai:R2"]
    (edge,) = [edge for edge in ontology.edges_to("cosai:R1") if edge.subject == "MIS-02"]
    assert (edge.predicate, edge.justification) == ("closeMatch", "Same thing")
    assert edge.object_version == "2026"
    assert edge.source == "imported from a test"
    assert ontology.edges_from("cosai:R2", "broader")[0].object == "cosai:TOP"


def test_a_framework_from_sssom_turns_rows_towards_us() -> None:
    ontology = _extended(framework_from_sssom(SSSOM, "table.tsv", ABOUT, load()))
    assert [row.id for row in ontology.entries("cosai")] == ["cosai:R1", "cosai:R2"]
    rows = {edge.subject: edge for edge in ontology.edges if edge.object.startswith("cosai")}
    assert (rows["MIS-01"].predicate, rows["MIS-01"].confidence) == ("exactMatch", 0.9)
    assert rows["POI-01"].predicate == "narrowMatch"
    assert (rows["BIA-01"].predicate, rows["BIA-01"].object) == ("noMatch", "cosai")


def test_our_own_sssom_export_can_be_taken_in_by_somebody_else() -> None:
    rows = FORMATS["sssom"].write(load()).splitlines(keepends=True)
    atlas = [row for row in rows if row.startswith("#") or "subject_id" in row]
    atlas += [row for row in rows if "\tuw:owasp-llm:" in row and row.startswith("uw:MIS-0")]
    table = "".join(atlas).replace("uw:owasp-llm:", "llm:")
    about = Source("llm", "LLM list", "2025", "x", "y")
    ontology = _extended(framework_from_sssom(table, "table.tsv", about, load()))
    assert "llm:LLM01" in ontology.nodes


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("MIS-01 MIS-02", "MIS-01 MIS-99", 3, "threats"),
        ("closeMatch", "sameAs", 3, "predicate"),
        ("R2,Something", "R1,Something", 4, "id"),
        ("R2,Something else", "R2,", 4, "name"),
        ("id,name,kind", "id,name,sort", 2, "sort"),
    ],
)
def test_a_broken_csv_is_named_with_its_line(old: str, new: str, line: int, field: str) -> None:
    table = CSV.replace(old, new, 1)
    with pytest.raises(InputError) as error:
        framework_from_csv(table, "table.csv", ABOUT, load())
    found = (error.value.file, error.value.line, error.value.field)
    assert found == ("table.csv", line, field), str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("uw:MIS-01", "uw:MIS-99", 4, "is a row of ours"),
        ("skos:exactMatch\tcosai", "owl:sameAs\tcosai", 4, "no mapping that we know"),
        ("0.9", "1.9", 4, "from 0 to 1"),
        ("0.9", "nan", 4, "from 0 to 1"),
        ("predicate_id\t", "predicate\t", 3, "no column predicate_id"),
        ("0.9\tsame", "0.9", 4, "has 6 cells where the head has 7"),
    ],
)
def test_a_broken_sssom_is_named_with_its_line(old: str, new: str, line: int, message: str) -> None:
    table = SSSOM.replace(old, new, 1)
    with pytest.raises(InputError) as error:
        framework_from_sssom(table, "table.tsv", ABOUT, load())
    assert error.value.line == line, str(error.value)
    assert message in str(error.value)


def test_a_name_that_is_taken_is_refused() -> None:
    about = Source("iso42001", "x", "1", "x", "y")
    with pytest.raises(InputError, match="taken by a row of origin core"):
        framework_from_csv(CSV, "table.csv", about, load())
