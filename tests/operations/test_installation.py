from __future__ import annotations

from pathlib import Path

from governance.kernel.settings import Settings
from governance.operations.place import Place, local_place
from tests.operations.examples import run_example


def test_an_installation_from_nothing_to_a_restored_backup(tmp_path: Path) -> None:
    place = local_place(Settings(), str(tmp_path / "a.db"))
    before = run_example(place, "installation.doctor")
    assert not before["ok"]
    assert run_example(place, "installation.initialise")["created"]
    assert not run_example(place, "installation.initialise")["created"]
    assert run_example(place, "installation.doctor")["ok"]
    ids = {"backup": str(tmp_path / "a.backup")}
    kept = run_example(place, "database.backup", ids)
    other = local_place(Settings(), str(tmp_path / "b.db"))
    restored = run_example(other, "database.restore", ids)
    assert restored["digest"] == kept["digest"]
    assert run_example(place, "database.upgrade")["before"] == kept["revision"]
    assert run_example(place, "database.downgrade")["after"] is None
    place.close()
    other.close()


def test_nothing_is_due_in_a_fresh_database(place: Place) -> None:
    assert not any(run_example(place, "installation.tick").values())


def test_the_demonstration_makes_its_own_database(tmp_path: Path) -> None:
    place = local_place(Settings(), str(tmp_path / "untouched.db"))
    folder = tmp_path / "demonstration"
    done = run_example(place, "installation.demonstrate", {"folder": str(folder)})
    assert (done["incidents"], done["ledger_ok"]) == (40, True)
    assert not (tmp_path / "untouched.db").exists()
