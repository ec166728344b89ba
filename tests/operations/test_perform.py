from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from governance.identity.grants import administrators
from governance.identity.local import local_user
from governance.identity.tokens import revoke_token
from governance.kernel.errors import ConflictError, ForbiddenError, StorageError
from governance.kernel.settings import Settings
from governance.operations import authority, incidents, people, people_principals, people_proposals
from governance.operations.authentication import caller_at
from governance.operations.caller import EVERYTHING, Caller, local_reader
from governance.operations.catalogue import operations
from governance.operations.people import RoleOf
from governance.operations.people_principals import NewPrincipal
from governance.operations.perform import perform
from governance.operations.permit import require_permission
from governance.operations.place import Place, local_place, place_of
from governance.operations.requests import LocalPath, Nothing
from governance.operations.work import Advance, Ears
from governance.store.incidents import Incident
from governance.store.ledger_query import last_events
from governance.store.store import Store
from tests.operations.conftest import enrol

ADMINISTRATOR = "administrator"


def test_the_event_says_who_asked_by_what_proof_and_what_was_claimed(place: Place) -> None:
    ada = replace(enrol(place, "ada"), claimed="the queen")
    perform(place, ada, people.grant_role, RoleOf(actor=_local(place), role="agent"))
    with place.store.read() as session:
        event = last_events(session, kind="role.granted", subject=None, last=1)[0]
    assert (event.actor, event.actor_id, event.via) == ("ada", ada.principal, ada.via)
    assert event.claimed == "the queen"
    assert place.store.actor != "ada"


def test_who_is_made_up_may_nothing_whatever_they_say(place: Place) -> None:
    for one in (
        Caller("made-up", "ada", EVERYTHING, "token:0123456789abcdef"),
        Caller("made-up", "ada", EVERYTHING),
        Caller(None, "ada", EVERYTHING),
        local_reader(),
    ):
        with pytest.raises(ForbiddenError):
            perform(place, one, people.list_roles, Nothing())
        with pytest.raises(ForbiddenError):
            perform(place, one, people.grant_role, RoleOf(actor="x", role="auditor"))
        with pytest.raises(ForbiddenError):
            perform(place, one, authority.check, Nothing())


def test_a_caller_without_the_permission_is_refused_before_anything_is_opened() -> None:
    place = local_place(Settings(), "/nowhere/at/all.db")
    nobody = Caller(None, "nobody", frozenset())
    with pytest.raises(ForbiddenError, match=r"administrator, which roles\.grant"):
        perform(place, nobody, people.grant_role, RoleOf(actor="x", role="auditor"))
    with pytest.raises(ForbiddenError):
        perform(place, nobody, people.list_roles, Nothing())


def test_who_is_no_principal_is_told_of_nothing_that_cannot_be_done(place: Place) -> None:
    with pytest.raises(ForbiddenError) as caught:
        require_permission(operations()["agents.register"], Caller(None, "local:x", frozenset()))
    assert (caught.value.remedy, caught.value.hint) == (
        None,
        "show the token of a principal that holds it",
    )
    with pytest.raises(ForbiddenError) as caught:
        require_permission(operations()["agents.register"], enrol(place, "ada", ("reader",)))
    assert caught.value.remedy == "roles.grant ada operator"


def test_what_was_taken_since_the_caller_was_known_is_gone(place: Place) -> None:
    ada = enrol(place, "ada")
    assert perform(place, ada, people.list_roles, Nothing())
    with place.store.write() as transaction:
        revoke_token(transaction, ada.via.removeprefix("token:"))
    for handler, asked in (
        (people.list_roles, Nothing()),
        (people.grant_role, RoleOf(actor="ada", role="agent")),
        (authority.check, Nothing()),
    ):
        with pytest.raises(ForbiddenError):
            perform(place, ada, handler, asked)


def test_what_is_taken_while_long_work_runs_is_gone_for_the_rest_of_it(
    place: Place, tmp_path: Path
) -> None:
    (tmp_path / "own.jsonl").write_text('{"id": "1", "title": "t", "description": "A prompt."}\n')
    ada = enrol(place, "ada")

    @contextmanager
    def revoke(description: str, total: int | None) -> Iterator[Advance]:
        if description == "storing":
            with place.store.write() as transaction:
                revoke_token(transaction, ada.via.removeprefix("token:"))
        yield lambda _=1: None

    order = incidents.ImportOrder(source=LocalPath(str(tmp_path / "own.jsonl")))
    with pytest.raises(ForbiddenError, match="compliance"):
        perform(place, ada, incidents.import_incidents, order, ears=Ears(progress=revoke))
    with place.store.read() as session:
        assert session.scalars(select(Incident)).all() == []


@pytest.mark.parametrize("taking", ["disable", "revoke"])
def test_of_two_administrators_who_take_it_from_each_other_at_once_one_stays(
    store: Store, taking: str
) -> None:
    place = place_of(store, Settings())
    names = ("ada", "bea")
    callers = [enrol(place, name, ("administrator",)) for name in names]
    perform(place, callers[0], people.revoke_role, RoleOf(actor=_local(place), role=ADMINISTRATOR))
    together = threading.Barrier(len(names))

    def take(caller: Caller, other: str) -> None:
        together.wait()
        with suppress(ConflictError, ForbiddenError):
            if taking == "disable":
                request = people_principals.PrincipalNamed(name=other)
                perform(place, caller, people_principals.disable, request)
            else:
                perform(place, caller, people.revoke_role, RoleOf(actor=other, role=ADMINISTRATOR))

    pairs = zip(callers, reversed(names), strict=True)
    threads = [threading.Thread(target=take, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as session:
        assert len(administrators(session)) == 1


def test_a_missing_database_is_a_storage_error() -> None:
    place = local_place(Settings(), "/nowhere/at/all.db")
    with pytest.raises(StorageError, match="no such database"):
        perform(place, local_reader(), people.list_roles, Nothing())


def test_a_handler_that_no_row_names_is_refused(place: Place) -> None:
    with pytest.raises(ValueError, match="no operation names"):
        perform(place, enrol(place), people_proposals._decide, None)  # type: ignore[arg-type]


def test_threads_share_transactions_and_each_acts_as_itself(store: Store) -> None:
    shared = place_of(store, Settings(), shared=True)
    ada, eve = enrol(shared, "ada"), enrol(shared, "eve", ["reader"])
    names = [f"person-{number}" for number in range(8)]

    def add(name: str) -> None:
        perform(shared, ada, people_principals.add, NewPrincipal(name=name, roles=("auditor",)))

    threads = [threading.Thread(target=add, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = perform(shared, eve, people.list_roles, Nothing())
    assert {row.actor for row in held if row.granted_by == "ada"} == set(names)
    with pytest.raises(ForbiddenError):
        perform(shared, eve, people.grant_role, RoleOf(actor="eve", role="auditor"))


def test_nothing_of_ours_is_there_to_be_kept_from_anybody(tmp_path: Path) -> None:
    place = local_place(Settings(), str(tmp_path / "none.db"))
    for operation in operations().values():
        caller = caller_at(place, operation)
        require_permission(operation, caller)
        assert (caller.principal, caller.owner) == (None, False)


def test_a_token_proves_nothing_where_there_is_no_database(tmp_path: Path) -> None:
    place = local_place(Settings(), str(tmp_path / "none.db"))
    with pytest.raises(StorageError, match="no such database"):
        caller_at(place, operations()["gate.evaluate"], token="uw_" + "0" * 16 + "_" + "A" * 43)


def _local(place: Place) -> str:
    with place.store.read() as session:
        return local_user(session)
