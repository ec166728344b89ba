from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from governance.kernel.errors import ForbiddenError, StorageError
from governance.kernel.settings import Settings
from governance.operations import people
from governance.operations.people import RoleOf
from governance.operations.perform import perform
from governance.operations.place import Place, local_place, place_of
from governance.operations.requests import Nothing
from governance.store.ledger_query import last_events
from governance.store.store import Store
from tests.operations.conftest import somebody


def test_the_event_says_who_asked_not_whose_store_it_is(place: Place) -> None:
    perform(place, somebody("ada"), people.grant_role, RoleOf(actor="ada", role="administrator"))
    with place.store.read() as session:
        event = last_events(session, kind="role.granted", subject=None, last=1)[0]
    assert event.actor == "ada"


def test_a_caller_without_the_permission_is_refused_before_anything_is_opened() -> None:
    place = local_place(Settings(), "/nowhere/at/all.db")
    nobody = replace(somebody(), permissions=frozenset())
    with pytest.raises(ForbiddenError, match=r"administrator for roles\.grant"):
        perform(place, nobody, people.grant_role, RoleOf(actor="x", role="auditor"))
    with pytest.raises(ForbiddenError):
        perform(place, nobody, people.list_roles, Nothing())


def test_a_missing_database_is_a_storage_error() -> None:
    place = local_place(Settings(), "/nowhere/at/all.db")
    with pytest.raises(StorageError, match="no such database"):
        perform(place, somebody(), people.list_roles, Nothing())


def test_a_handler_that_no_row_names_is_refused(place: Place) -> None:
    with pytest.raises(ValueError, match="no operation names"):
        perform(place, somebody(), people._decide, None)  # type: ignore[arg-type]


def test_threads_share_transactions_and_each_acts_as_itself(store: Store, place: Place) -> None:
    shared = place_of(store, Settings(), shared=True)
    perform(shared, somebody("ada"), people.grant_role, RoleOf(actor="ada", role="administrator"))
    names = [f"person-{number}" for number in range(8)]

    def grant(name: str) -> None:
        perform(shared, somebody("ada"), people.grant_role, RoleOf(actor=name, role="auditor"))

    threads = [threading.Thread(target=grant, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = perform(shared, somebody("ada"), people.list_roles, Nothing())
    assert {row.actor for row in held} == {"ada", *names}
    with pytest.raises(ForbiddenError):
        perform(shared, somebody("eve"), people.grant_role, RoleOf(actor="eve", role="auditor"))
