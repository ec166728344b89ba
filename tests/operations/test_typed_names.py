"""A reviewer, assessor or owner is a principal, or is marked as a typed name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from governance.kernel.clock import FixedClock
from governance.kernel.errors import ForbiddenError, InputError
from governance.operations import controls, controls_systems, incidents, incidents_show, register
from governance.operations.controls import ControlFile, ControlFilter, SetControl
from governance.operations.incidents_review import (
    QueueOrder,
    ReviewOrder,
    review,
    review_queue,
    reviewer_agreement,
)
from governance.operations.place import Place
from governance.operations.requests import ById, LocalPath, Nothing, TextFile
from governance.registry.controls import Evidence
from governance.store.ledger_query import last_events
from tests.operations.conftest import Ask, enrol

CONTROL = "iso42001:A.6.2.8"
LINK = Evidence(title="Log policy", location="https://example.org/logs")
People = dict[str, str | None]


@pytest.fixture
def people(place: Place) -> People:
    """Return {name: id} of two principals."""
    return {name: enrol(place, name).principal for name in ("ada", "ben")}


@pytest.fixture
def board(ask: Ask, tmp_path: Any) -> None:
    """Two incidents, classified."""
    file = tmp_path / "board.jsonl"
    text = "Hidden words in an e-mail were obeyed: a prompt injection."
    rows = (f'{{"id": "{n}", "title": "Case {n}", "description": "{text} {n}"}}\n' for n in "12")
    file.write_text("".join(rows))
    ask(incidents.import_incidents, incidents.ImportOrder(source=LocalPath(str(file))))
    ask(incidents.reclassify, Nothing())


def _verified(**fields: object) -> SetControl:
    said = {"control": CONTROL, "status": "verified", "owner": "Platform", "evidence": (LINK,)}
    return SetControl.model_validate({**said, **fields})


def _payload(place: Place, kind: str) -> dict[str, Any]:
    with place.store.read() as session:
        (event,) = last_events(session, kind=kind, last=1)
        return dict(event.data)


@pytest.mark.usefixtures("board", "people")
def test_nobody_reviews_or_looks_at_a_queue_as_another_principal(ask: Ask) -> None:
    orders: list[tuple[Callable[..., Any], Any]] = [
        (review, ReviewOrder(incident="board:1", verdict="accept", reviewer="ben")),
        (review, ReviewOrder(incident="board:1", verdict="accept", reviewer=" ben ")),
        (review, ReviewOrder(incident="board:1", verdict="accept", reviewer="BEN")),
        (review_queue, QueueOrder(reviewer="ben")),
    ]
    for handler, order in orders:
        with pytest.raises(ForbiddenError, match="nobody speaks for another") as error:
            ask(handler, order, actor="ada")
        assert error.value.field == "reviewer"
    assert ask(incidents_show.show_incident, ById(id="board:1")).reviews == ()


@pytest.mark.usefixtures("board")
def test_a_review_names_its_principal_or_no_one_known(
    ask: Ask, place: Place, people: People, clock: FixedClock
) -> None:
    for reviewer, identifier in ((None, people["ada"]), ("ada", people["ada"]), ("Ada", None)):
        clock.advance(1)
        order = ReviewOrder(incident="board:1", verdict="accept", reviewer=reviewer)
        done = ask(review, order, actor="ada")
        assert (done.reviewer, done.reviewer_id) == (reviewer or "ada", identifier)
        shown = ask(incidents_show.show_incident, ById(id="board:1"))
        (listed,) = ask(
            incidents_show.list_incidents, incidents_show.IncidentSearch(reviewed=True)
        ).incidents
        for row in (shown.incident, shown.reviews[-1], listed):
            assert (row.reviewer, row.reviewer_id) == (reviewer or "ada", identifier)
        assert _payload(place, "incident.reviewed")["reviewer_id"] == identifier
        order = incidents_show.ExportOrder(corrections=True, format="csv")
        assert (identifier or ",Ada,,") in ask(incidents_show.export, order).content.decode()


@pytest.mark.usefixtures("board")
def test_a_typed_name_and_the_principal_of_that_name_are_two_reviewers(
    ask: Ask, place: Place
) -> None:
    typed = ReviewOrder(incident="board:1", verdict="correct", code="BIA", reviewer="ada")
    ask(review, typed)
    ada = enrol(place, "ada").principal
    assert len(ask(review_queue, QueueOrder(), actor="ada")) == 2
    own = ReviewOrder(incident="board:1", verdict="correct", code="MIS")
    ask(review, own, actor="ada")
    assert len(ask(review_queue, QueueOrder(), actor="ada")) == 1
    (found,) = ask(reviewer_agreement, Nothing())
    assert [(found.first, found.first_id), (found.second, found.second_id)] == [
        ("ada", None),
        ("ada", ada),
    ]
    assert (found.incidents, found.agreed) == (1, 0)


@pytest.mark.usefixtures("people")
def test_nobody_says_that_another_principal_assessed_a_control(ask: Ask, place: Place) -> None:
    with pytest.raises(ForbiddenError, match="nobody speaks for another") as error:
        ask(controls.set_control, _verified(assessor="ben"), actor="ada")
    assert error.value.field == "assessor"
    for status in ("declared", "not_assessed"):
        with pytest.raises(ForbiddenError):
            ask(controls.set_control, _verified(status=status, assessor="ben"), actor="ada")
    text = (
        "control,status,owner,assessor,evidence\n"
        "iso42001:A.2.2,declared,Board,,\n"
        f"{CONTROL},verified,Platform,ben,https://example.org/logs\n"
    )
    file = ControlFile(file=TextFile(name="words.csv", text=text))
    with pytest.raises(ForbiddenError) as error:
        ask(controls.import_controls, file, actor="ada")
    where = (error.value.file, error.value.line, error.value.field)
    assert where == ("words.csv", 3, "assessor")
    assert ask(controls.list_controls, ControlFilter()) == []
    assert ask(controls.import_controls, file, actor="ben").stored == 2


def test_a_word_names_principals_or_typed_names(
    ask: Ask, place: Place, people: People, clock: FixedClock
) -> None:
    said: list[tuple[str, str, str | None, str | None]] = [
        ("ben", "ada", people["ben"], people["ada"]),
        ("Platform", "ada", None, people["ada"]),
        ("ben", "Internal audit", people["ben"], None),
    ]
    for owner, assessor, owner_id, assessor_id in said:
        clock.advance(1)
        order = _verified(owner=owner, assessor=assessor)
        stored = ask(controls.set_control, order, actor="ada")
        (listed,) = ask(controls.list_controls, ControlFilter())
        for row in (stored, listed):
            assert (row.owner_id, row.assessor_id) == (owner_id, assessor_id)
        payload = _payload(place, "control.assessed")
        assert (payload["owner_id"], payload["assessor_id"]) == (owner_id, assessor_id)


@pytest.mark.parametrize(
    ("owner", "assessor"),
    [
        ("ada", "ada"),
        ("ada", "ADA"),
        ("Ada", "ada"),
        ("ada", "\uff41\uff44\uff41"),
        ("ada", "\u0430d\u0430"),
        ("Internal audit", "internal  Audit"),
    ],
)
@pytest.mark.usefixtures("people")
def test_the_owner_is_not_the_assessor_however_the_name_is_written(
    ask: Ask, owner: str, assessor: str
) -> None:
    with pytest.raises(InputError, match="of their own") as error:
        ask(controls.set_control, _verified(owner=owner, assessor=assessor), actor="ada")
    assert error.value.field == "assessor"
    assert ask(controls.list_controls, ControlFilter()) == []
    declared = _verified(owner=owner, assessor=assessor, status="declared")
    assert ask(controls.set_control, declared, actor="ada").status == "declared"


def test_owners_of_systems_and_risks_are_principals_or_typed_names(
    ask: Ask, place: Place, people: People
) -> None:
    system = controls_systems.NewSystem(name="claims", owner="ben")
    assert ask(controls_systems.add_system, system).owner_id == people["ben"]
    for owner, identifier in (("Claims", None), ("ada", people["ada"])):
        change = controls_systems.SystemChange(system="claims", owner=owner)
        changed = ask(controls_systems.change, change)
        assert (changed.owner, changed.owner_id, changed.changed) == (owner, identifier, True)
        assert _payload(place, "system.changed")["owner_id"] == identifier
    for threat, owner, identifier in (("MIS", "ben", people["ben"]), ("BIA", "Board", None)):
        order = register.RiskOrder(threat=threat, owner=owner)
        assert ask(register.register_risk, order).owner_id == identifier
        payload = _payload(place, "risk.registered")
        assert (payload["owner"], payload["owner_id"]) == (owner, identifier)


def test_a_typed_owner_becomes_the_principal_only_where_it_is_said_again(
    ask: Ask, place: Place
) -> None:
    ask(controls_systems.add_system, controls_systems.NewSystem(name="claims", owner="ada"))
    ada = enrol(place, "ada").principal
    (listed,) = ask(controls_systems.list_systems, Nothing())
    assert listed.owner_id is None
    changed = ask(
        controls_systems.change, controls_systems.SystemChange(system="claims", owner="ada")
    )
    assert (changed.owner_id, changed.changed) == (ada, True)
