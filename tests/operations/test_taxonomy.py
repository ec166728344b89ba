from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest

from governance.kernel.errors import ForbiddenError, InputError, NotFoundError
from governance.kernel.settings import Settings
from governance.operations.catalogue import operations
from governance.operations.editions import OfEdition, WithLocal
from governance.operations.perform import perform
from governance.operations.place import Place, local_place
from governance.operations.requests import TextFile
from governance.operations.taxonomy import (
    OfFramework,
    RowById,
    RowFilter,
    RowWhole,
    list_rows,
    show_edition,
    show_gaps,
    show_row,
)
from governance.operations.taxonomy_exchange import Catalogue, Export, export, take_in
from governance.operations.taxonomy_graph import Editions, Picture, draw_threat
from governance.operations.taxonomy_migration import migrate
from governance.store.ledger_query import all_events
from taxonomy import Node, load
from tests.operations.conftest import Ask, somebody
from tests.operations.examples import names_of, run_example

ROW_KEYS = ["id", "name", "kind", "domain", "origin", "definition", "provenance"]
ANSWERS: dict[str, Callable[[Any], object]] = {
    "taxonomy.edition": lambda a: a["edition"] == "2026.1" and a["frameworks"][0]["version"],
    "taxonomy.list": lambda a: list(a[0]) == ROW_KEYS and {row["domain"] for row in a} == {"MIS"},
    "taxonomy.show": lambda a: a["links"][0]["subject"] == "MIS-01" and "neighbours" not in a,
    "taxonomy.coverage": lambda a: (a["domains"], len(a["by_loss"])) == (9, 5),
    "taxonomy.gaps": lambda a: "iso42001:A.2.4" in a["answers_nothing"] and "names" not in a,
    "taxonomy.check": lambda a: a["ok"] and not a["faults"],
    "taxonomy.path": lambda a: [hop["to"] for hop in a[0]["hops"]] == ["MIS-01", a[0]["to"]],
    "taxonomy.diff": lambda a: "MIS-X1" in a["added"] and not a["empty"],
    "taxonomy.graph": lambda a: a["bytes"] > 1000 and "content" not in a,
    "taxonomy.export": lambda a: list(a) == ["format", "bytes", "losses"] and a["bytes"],
    "taxonomy.import": lambda a: list(a) == ["framework", "bytes"] and a["bytes"],
}


def nowhere() -> Place:
    return local_place(Settings(), "/nowhere/at/all.db")


def _ask(handler: Callable[..., Any], request: Any) -> Any:
    return perform(nowhere(), somebody(), handler, request)


def test_every_operation_without_a_database_has_an_answer_here() -> None:
    pure = {name for name in names_of("taxonomy") if operations()[name].effect == "pure"}
    assert pure == set(ANSWERS)


@pytest.mark.parametrize("name", list(ANSWERS))
def test_examples_need_no_database(name: str) -> None:
    assert ANSWERS[name](run_example(nowhere(), name))


def test_a_row_is_shown_with_all_that_the_ontology_says_of_it() -> None:
    assert [*(field.name for field in fields(Node)), "links", "neighbours"] == list(
        RowWhole.model_fields
    )
    ontology = load()
    for identifier in ("MIS", "MIS-01", "loss:Legal", "eu-ai-act:Art.15", "iso42001"):
        links = [*ontology.edges_from(identifier), *ontology.edges_to(identifier)]
        whole = {**asdict(ontology.nodes[identifier]), "links": [asdict(link) for link in links]}
        shown = _ask(show_row, RowById(id=identifier))
        assert shown.model_dump_json() == json.dumps(
            whole, ensure_ascii=False, separators=(",", ":")
        )
        assert {row.id for row in shown.neighbours} <= set(ontology.nodes)


def test_an_edition_is_handed_in_and_never_opened(tmp_path: Path) -> None:
    written = _ask(export, Export(format="json"))
    file = tmp_path / "mine.json"
    file.write_bytes(written.content)
    handed_in = TextFile(name="mine.json", text=written.content.decode())
    assert _ask(show_edition, OfEdition(edition=handed_in)).digest == load().digest
    with pytest.raises(NotFoundError, match="no known edition"):
        _ask(show_edition, OfEdition(edition=str(file)))


def test_own_rows_lie_on_top_and_a_fault_in_them_is_named() -> None:
    table = TextFile(name="acme.csv", text="id,name,threats\nR1,Injection,MIS-01\n")
    catalogue = Catalogue(file=table, format="csv", framework="acme", version="3")
    text = _ask(take_in, catalogue).content.decode()
    local = TextFile(name="acme.yaml", text=text)
    assert _ask(show_row, RowById(id="acme:R1", local=local)).version == "3"
    assert WithLocal(local=local).ontology().edition == f"{load().edition}+acme"
    broken = TextFile(name="acme.yaml", text=text.replace("MIS-01", "MIS-99"))
    with pytest.raises(InputError, match="MIS-99") as error:
        _ask(list_rows, RowFilter(local=broken))
    assert (error.value.file, type(error.value)) == ("acme.yaml", InputError)
    assert error.value.line


@pytest.mark.parametrize(
    ("handler", "request_", "kind", "field"),
    [
        (list_rows, RowFilter(kind="thing"), InputError, "kind"),
        (list_rows, RowFilter(origin="mine"), InputError, "origin"),
        (list_rows, RowFilter(domain="XXX"), NotFoundError, "domain"),
        (list_rows, RowFilter(framework="cobit"), NotFoundError, "framework"),
        (show_gaps, OfFramework(framework="MIS"), NotFoundError, "framework"),
        (show_row, RowById(id="MIS-1"), NotFoundError, None),
        (export, Export(format="xls"), InputError, "format"),
        (draw_threat, Picture(threat="loss:Legal"), InputError, "threat"),
    ],
)
def test_what_is_not_there(
    handler: Callable[..., Any], request_: Any, kind: type[InputError], field: str | None
) -> None:
    with pytest.raises(InputError) as error:
        _ask(handler, request_)
    assert (type(error.value), error.value.field) == (kind, field)


def test_a_plan_changes_nothing_and_a_migration_is_recorded(place: Place) -> None:
    plan = run_example(place, "taxonomy.plan_migration")
    assert plan == {
        "old": "2026.1",
        "new": "2026.2",
        "keep": 0,
        "review": [],
        "other_editions": {},
        "applied": False,
    }
    assert _migrations(place) == []
    assert run_example(place, "taxonomy.migrate") == {**plan, "applied": True}
    assert _migrations(place) == ["tester"]


def test_who_only_reads_migrates_nothing(place: Place, ask: Ask) -> None:
    reader = replace(somebody(), permissions=frozenset({"reader"}))
    with pytest.raises(ForbiddenError, match="compliance"):
        perform(place, reader, migrate, Editions(old="2026.1", new="2026.2"))
    with pytest.raises(NotFoundError, match="no known edition"):
        ask(migrate, Editions(old="1999", new="2026.2"))
    assert _migrations(place) == []


def _migrations(place: Place) -> list[str]:
    with place.store.read() as session:
        events = all_events(session)
        return [event.actor for event in events if event.kind == "incidents.edition_migrated"]
