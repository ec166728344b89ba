from __future__ import annotations

from pathlib import Path

import pytest

from governance.kernel.errors import ConflictError, InputError, NotFoundError
from governance.operations import controls_systems as systems
from governance.operations.controls import (
    ControlFile,
    ControlFilter,
    SetControl,
    import_controls,
    list_controls,
    list_stale,
    set_control,
)
from governance.operations.editions import WithLocal
from governance.operations.place import Place
from governance.operations.requests import LocalPath, Nothing, TextFile
from governance.registry.controls import Evidence
from governance.store.ledger_query import all_events
from tests.operations.conftest import Ask
from tests.operations.examples import names_of, run_example

CONTROL = "iso42001:A.6.2.8"
SYSTEM_KEYS = (
    "id", "name", "status", "owner", "owner_id", "role", "risk_class", "description", "facts",
    "registered_at",
)  # fmt: skip
WORD_KEYS = (
    "id", "control", "system_id", "status", "applicable", "justification", "owner",
    "owner_id", "assessor", "assessor_id", "target", "due", "review_on", "edition",
    "recorded_at", "evidence",
)  # fmt: skip


def _verified(**fields: object) -> SetControl:
    said = {"control": CONTROL, "status": "verified", "owner": "Platform", "assessor": "Audit"}
    return SetControl.model_validate({**said, **fields})


def test_the_examples_from_inventory_to_staleness(place: Place) -> None:
    answers = {name: run_example(place, name) for name in names_of("controls")}
    added, changed = answers["systems.add"], answers["systems.change"]
    assert list(added) == [*SYSTEM_KEYS, "threats"]
    assert (added["threats"], added["facts"]) == (["BIA", "UNR-X1"], {"cloud": "own"})
    assert list(changed) == [*SYSTEM_KEYS, "changed"]
    assert (changed["risk_class"], changed["owner"], changed["changed"]) == ("high", "Claims", True)
    assert answers["systems.threats"] == {
        "system": "claims-triage",
        "threats": ["BIA", "MIS-01", "UNR-X1"],
    }
    assert [list(row) for row in answers["systems.list"]] == [list(SYSTEM_KEYS)]
    shown = run_example(place, "systems.show")
    assert list(shown) == [*SYSTEM_KEYS, "coverage"]
    injection = shown["coverage"]["threats"][0]
    assert (injection["threat"], injection["verified"], injection["open"]) == ("MIS-01", 1, False)
    word = answers["controls.set"]
    assert list(word) == list(WORD_KEYS)
    assert (word["evidence"], word["review_on"]) == (1, "2999-06-30")
    assert word["recorded_at"].endswith("Z")
    assert answers["controls.import"] == {"stored": 1}
    rows = {row["control"]: row for row in answers["controls.list"]}
    assert len(rows) == 38
    assert list(rows[CONTROL]) == list(WORD_KEYS)
    link = {"title": "Log policy", "digest": None, "location": "https://example.org/logs"}
    assert rows[CONTROL]["evidence"] == [link]
    assert "id" not in rows["iso42001:A.2.3"]
    assert answers["controls.stale"] == []


def test_a_file_is_evidence_only_where_the_door_names_it(
    place: Place, ask: Ask, tmp_path: Path
) -> None:
    file = tmp_path / "logs.txt"
    file.write_text("x")
    claimed = Evidence(title="logs.txt", digest="sha256:" + "0" * 64, location=str(file))
    with pytest.raises(InputError, match="handed in by the door") as error:
        ask(set_control, _verified(evidence=(claimed,)))
    assert error.value.field == "evidence"
    gone = LocalPath(str(tmp_path / "gone.txt"))
    with pytest.raises(InputError, match="neither a file nor a link"):
        ask(set_control, _verified(evidence=(gone,)))
    assert ask(list_controls, ControlFilter()) == []
    assert ask(set_control, _verified(evidence=(LocalPath(str(file)),))).evidence == 1
    assert ask(list_stale, WithLocal()) == []
    file.write_text("y")
    (found,) = ask(list_stale, WithLocal())
    assert found.reasons == ("evidence has changed since: logs.txt",)


def test_words_come_in_from_a_file_together_or_not_at_all(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "logs.txt").write_text("x")
    text = (
        "control,status,owner,assessor,evidence,system\n"
        "iso42001:A.2.2,declared,Board,,,\n"
        "iso42001:A.6.2.8,verified,Platform,Audit,logs.txt,claims\n"
    )
    words = ControlFile(file=TextFile(name="words.csv", text=text), folder=LocalPath(str(tmp_path)))
    with pytest.raises(InputError, match="no AI system") as error:
        ask(import_controls, words)
    assert (error.value.file, error.value.line, error.value.field) == ("words.csv", 3, "system")
    assert ask(list_controls, ControlFilter()) == []
    ask(systems.add_system, systems.NewSystem(name="claims"))
    assert ask(import_controls, words).stored == 2
    with pytest.raises(InputError, match="no link"):
        ask(import_controls, words.model_copy(update={"folder": None}))
    (own,) = ask(list_controls, ControlFilter(system="claims"))
    assert own.control == CONTROL


def test_a_word_that_does_not_hold_together_names_its_field(ask: Ask) -> None:
    with pytest.raises(InputError, match="needs evidence"):
        ask(set_control, _verified())
    long = Evidence(title="t", location="https://example.org")
    with pytest.raises(InputError, match="at most 2000") as error:
        ask(set_control, _verified(evidence=(long,), owner="x" * 2001))
    assert error.value.field == "owner"


def test_systems_that_are_not_there_or_there_already(place: Place, ask: Ask) -> None:
    ask(systems.add_system, systems.NewSystem(name="claims"), actor="ada")
    with pytest.raises(ConflictError, match="registered already"):
        ask(systems.add_system, systems.NewSystem(name="claims"))
    for handler, request in (
        (systems.change, systems.SystemChange(system="clams", owner="x")),
        (systems.change_threats, systems.ThreatChange(system="clams")),
        (systems.show_system, systems.SystemAsked(system="clams")),
        (list_controls, ControlFilter(system="clams")),
    ):
        with pytest.raises(NotFoundError, match="no AI system") as error:
            ask(handler, request)
        assert (error.value.field, error.value.hint) == ("system", "did you mean claims?")
    with place.store.read() as session:
        actors = [event.actor for event in all_events(session) if event.kind.startswith("system.")]
    assert actors == ["ada"]


def test_a_threat_that_is_none_leaves_the_others_unsaid(ask: Ask) -> None:
    wrong = systems.NewSystem(name="claims", threats=("MIS-01", "loss:Legal"))
    with pytest.raises(InputError, match="no threat") as error:
        ask(systems.add_system, wrong)
    assert error.value.field == "threats"
    assert ask(systems.list_systems, Nothing()) == []
    ask(systems.add_system, systems.NewSystem(name="claims"))
    for change, field in (({"add": ("loss:Legal",)}, "add"), ({"drop": ("MIS-01",)}, "drop")):
        asked = systems.ThreatChange.model_validate({"system": "claims", "add": ("BIA",), **change})
        with pytest.raises(InputError) as error:
            ask(systems.change_threats, asked)
        assert error.value.field == field
    faced = ask(systems.change_threats, systems.ThreatChange(system="claims"))
    assert faced.threats == ()
