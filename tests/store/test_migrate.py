from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from governance.identity.grants import roles_of
from governance.identity.principals import add_new, disable_principal, list_principals
from governance.kernel.errors import InputError, StorageError
from governance.store import revision as revisions
from governance.store.engine import make_engine
from governance.store.initialise import initialise
from governance.store.migrate import (
    alembic_config,
    downgrade,
    upgrade,
)
from governance.store.revision import known_revisions, require_current, store_state
from governance.store.store import Store
from governance.store.tables import Base


def test_the_migrations_make_what_the_models_say(empty_store: Store) -> None:
    upgrade(empty_store.engine)
    with empty_store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_migration_goes_up_and_down(empty_store: Store) -> None:
    revisions = [
        script.revision
        for script in reversed(list(ScriptDirectory.from_config(alembic_config()).walk_revisions()))
    ]
    tables: list[set[str]] = [set()]
    for revision in revisions:
        upgrade(empty_store.engine, revision)
        tables.append(set(inspect(empty_store.engine).get_table_names()))
    assert tables[-1] == set(Base.metadata.tables) | {"alembic_version"}
    for revision, before in zip(reversed(["base", *revisions[:-1]]), tables[-2::-1], strict=True):
        downgrade(empty_store.engine, revision)
        assert set(inspect(empty_store.engine).get_table_names()) - before <= {"alembic_version"}


def test_who_was_disabled_has_no_role_after_a_way_down_and_up_and_who_is_nobody_is_no_principal(
    set_up_store: Store,
) -> None:
    with set_up_store.write() as transaction:
        add_new(transaction, "ada", "person", roles=["auditor"])
        bob = add_new(transaction, "bob", "person", roles=["policy_owner"])
        disable_principal(transaction, bob)
    for name in ("ada", "bob", "issuer:https://login.example", "local:root", "unauthenticated"):
        with set_up_store.acting_as(name).write() as transaction:
            transaction.record("something.done", "x", {})
    downgrade(set_up_store.engine, "0020")
    upgrade(set_up_store.engine)
    with set_up_store.read() as session:
        held = {row.name: roles_of(session, row.id) for row in list_principals(session)}
    assert any("administrator" in roles for roles in held.values())
    assert held.pop("ada") == {"auditor"}
    assert held.pop("bob") == set()
    assert not held.keys() & {"init", "issuer:https://login.example", "local:root"}
    assert not held.keys() & {"migration", "unauthenticated"}


def test_the_numbers_of_the_files_are_the_revisions_in_their_order() -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    revisions = [script.revision for script in reversed(list(scripts.walk_revisions()))]
    assert list(known_revisions()) == revisions
    assert scripts.get_heads() == [known_revisions()[-1]]


@pytest.mark.parametrize(
    "names",
    [
        (),
        ("readme.txt",),
        ("0002_second.py",),
        ("0001_ours.py", "0001_theirs.py"),
        ("0001_ours.py", "0003_theirs.py"),
    ],
)
def test_migrations_that_are_not_ours_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]
) -> None:
    monkeypatch.setattr(revisions, "migrations_folder", lambda: tmp_path)
    with pytest.raises(StorageError, match="does not hold the program's migrations"):
        known_revisions.__wrapped__()
    (tmp_path / "versions").mkdir()
    for name in names:
        (tmp_path / "versions" / name).touch()
    with pytest.raises(StorageError, match="does not hold the program's migrations"):
        known_revisions.__wrapped__()


def test_migrations_are_found_whatever_the_path_and_the_working_folder_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    folder = Path(str(alembic_config().get_main_option("script_location")))
    assert folder.is_absolute()
    assert (folder / "env.py").is_file()
    assert not folder.is_relative_to(tmp_path)


def test_initialise_twice_changes_nothing(store: Store) -> None:
    assert initialise(store) is False
    assert store_state(store.engine).state == "current"


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "typo.db"
    with pytest.raises(StorageError, match="no such database"):
        require_current(make_engine(str(file)))
    assert not file.exists()


def test_a_foreign_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "foreign.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE customer (id INTEGER)")
    connection.close()
    before = file.read_bytes()
    engine = make_engine(str(file))
    for attempt in (require_current, upgrade):
        with pytest.raises(StorageError, match="not an Underwriter database"):
            attempt(engine)
    engine.dispose()
    assert file.read_bytes() == before


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("these are notes, not a database\n" * 50)
    engine = make_engine(str(file))
    with pytest.raises(StorageError, match="not a sound SQLite database"):
        require_current(engine)
    engine.dispose()


def test_a_newer_database_is_refused(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (require_current, upgrade):
        with pytest.raises(StorageError, match="newer than this program"):
            attempt(store.engine)


def test_an_older_database_asks_for_an_upgrade(store: Store) -> None:
    downgrade(store.engine, "0001")
    with pytest.raises(StorageError) as caught:
        require_current(store.engine)
    assert caught.value.remedy == "database.upgrade"


def test_an_unknown_revision_is_bad_input(store: Store) -> None:
    with pytest.raises(InputError):
        upgrade(store.engine, "nonsense")


def test_a_locked_database_says_so(sqlite_store: Store, sqlite_url: str) -> None:
    other = make_engine(sqlite_url, lock_timeout_seconds=0.05)
    second = Store(other, sqlite_store.clock, "second")
    with (
        sqlite_store.write() as holding,
        pytest.raises(StorageError, match="locked"),
        second.write(),
    ):
        pytest.fail(f"two writers at once, {holding.actor} being the first")
    second.close()
