from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from governance.identity import local
from governance.identity.authenticate import Identity, by_local_user, by_token
from governance.identity.grants import grant_role, revoke_role
from governance.identity.principals import (
    add_principal,
    disable_principal,
    find_principal,
    list_principals,
)
from governance.identity.recheck import still_stands
from governance.identity.roles import OF_THE_OWNER
from governance.identity.secrets import hash_of, parts_of
from governance.identity.tokens import create_token, keep_last_use, list_tokens, revoke_token
from governance.kernel.clock import FixedClock
from governance.kernel.errors import ConflictError, InputError, NotFoundError, UnauthenticatedError
from governance.registry.agents import register_agent
from governance.store.initialise import initialise
from governance.store.principals import ApiToken
from governance.store.store import Store


def _token(store: Store, name: str = "ada", *roles: str, **more: timedelta) -> str:
    with store.write() as transaction:
        ada = add_principal(transaction, name, "person", ["auditor", "operator"])
        return create_token(transaction, ada, roles=roles, **more).text


def _who(store: Store, token: str) -> Identity:
    with store.read() as session:
        return by_token(session, token, store.clock.now())


def _refused(store: Store, token: str) -> UnauthenticatedError:
    with pytest.raises(UnauthenticatedError) as caught:
        _who(store, token)
    return caught.value


def test_a_token_says_who_holds_it_and_no_more_roles_than_it_was_made_with(store: Store) -> None:
    found = _who(store, _token(store, "ada", "auditor"))
    assert found.name == "ada"
    assert found.permissions == {"auditor", "reader"}
    assert found.via.startswith("token:")
    everything = _who(store, _token(store))
    assert everything.permissions == {"auditor", "operator", "reader"}


def test_the_secret_is_stored_nowhere(store: Store) -> None:
    token = _token(store)
    parts = parts_of(token)
    assert parts is not None
    with store.engine.connect() as connection:
        rows = [str(row) for row in connection.execute(text("SELECT * FROM api_token"))]
        rows += [str(row) for row in connection.execute(text("SELECT * FROM ledger_event"))]
    assert not any(parts[1] in row for row in rows)
    assert any(hash_of(parts[1]) in row for row in rows)


def test_a_guesser_learns_nothing_and_a_holder_what_happened(
    store: Store, clock: FixedClock
) -> None:
    token = _token(store, "ada", term=timedelta(days=1))
    identifier, secret = parts_of(token) or ("", "")
    guesses = [
        "",
        "uw_",
        token[:-1],
        token + "x",
        token.replace(identifier, "0" * 16),
        f"uw_{identifier}_{'A' * 43}",
        "\x00",
        "ü" * 64,
        f"uw_{identifier.upper()}_{secret}",
    ]
    assert {_refused(store, guess).message for guess in guesses} == {"the token is not valid"}
    clock.advance(1)
    refusal = _refused(store, token)
    assert (refusal.message, refusal.reason) == ("the token has expired", "expired")
    assert refusal.subject == identifier


@given(st.text(max_size=80))
def test_no_text_is_mistaken_for_a_token(text: str) -> None:
    found = parts_of(text)
    assert found is None or text == f"uw_{found[0]}_{found[1]}"


def test_what_is_taken_counts_at_once(store: Store) -> None:
    token = _token(store)
    who = _who(store, token)
    now = store.clock.now()
    with store.write() as transaction:
        session = transaction.session
        ada = find_principal(session, "ada")
        assert still_stands(session, who, {"operator"}, now)
        revoke_role(transaction, ada, "operator")
        assert not still_stands(session, who, {"operator"}, now)
        assert still_stands(session, who, {"auditor"}, now)
        disable_principal(transaction, ada)
        assert not still_stands(session, who, {"auditor", "reader"}, now)
    assert _refused(store, token).reason == "disabled"
    with store.write() as transaction:
        revoke_token(transaction, who.via.removeprefix("token:"))
        with pytest.raises(ConflictError, match="already"):
            revoke_token(transaction, who.via.removeprefix("token:"))
        with pytest.raises(NotFoundError):
            revoke_token(transaction, "0" * 16)
    assert _refused(store, token).reason == "revoked"


def test_a_role_given_later_is_not_in_a_token_made_before(store: Store) -> None:
    token = _token(store)
    with store.write() as transaction:
        grant_role(transaction, find_principal(transaction.session, "ada"), "treasurer")
    assert "treasurer" not in _who(store, token).permissions


def test_an_identity_is_what_its_credential_proves_and_not_what_it_says(store: Store) -> None:
    ada, bea = _who(store, _token(store)), _who(store, _token(store, "bea"))
    now = store.clock.now()
    forged = [
        replace(ada, principal=bea.principal),
        replace(ada, via="token:" + "0" * 16),
        replace(ada, via="session:1"),
        replace(ada, via="issuer:x", principal="nobody"),
        replace(ada, via="local"),
        replace(ada, principal=None),
        replace(ada, agent="another"),
    ]
    with store.read() as session:
        assert still_stands(session, ada, {"operator"}, now)
        for one in forged:
            assert not still_stands(session, one, {"operator"}, now), one
        treasurer = replace(ada, permissions=frozenset({"treasurer"}))
        assert not still_stands(session, treasurer, {"treasurer"}, now)


