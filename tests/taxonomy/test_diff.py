from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from ontology_samples import with_local

from governance.kernel.errors import InputError, NotFoundError
from taxonomy import load, load_edition
from taxonomy.diff import Coding, compare, plan_migration
from taxonomy.model import freeze_nodes
from taxonomy.snapshot import dump, read

OLD, NEW = load_edition("2026.1"), load()


def test_an_edition_does_not_differ_from_itself() -> None:
    assert compare(NEW, NEW).empty


def test_the_two_editions() -> None:
    found = compare(OLD, NEW)
    assert len(found.added) == 8
    assert found.removed == ()
    assert "MIS-X1" in found.added
    changed = {change.id: {name for name, _, _ in change.fields} for change in found.changed}
    assert "definition" in changed["MIS-01"]
    assert "iso42001:A.2.2" not in changed
    assert found.coding_rules_changed
    assert any(row.startswith("MIS-06 mitigatedBy iso42001:A.4.6") for row in found.links_added)


def test_a_renamed_edition_with_the_same_rows_is_the_same() -> None:
    assert compare(NEW, dataclasses.replace(NEW, edition="other")).empty


def test_differences_of_a_local_file() -> None:
    found = compare(NEW, with_local())
    assert found.added == ("MIS-L1", "house", "house:C", "house:C1", "house:C2")
    assert found.changed == ()
    back = compare(with_local(), NEW)
    assert back.removed == found.added


def test_codings_stand_or_go_to_review() -> None:
    nodes = {**NEW.nodes}
    nodes["MIS-02"] = dataclasses.replace(nodes["MIS-02"], counts_when="something else")
    del nodes["BIA-05"]
    newer = dataclasses.replace(NEW, edition="2027.1", nodes=freeze_nodes([*nodes.values()]))
    codings = [
        Coding("i1", "MIS-01", "2026.2"),
        Coding("i2", "MIS-02", "2026.2"),
        Coding("i3", "BIA-05", "2026.2"),
        Coding("i4", "MIS-02", "2026.1"),
    ]
    moves = {move.incident: move for move in plan_migration(NEW, newer, codings)}
    assert moves["i1"].action == "keep"
    assert (moves["i2"].action, moves["i2"].reason) == ("review", "changed: counts_when")
    assert moves["i3"].action == "review"
    assert "BIA-04" in moves["i3"].candidates
    assert "i4" not in moves


def test_a_coding_to_a_bare_domain_is_reviewed_when_the_domain_grows() -> None:
    grown = with_local()
    (move,) = plan_migration(NEW, grown, [Coding("i", "MIS", NEW.edition)])
    assert (move.action, move.candidates) == ("review", ("MIS-L1",))
    (other,) = plan_migration(NEW, grown, [Coding("i", "POI", NEW.edition)])
    assert other.action == "keep"


def test_an_exported_edition_is_read_back_and_a_changed_one_refused() -> None:
    assert read(dump(with_local()), "mine.json").digest == with_local().digest
    with pytest.raises(InputError, match="was changed"):
        read(dump(NEW).replace("Prompt injection", "Prompt infection"), "mine.json")
    with pytest.raises(InputError, match="no ontology file"):
        read("{}", "mine.json")


def test_an_edition_is_named_never_opened(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(dump(with_local()))
    for name in ("2031.1", str(file)):
        with pytest.raises(NotFoundError, match="no known edition"):
            load_edition(name)
