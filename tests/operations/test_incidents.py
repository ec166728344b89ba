from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from governance.kernel.errors import ConflictError, InputError, NotFoundError
from governance.kernel.settings import Settings
from governance.operations import (
    incidents,
    incidents_classify,
    incidents_deadlines,
    incidents_duplicates,
    incidents_link,
    incidents_review,
    incidents_show,
)
from governance.operations.incidents_classify import LanguageModel, TextsToClassify
from governance.operations.perform import perform
from governance.operations.place import Place, local_place
from governance.operations.requests import ById, LocalPath, Nothing
from governance.registry.agents import register_agent
from tests.operations.conftest import Ask, somebody
from tests.operations.examples import names_of, run_example

ROWS = [
    {
        "id": "1",
        "title": "Hidden text in an e-mail made the assistant forward the mailbox",
        "description": "A prompt injection inside an incoming e-mail was obeyed by the assistant.",
        "discovered": "2026-02-05",
    },
    {
        "id": "2",
        "title": "A forged invoice made the assistant pay",
        "description": "Hidden words in an attached invoice were obeyed; an amount was paid twice.",
    },
]


@pytest.fixture
def board(tmp_path: Path) -> Path:
    path = tmp_path / "board.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


@pytest.fixture
def stored(ask: Ask, board: Path) -> incidents.Imported:
    """Two incidents, not yet classified."""
    order = incidents.ImportOrder(source=LocalPath(str(board)))
    answer: incidents.Imported = ask(incidents.import_incidents, order)
    return answer


def test_every_example(place: Place, board: Path) -> None:
    with place.store.write() as transaction:
        register_agent(transaction, "invoice-bot")
    answers = {
        name: run_example(place, name, {"source": str(board)}) for name in names_of("incidents")
    }
    assert answers["incidents.import"]["classified"]["classified"] == 2
    assert answers["incidents.reclassify"]["run_id"] is None
    assert answers["incidents.add"]["incident"]["source"] == "own"
    assert {row["source_id"] for row in answers["incidents.list"]} >= {"2"}
    assert answers["incidents.show"]["incident"]["source_id"] == "1"
    assert answers["incidents.counts"]["stored"] == 3
    assert answers["incidents.export"] == {"incidents": 2}
    assert answers["incidents.review"]["code"] == "MIS-01"
    assert len(answers["incidents.queue"]) == 2
    assert answers["incidents.agreement"] == []
    assert answers["incidents.duplicates"] == []
    assert answers["incidents.unmerge"]["incident"] == answers["incidents.merge"]["merged"]
    assert answers["incidents.link"]["agent"] == "invoice-bot"
    assert answers["incidents.deadlines"]["situation"]["losses"] == ["Legal"]
    assert "personal_data_breach" in answers["incidents.facts"]
    assert [row["id"] for row in answers["incidents.classify"]] == ["a", "b"]
    assert "domain_set" not in answers["incidents.classify"][0]


def test_an_incident_that_is_not_there(ask: Ask, place: Place) -> None:
    with place.store.write() as transaction:
        register_agent(transaction, "invoice-bot")
    attempts: list[tuple[Callable[..., Any], Any]] = [
        (incidents_show.show_incident, ById(id="board:9")),
        (incidents_review.review, incidents_review.ReviewOrder(incident="9", verdict="accept")),
        (incidents_duplicates.merge, incidents_duplicates.MergeOrder(keep="9", drop="8")),
        (incidents_duplicates.unmerge, ById(id="9")),
        (incidents_deadlines.assess_duties, incidents_deadlines.DutyQuestion(incident="9")),
        (
            incidents_link.link_incident,
            incidents_link.LinkOrder(
                incident="9", agent="invoice-bot", severity="low", reason="none"
            ),
        ),
    ]
    for handler, request in attempts:
        with pytest.raises(NotFoundError, match="no incident"):
            ask(handler, request)


@pytest.mark.usefixtures("stored")
def test_what_stands_against_what_is_stored_is_a_conflict(ask: Ask, place: Place) -> None:
    with place.store.write() as transaction:
        register_agent(transaction, "invoice-bot")
    link = incidents_link.LinkOrder(
        incident="board:1", agent="invoice-bot", severity="low", reason="paid"
    )
    merge = incidents_duplicates.MergeOrder(keep="board:1", drop="board:2")
    ask(incidents_link.link_incident, link)
    ask(incidents_duplicates.merge, merge)
    own = incidents.OwnIncident(id="1", title="Paid", description="Paid twice by the bot.")
    ask(incidents.add_incident, own)
    for handler, request in (
        (incidents_link.link_incident, link),
        (incidents_duplicates.merge, merge),
        (incidents_duplicates.unmerge, ById(id="board:1")),
        (incidents.add_incident, own.model_copy(update={"title": "Paid once"})),
    ):
        with pytest.raises(ConflictError):
            ask(handler, request)


