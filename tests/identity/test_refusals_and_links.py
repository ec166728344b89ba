from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from governance.identity.external import identities_of, link_external, sign_in
from governance.identity.grants import administrators, grant_role, roles_of
from governance.identity.links import PATH, create_link, use_link
from governance.identity.principals import add_principal, disable_principal, find_principal
from governance.identity.refusals import KEPT, count_refusal
from governance.identity.secrets import hash_of
from governance.kernel.clock import FixedClock
from governance.kernel.errors import ConflictError, InputError, StorageError, UnauthenticatedError
from governance.store.ledger_query import last_events
from governance.store.principals import RefusalCount
from governance.store.store import Store

ISSUER = "https://login.example"


def test_guessing_fills_no_ledger(store: Store, clock: FixedClock) -> None:
    guess = UnauthenticatedError("no", reason="unknown")
    for _ in range(50):
        count_refusal(store, guess)
    count_refusal(store, UnauthenticatedError("no", reason="expired", subject="a" * 16))
    clock.advance(1 / 24)
    count_refusal(store, guess)
    with store.read() as session:
        events = last_events(session, kind="credential.refused")
        counts = session.scalars(select(RefusalCount.count).order_by(RefusalCount.hour)).all()
    assert [event.data for event in events] == [
        {"reason": "unknown", "before": 0},
        {"reason": "expired", "before": 0},
        {"reason": "unknown", "before": 50},
    ]
    assert sorted(counts) == [1, 1, 50]
    assert {event.actor for event in events} == {"unauthenticated"}


def test_old_counts_go(store: Store, clock: FixedClock) -> None:
    count_refusal(store, UnauthenticatedError("no", reason="unknown"))
    clock.advance(KEPT.days + 1)
    count_refusal(store, UnauthenticatedError("no", reason="malformed"))
    with store.read() as session:
        assert session.scalars(select(RefusalCount.reason)).all() == ["malformed"]


def test_a_refusal_stands_where_it_cannot_be_counted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StorageError("the database is read-only")

    monkeypatch.setattr(Store, "write", fail)
    count_refusal(store, UnauthenticatedError("no", reason="unknown"))


def test_the_secret_of_a_link_is_stored_nowhere(store: Store) -> None:
    with store.write() as transaction:
        link = create_link(transaction, add_principal(transaction, "ada", "person"))
    secret = link.path.removeprefix(PATH)
    with store.engine.connect() as connection:
        rows = [str(row) for row in connection.execute(text("SELECT * FROM sign_in_link"))]
        rows += [str(row) for row in connection.execute(text("SELECT * FROM ledger_event"))]
    assert not any(secret in row for row in rows)
    assert any(hash_of(secret) in row for row in rows)


def test_a_link_signs_in_once_and_for_ten_minutes(store: Store, clock: FixedClock) -> None:
    with store.write() as transaction:
        ada = add_principal(transaction, "ada", "person", ["auditor"])
        first, second, third = (create_link(transaction, ada) for _ in range(3))
        assert first.path.startswith("/sign-in/")
        assert first.expires == clock.now() + timedelta(minutes=10)
        assert use_link(transaction, first.path).id == ada.id
        for path in (first.path, "/sign-in/nothing", ""):
            with pytest.raises(UnauthenticatedError, match="not valid any more"):
                use_link(transaction, path)
    with store.write() as transaction:
        disable_principal(transaction, find_principal(transaction.session, "ada"))
        with pytest.raises(UnauthenticatedError, match="disabled"):
            use_link(transaction, third.path)
        with pytest.raises(ConflictError, match="disabled"):
            create_link(transaction, find_principal(transaction.session, "ada"))
    clock.advance(1 / 144)
    with store.write() as transaction, pytest.raises(UnauthenticatedError) as caught:
        use_link(transaction, second.path)
    assert caught.value.reason == "expired"


def test_a_subject_of_an_issuer_becomes_a_principal_with_the_roles_of_its_groups(
    store: Store,
) -> None:
    with store.write() as transaction:
        session = transaction.session
        first = sign_in(
            transaction, ISSUER, "17", name="ada", kind="person", roles=["auditor", "operator"]
        )
        assert first.permissions == {"auditor", "operator", "reader"}
        assert first.via == f"issuer:{ISSUER}"
        ada = find_principal(session, "ada")
        grant_role(transaction, ada, "treasurer")
        later = sign_in(transaction, ISSUER, "17", name="renamed", kind="person", roles=["auditor"])
        assert later.principal == first.principal
        assert roles_of(session, ada.id) == {"auditor", "treasurer"}
        assert identities_of(session, ada.id) == [f"{ISSUER} 17"]
        mapped = last_events(session, kind="role.mapped")
    assert [event.data["lost"] for event in mapped] == [[], ["operator"]]


def test_a_name_that_is_taken_is_not_taken_over(store: Store) -> None:
    with store.write() as transaction:
        ada = add_principal(transaction, "ada", "person", ["policy_owner"])
        with pytest.raises(ConflictError):
            sign_in(transaction, ISSUER, "18", name="ada", kind="person", roles=[])
        link_external(transaction, ada, ISSUER, "18")
        with pytest.raises(ConflictError, match="linked"):
            link_external(transaction, ada, ISSUER, "18")
        found = sign_in(transaction, ISSUER, "18", name="ada", kind="person", roles=[])
        assert "policy_owner" in found.permissions
        with pytest.raises(InputError, match="no role"):
            sign_in(transaction, ISSUER, "18", name="ada", kind="person", roles=["emperor"])
        disable_principal(transaction, ada)
        with pytest.raises(UnauthenticatedError):
            sign_in(transaction, ISSUER, "18", name="ada", kind="person", roles=[])


def test_a_mapping_gives_an_agent_no_roles_whatever_kind_it_says(store: Store) -> None:
    with store.write() as transaction:
        bot = add_principal(transaction, "bot", "agent")
        link_external(transaction, bot, ISSUER, "19")
        found = sign_in(transaction, ISSUER, "19", name="x", kind="person", roles=["auditor"])
        assert found.permissions == {"agent"}
        assert roles_of(transaction.session, bot.id) == {"agent"}


def test_a_mapping_that_is_gone_leaves_the_last_administrator(store: Store) -> None:
    both = ("administrator", "auditor")
    with store.write() as transaction:
        found = sign_in(transaction, ISSUER, "20", name="ada", kind="person", roles=both)
        session = transaction.session
        for one in administrators(session) - {found.principal}:
            disable_principal(transaction, find_principal(session, one))
        sign_in(transaction, ISSUER, "20", name="ada", kind="person", roles=[])
        assert roles_of(session, str(found.principal)) == {"administrator"}
        add_principal(transaction, "bea", "person", ["administrator"])
        sign_in(transaction, ISSUER, "20", name="ada", kind="person", roles=[])
        assert roles_of(session, str(found.principal)) == set()