def test_a_token_takes_roles_that_its_owner_holds_and_an_owner_who_is_active(store: Store) -> None:
    _token(store)
    with store.write() as transaction:
        ada = find_principal(transaction.session, "ada")
        with pytest.raises(InputError, match="does not hold treasurer"):
            create_token(transaction, ada, roles=["treasurer"])
        with pytest.raises(InputError, match="is no role"):
            create_token(transaction, ada, roles=["emperor"])
        disable_principal(transaction, ada)
        with pytest.raises(ConflictError, match="disabled"):
            create_token(transaction, ada)


def test_tokens_are_listed_with_their_state_and_the_day_of_their_last_use(
    store: Store, clock: FixedClock
) -> None:
    with store.write() as transaction:
        agent = register_agent(transaction, "bot")
        ada = add_principal(transaction, "ada", "person", ["operator"])
        made = create_token(transaction, ada, agent=agent, term=timedelta(days=2))
    who = _who(store, made.text)
    assert who.agent == agent.id
    keep_last_use(store, who.via)
    keep_last_use(store, who.via)
    with store.read() as session:
        (listed,) = list_tokens(session, clock.now())
        assert (listed.agent, listed.state) == ("bot", "active")
        assert listed.last_used_on == clock.now().date().isoformat()
        assert list_tokens(session, clock.now() + timedelta(days=3))[0].state == "expired"
        assert list_tokens(session, clock.now(), "another") == []
        assert session.get_one(ApiToken, listed.id).secret_hash != made.text


def test_the_local_user_is_the_first_principal_and_owns_the_database(store: Store) -> None:
    now = store.clock.now()
    with store.read() as session:
        found = by_local_user(session)
        (first,) = list_principals(session)
        assert (found.principal, found.via, found.owner) == (first.id, "local", True)
        assert still_stands(session, found, {"operator"}, now)
        stolen = replace(found, principal="another")
        assert not still_stands(session, stolen, {"operator"}, now)


def test_an_owner_without_roles_manages_people_and_reads(store: Store) -> None:
    with store.write() as transaction:
        session = transaction.session
        (first,) = list_principals(session)
        add_principal(transaction, "ada", "person", ["administrator"])
        disable_principal(transaction, first)
    with store.read() as session:
        found = by_local_user(session)
        assert found.principal is None
        assert found.name == f"local:{first.local_user}"
        assert found.permissions == OF_THE_OWNER
        assert still_stands(session, found, {"administrator"}, store.clock.now())
        greedy = replace(found, permissions=frozenset({"operator"}))
        assert not still_stands(session, greedy, {"operator"}, store.clock.now())


def test_the_owner_of_a_database_without_anybody_may_be_the_first_and_no_other_later(
    empty_store: Store,
) -> None:
    initialise(empty_store)
    now = empty_store.clock.now()
    with empty_store.read() as session:
        alone = by_local_user(session)
        assert alone.permissions == OF_THE_OWNER | {"restore"}
        assert still_stands(session, alone, {"restore"}, now)
    with empty_store.write() as transaction:
        add_principal(transaction, "ada", "person", ["administrator"])
    with empty_store.read() as session:
        assert not still_stands(session, alone, {"restore"}, now)
        assert by_local_user(session).permissions == OF_THE_OWNER


def test_a_local_user_who_is_neither_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("authenticate", "recheck"):
        monkeypatch.setattr(f"governance.identity.{module}.owns", lambda _: False)
        monkeypatch.setattr(f"governance.identity.{module}.local_user", lambda _: "eve")
    with store.read() as session:
        with pytest.raises(UnauthenticatedError, match="'eve' is no principal"):
            by_local_user(session)
        owner = Identity(None, "local:eve", OF_THE_OWNER, "local", owner=True)
        assert not still_stands(session, owner, {"reader"}, store.clock.now())


def test_who_owns_a_file_is_told_by_the_file(
    set_up_sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path(str(set_up_sqlite_store.engine.url.database))
    with set_up_sqlite_store.read() as session:
        assert local.owns(session)
        monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
        assert not local.owns(session)


@pytest.mark.postgres
def test_on_postgresql_the_local_user_is_the_sessions_and_no_name_that_a_client_sends(
    set_up_postgres_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGUSER", "somebody")
    monkeypatch.setenv("USER", "somebody")
    with set_up_postgres_store.read() as session:
        user = session.execute(text("SELECT session_user")).scalar_one()
        assert local.local_user(session) == user
        session.execute(text("SET ROLE pg_read_all_data"))
        assert local.local_user(session) == user
        session.rollback()


@pytest.mark.postgres
def test_who_owns_a_database_of_postgresql_is_told_by_the_server_and_no_table_of_that_name(
    set_up_postgres_store: Store,
) -> None:
    with set_up_postgres_store.read() as session:
        session.execute(text("CREATE SCHEMA feigned"))
        for table in ("pg_roles", "pg_database"):
            session.execute(text(f"CREATE TABLE feigned.{table} (LIKE pg_catalog.{table})"))
        session.execute(text("SET search_path = feigned, public, pg_catalog"))
        assert local.owns(session)
        session.rollback()


def test_no_environment_variable_changes_the_local_user(monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd
    import subprocess
    import sys

    code = "from governance.kernel.system import operating_system_user as f; print(f())"
    claimed = {**os.environ, "USER": "eve", "LOGNAME": "eve", "USERNAME": "eve"}
    said = subprocess.run(
        [sys.executable, "-c", code], env=claimed, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == pwd.getpwuid(os.geteuid()).pw_name
