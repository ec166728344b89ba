"""A database of the version before opens, upgrades and still says what it said.

How the two files were made is said in tests/golden/make_previous.py.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import DateTime, Engine, MetaData, Table, func, select, text

from cli.main import run
from governance.store.engine import make_engine
from governance.store.migrate import upgrade
from governance.store.revision import head_revision, store_state

DATA = Path(__file__).parents[1] / "data"
REVISION = "0020"
EVENTS = 147
UNGUARDED = ("backup", "compliance", "downgrade", "restore", "rotate_keys", "trust")
STANDING = {
    "bot": "active", "buyer": "active", "clerk": "active", "intern": "retired", "late": "active",
    "scout": "active", "y": "active", "z": "active",
}  # fmt: skip
Call = Callable[..., Any]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def previous(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """The database of the version before, as it was."""
    engine = make_engine(request.getfixturevalue(f"{request.param}_url"))
    if request.param == "sqlite":
        dump = gzip.decompress((DATA / "previous.sql.gz").read_bytes()).decode()
        with closing(sqlite3.connect(str(engine.url.database))) as connection:
            connection.executescript(dump)
    else:
        upgrade(engine, REVISION)
        _fill(engine)
    yield engine
    engine.dispose()


def _fill(engine: Engine) -> None:
    """Insert the rows of the backup by the tables as they were, whatever they have become."""
    tables = MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        connection.execute(tables.tables["ledger_head"].delete())
        for line in gzip.decompress((DATA / "previous.backup").read_bytes()).splitlines():
            entry = json.loads(line)
            if "table" in entry:
                table = tables.tables[entry["table"]]
                connection.execute(table.insert(), _row(table, entry["row"]))


def _row(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    times = {column.name for column in table.columns if isinstance(column.type, DateTime)}
    return {
        name: datetime.fromisoformat(value) if value and name in times else value
        for name, value in row.items()
    }


@pytest.fixture
def call(previous: Engine, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command on the database and return the JSON that it prints."""
    url = previous.url.render_as_string(hide_password=False)

    def run_json(*arguments: str) -> Any:
        capsys.readouterr()
        assert run([*arguments, "--db", url, "--json"]) == 0, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    return run_json


def _upgraded(call: Call, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Upgrade as the database's owner, who lets `tester` act, whose roles have moved over."""
    moved = call("db", "upgrade")
    monkeypatch.setenv("UNDERWRITER_TOKEN", call("token", "create", "tester")["token"])
    return moved


def test_it_upgrades_and_says_what_it_said(
    previous: Engine, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store_state(previous).revision == REVISION
    moved = _upgraded(call, monkeypatch)
    assert (moved["before"], moved["after"]) == (REVISION, head_revision())
    assert store_state(previous).state == "current"
    verified = call("ledger", "verify")
    assert (verified["ok"], verified["events"]) == (True, EVENTS + 1)  # the token of `tester`
    agents = {row["agent"]: row for row in call("agent", "list")}
    assert {name: row["status"] for name, row in agents.items()} == STANDING
    assert agents["buyer"]["certificate"]["envelope"]["signatures"]
    shown = call("authorize", "show", "buyer")
    assert shown["agent"] == "buyer"
    assert len(shown["reservations"]) == 2
    assert call("authorize", "check")["ok"]
    assert {row["state"] for row in call("contract", "list")} == {"cancelled", "settled", "expired"}
    assert call("incidents", "show", "own:7")["loss_events"][0]["amount"] == 125_000
    assert {row["reviewer_id"] for row in call("incidents", "list", "--reviewed")} == {None}
    assert {row["owner_id"] for row in call("control", "list")} == {None}
    out = tmp_path / "overview.json"
    call("report", "build", "overview", "--format", "json", "--out", str(out))
    assert json.loads(out.read_text("utf-8"))["coverage"]["verified"] > 0
    decided = call("proposal", "list")
    assert {(row["fresh"], row["state_digest"]) for row in decided} == {(False, None)}
    kept = tmp_path / "after.backup"
    assert call("db", "backup", "--out", str(kept))["revision"] == head_revision()


def test_those_who_acted_are_principals_with_the_roles_that_they_held(
    previous: Engine, call: Call
) -> None:
    call("db", "upgrade")
    people = {row["name"]: row for row in call("principal", "list")}
    assert {row["kind"] for row in people.values()} == {"person"}
    assert {name for name, row in people.items() if row["local_user"] == name} == set(people)
    held = {"administrator", "policy_owner", "operator", "auditor"}
    assert held < set(people["tester"]["roles"]) == held | set(UNGUARDED)
    found = {(row["actor"], row["role"]): row["granted_by"] for row in call("role", "list")}
    assert found["tester", "backup"] == "migration"


def test_what_was_stored_may_be_written_on(
    previous: Engine, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    _upgraded(call, monkeypatch)
    assert call("agent", "register", "newcomer")["tier"] == 0
    assert call("tick")["agents_watched"] > 0
    assert call("ledger", "verify")["ok"]
    with previous.connect() as connection:
        newest = connection.execute(text("SELECT max(sequence) FROM ledger_event")).scalar_one()
    assert newest > EVENTS


def test_who_registered_and_what_was_ever_declared_come_from_the_ledger(
    previous: Engine, call: Call
) -> None:
    call("db", "upgrade")
    tables = MetaData()
    tables.reflect(previous)
    agent, event = tables.tables["agent"], tables.tables["ledger_event"]
    with previous.connect() as connection:
        agents = connection.execute(select(agent)).all()
        kept = {tuple(row) for row in connection.execute(select(tables.tables["agent_digest"]))}
        events = connection.execute(
            select(event.c.subject, event.c.kind, event.c.actor, event.c.payload).where(
                event.c.kind.in_(("agent.registered", "agent.changed"))
            )
        ).all()
        people = connection.execute(select(tables.tables["principal"])).all()
    ids = {row.name: row.id for row in people}
    registered = {row.subject: ids[row.actor] for row in events if row.kind == "agent.registered"}
    assert {row.id: row.registered_by for row in agents} == registered
    assert {row.matches for row in agents} == {None}
    declared = {
        (row.subject, part, digest)
        for row in events
        for part, digest in json.loads(row.payload)["digests"].items()
    }
    assert kept == declared
    assert kept >= {(row.id, *item) for row in agents for item in row.digests.items()}
    assert kept


def test_every_row_is_there(previous: Engine) -> None:
    """The dump and the backup are of one database."""
    lines = gzip.decompress((DATA / "previous.backup").read_bytes()).splitlines()
    tables = MetaData()
    tables.reflect(previous)
    with previous.connect() as connection:
        found = sum(
            connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in tables.tables.items()
            if name != "alembic_version"
        )
    assert found == json.loads(lines[-1])["rows"]


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_the_backup_restores_where_it_was_made_and_is_named_elsewhere(
    kind: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    code = run(["db", "restore", str(DATA / "previous.backup"), "--db", url])
    if head_revision() == REVISION:
        assert code == 0
        assert run(["ledger", "verify", "--db", url]) == 0
    else:
        assert code == 2
        assert f"is of revision {REVISION}" in capsys.readouterr().err
