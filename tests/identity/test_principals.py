from __future__ import annotations

import pytest

from governance.identity import first
from governance.identity.grants import (
    administrators,
    grant_role,
    list_grants,
    revoke_role,
    roles_of,
)
from governance.identity.local import local_user
from governance.identity.principals import (
    add_principal,
    disable_principal,
    enable_principal,
    find_principal,
    list_principals,
)
from governance.identity.roles import ALL_BUT_AGENT, ROLES, permissions_of
from governance.kernel.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from governance.store.ledger_query import last_events
from governance.store.store import Store
from tests.identity.conftest import acting


def test_whoever_sets_up_is_a_person_with_every_role_but_agent(store: Store) -> None:
    with store.read() as session:
        (only,) = list_principals(session)
        assert only.name == only.local_user == local_user(session)
        assert roles_of(session, only.id) == set(ROLES) - {"agent"} == set(ALL_BUT_AGENT)
        event = last_events(session, kind="principal.added", last=1)[0]
    assert (event.actor, event.via, event.subject) == ("init", "local", only.id)
    assert event.data["roles"] == sorted(ALL_BUT_AGENT)


@pytest.mark.parametrize("user", ["local", "init", "deadbeef", "issuer:x"])
def test_a_user_whose_name_no_principal_may_have_can_set_up(
    store: Store, monkeypatch: pytest.MonkeyPatch, user: str
) -> None:
    monkeypatch.setattr(first, "local_user", lambda _: user)
    monkeypatch.setattr(first, "count_principals", lambda _: 0)
    with store.write() as transaction:
        added = first.add_first_principal(transaction)
        assert added is not None
        assert (added.name, added.local_user) == (f"user {user}", user)


def test_adding_again_adds_roles_and_another_kind_is_refused(store: Store) -> None:
    with store.write() as transaction:
        ada = add_principal(transaction, "ada", "person", ["auditor"])
        again = add_principal(transaction, "ada", "person", ["auditor", "operator"])
        assert again is ada
        assert roles_of(transaction.session, ada.id) == {"auditor", "operator"}
        with pytest.raises(ConflictError, match="kind person"):
            add_principal(transaction, "ada", "service")


@pytest.mark.parametrize(
    ("name", "kind", "roles"),
    [
        ("", "person", ()),
        (" ada", "person", ()),
        ("a\nb", "person", ()),
        ("local:root", "person", ()),
        ("unauthenticated", "service", ()),
        ("Unauthenticated", "service", ()),
        ("INIT", "person", ()),
        ("Local:root", "person", ()),
        ("l\u043ecal:root", "person", ()),
        ("local\uff1aroot", "person", ()),
        ("issuer:https://login.example", "person", ()),
        ("token:0123456789abcdef", "person", ()),
        ("session:1", "person", ()),
        ("uw_0123456789abcdef_" + "a" * 43, "person", ()),
        ("evil\u202egro", "person", ()),
        ("a\u2028b", "person", ()),
        ("a\x9b31mb", "person", ()),
        ("ada", "robot", ()),
        ("ada", "person", ("emperor",)),
        ("bot", "agent", ("operator",)),
    ],
)
def test_what_is_no_principal_is_refused(
    store: Store, name: str, kind: str, roles: tuple[str, ...]
) -> None:
    with pytest.raises(InputError), store.write() as transaction:
        add_principal(transaction, name, kind, roles)
    with store.read() as session:
        assert len(list_principals(session)) == 1


@pytest.mark.parametrize(
    "name",
    [
        "Jos\u00e9",
        "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",
        "\u674e\u00a0\u660e",
        "initial",
        "uwe",
    ],
)
def test_people_are_called_as_their_scripts_write_them(store: Store, name: str) -> None:
    with store.write() as transaction:
        assert add_principal(transaction, name, "person").name == name


def test_an_agent_holds_the_role_agent_alone_and_reads_nothing(store: Store) -> None:
    with store.write() as transaction:
        bot = add_principal(transaction, "bot", "agent")
        assert roles_of(transaction.session, bot.id) == {"agent"}
        with pytest.raises(InputError, match="no other"):
            grant_role(transaction, bot, "operator")
    assert permissions_of({"agent"}) == {"agent"}
    assert permissions_of({"treasurer"}) == {"treasurer", "reader"}
    assert permissions_of(()) == frozenset()


def test_nobody_gives_roles_to_themselves_and_not_by_the_local_name_either(store: Store) -> None:
    with store.write() as transaction:
        add_principal(transaction, "ada", "person", ["administrator"])
    with acting(store, "ada") as transaction:
        ada = find_principal(transaction.session, "ada")
        with pytest.raises(ForbiddenError, match="themselves"):
            grant_role(transaction, ada, "policy_owner")
        with pytest.raises(ForbiddenError, match="themselves"):
            add_principal(transaction, "ada", "person", ["treasurer"])
        assert not grant_role(transaction, ada, "administrator")
    with store.read() as session:
        user = local_user(session)
    nameless = store.acting_as(f"local:{user}")
    with nameless.write() as transaction, pytest.raises(ForbiddenError, match="themselves"):
        grant_role(transaction, find_principal(transaction.session, user), "agent")


def test_the_last_active_administrator_stays(store: Store) -> None:
    with store.write() as transaction:
        session = transaction.session
        (first,) = list_principals(session)
        for attempt in (
            lambda: revoke_role(transaction, first, "administrator"),
            lambda: disable_principal(transaction, first),
        ):
            with pytest.raises(ConflictError, match="last administrator"):
                attempt()
        ada = add_principal(transaction, "ada", "person", ["administrator"])
        assert disable_principal(transaction, ada)
        assert not disable_principal(transaction, ada)
        assert administrators(session) == {first.id}
        with pytest.raises(ConflictError, match="last administrator"):
            revoke_role(transaction, first, "administrator")
        assert enable_principal(transaction, ada)
        assert not enable_principal(transaction, ada)
        revoke_role(transaction, first, "administrator")
        assert administrators(session) == {ada.id}
        with pytest.raises(InputError, match="is no administrator"):
            revoke_role(transaction, first, "administrator")


def test_grants_say_who_gave_them(store: Store) -> None:
    with store.write() as transaction:
        add_principal(transaction, "ada", "person", ["administrator"])
        bea = add_principal(transaction, "bea", "person")
    with acting(store, "ada") as transaction:
        assert grant_role(transaction, find_principal(transaction.session, bea.id), "auditor")
        (grant,) = list_grants(transaction.session, bea.id)
        ada = find_principal(transaction.session, "ada")
    assert (grant.actor, grant.role, grant.granted_by) == ("bea", "auditor", "ada")
    assert grant.granted_by_id == ada.id


def test_who_is_not_there_is_named(store: Store) -> None:
    with store.read() as session, pytest.raises(NotFoundError, match="'eve'"):
        find_principal(session, "eve")