@pytest.mark.usefixtures("stored")
def test_who_asks_reviews_unless_somebody_else_is_named(ask: Ask) -> None:
    ask(incidents.reclassify, Nothing())
    order = incidents_review.ReviewOrder(incident="board:1", verdict="accept")
    assert ask(incidents_review.review, order, actor="ana").reviewer == "ana"
    assert len(ask(incidents_review.review_queue, incidents_review.QueueOrder(), actor="ana")) == 1
    assert len(ask(incidents_review.review_queue, incidents_review.QueueOrder(), actor="ben")) == 2
    guest = incidents_review.QueueOrder(reviewer="Guest")
    assert len(ask(incidents_review.review_queue, guest, actor="ana")) == 2
    (correction,) = _lines(ask(incidents_show.export, incidents_show.ExportOrder(corrections=True)))
    assert correction["reviewer"] == "ana"


@pytest.mark.usefixtures("stored")
def test_a_list_is_the_incidents_and_knows_how_many_there_are(ask: Ask) -> None:
    page = ask(incidents_show.list_incidents, incidents_show.IncidentSearch(limit=1))
    assert page.total == 2
    assert [row["id"] for row in page.model_dump(mode="json")] == [page.incidents[0].id]
    pairs = ask(incidents_duplicates.list_duplicates, incidents_duplicates.DuplicateSearch(limit=1))
    assert (pairs.model_dump(mode="json"), pairs.total) == ([], 0)
    rows = _lines(ask(incidents_show.export, incidents_show.ExportOrder(text="forged")))
    assert [row["source_id"] for row in rows] == ["2"]


def _lines(file: incidents_show.Exported) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.content.decode().splitlines()]


@pytest.mark.usefixtures("stored")
def test_a_changed_text_is_reported_and_a_bad_row_told(ask: Ask, board: Path) -> None:
    board.write_text(
        json.dumps({**ROWS[0], "title": "All is well"}) + "\n" + '{"id": "9", "title": "x"}\n'
    )
    order = incidents.ImportOrder(source=LocalPath(str(board)))
    with pytest.raises(InputError, match="description"):
        ask(incidents.import_incidents, order)
    kept = order.model_copy(update={"keep_going": True})
    answer = ask(incidents.import_incidents, kept)
    assert answer.conflicts[0].changed == ("title",)
    assert [(row.line, row.field) for row in answer.skipped] == [(2, "description")]


def test_orders_to_import_that_make_no_sense(ask: Ask, board: Path) -> None:
    source = LocalPath(str(board))
    bad: list[tuple[dict[str, Any], str]] = [
        ({"since": "lately"}, "since"),
        ({"format": "xml"}, "format"),
        ({"mapping": {"headline": "A"}}, "mapping"),
        ({"format": "avid", "mapping": {"title": "A"}}, "mapping"),
    ]
    for fields, field in bad:
        with pytest.raises(InputError) as caught:
            ask(incidents.import_incidents, incidents.ImportOrder(source=source, **fields))
        assert caught.value.field == field


def _without_a_database(handler: Callable[..., Any], request: Any) -> Any:
    place = local_place(Settings(), "/nowhere/at/all.db")
    return perform(place, somebody(), handler, request)


def test_texts_come_as_values_or_as_a_file_never_as_both(board: Path) -> None:
    by_file = _without_a_database(
        incidents_classify.classify, TextsToClassify(file=LocalPath(str(board)))
    )
    items = [{key: row[key] for key in ("id", "title", "description")} for row in ROWS]
    by_value = TextsToClassify.model_validate_json(json.dumps({"items": items, "coverage": 0.9}))
    answers = _without_a_database(incidents_classify.classify, by_value)
    assert [row.domain for row in answers] == [row.domain for row in by_file]
    assert answers[0].domain in answers[0].model_dump(mode="json")["domain_set"]
    for bad in ({}, {"items": items, "file": LocalPath(str(board))}, {"items": [{"id": "a"}]}):
        with pytest.raises(ValidationError):
            TextsToClassify.model_validate(bad)


def test_who_asks_names_neither_files_nor_language_models() -> None:
    text = '{"items": [{"id": "a", "title": "b"}], "language_model": {"url": "http://x"}}'
    for document in (text, text.replace('{"url": "http://x"}', '"http://x"'), '{"file": "/etc/x"}'):
        with pytest.raises(ValidationError):
            TextsToClassify.model_validate_json(document)
        with pytest.raises(ValidationError):
            TextsToClassify.model_validate(json.loads(document))
    assert "language_model" not in TextsToClassify.model_json_schema()["properties"]
    assert "secret" not in repr(LanguageModel("http://x", "m", SecretStr("secret")))


def test_a_code_without_an_incident_needs_no_database() -> None:
    question = incidents_deadlines.DutyQuestion(domain="prv", aware="2026-11-20T09:00")
    found = _without_a_database(incidents_deadlines.assess_duties, question)
    assert found.situation.domain == "PRV"
    for fields, field in (
        ({"aware": "soon"}, "aware"),
        ({"classified_major": "soon"}, "classified_major"),
        ({"submitted": {"gdpr-33-1": "soon"}}, "submitted"),
        ({"submitted": {"nothing": "2026-11-20"}}, "submitted"),
        ({"facts": {"nonsense": True}}, "facts"),
    ):
        with pytest.raises(InputError) as caught:
            _without_a_database(
                incidents_deadlines.assess_duties,
                incidents_deadlines.DutyQuestion.model_validate(fields),
            )
        assert caught.value.field == field
