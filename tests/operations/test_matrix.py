"""Every operation x every role x every door: the verdict is the table's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from cli.door import Door
from governance.identity.grants import roles_of
from governance.identity.principals import add_new, find_principal
from governance.identity.roles import ROLES
from governance.identity.tokens import create_token
from governance.kernel.errors import ForbiddenError
from governance.kernel.settings import Settings
from governance.operations import place as places
from governance.operations.authentication import by_token
from governance.operations.catalogue import Operation, operations
from governance.operations.perform import perform
from governance.operations.place import Place, place_of
from governance.registry.agents import register_agent
from governance.store.store import Store
from tests.operations.test_catalogue import ALLOWED, OWN

Ask = Callable[[Operation, str], Any]
DONE = "done"
READ = {role for role in ROLES if role != "agent"}
AGENT = SimpleNamespace(agent="bot", reservation="none")


def _verdict(operation: Operation, role: str) -> bool:
    """Say who may ask, by the table of `test_catalogue` and not by the catalogue."""
    for roles, names in ALLOWED.items():
        if operation.name in names.split():
            return role in roles.split() or (role == "agent" and OWN.get(operation.name) == "agent")
    return role in READ or (role == "agent" and OWN.get(operation.name) == "agent")


def _stub(operation: Operation) -> Callable[..., str]:
    """Return what stands for the operation and does nothing: the question is who may ask."""

    def handler(work: Any, request: Any) -> str:
        return DONE

    module, _, handler.__name__ = operation.handler.partition(":")
    handler.__module__ = f"governance.operations.{module}"
    return handler


@pytest.fixture
def tokens(store: Store) -> dict[str, str]:
    """A token for each role, of somebody who holds no other; that of ``agent`` is of `bot`."""
    found = {}
    with store.write() as transaction:
        bot = register_agent(transaction, "bot")
        for role in ROLES:
            kind = "agent" if role == "agent" else "person"
            holder = add_new(transaction, f"the {role}", kind, roles=[role])
            bound = bot if role == "agent" else None
            found[role] = create_token(transaction, holder, agent=bound).text
        none = add_new(transaction, "nobody", "person")
        found["no role"] = create_token(transaction, none).text
    return found


def _wrong(ask: Ask) -> list[str]:
    """Return every (operation, role) whose verdict is not the table's."""
    found = []
    for operation in operations().values():
        for role in [*ROLES, "no role"]:
            try:
                allowed = ask(operation, role) == DONE
            except ForbiddenError:
                allowed = False
            if allowed is not _verdict(operation, role):
                found.append(f"{operation.name} as {role}: {allowed}")
    return found


def test_a_program_that_performs(place: Place, tokens: dict[str, str]) -> None:
    callers = {role: by_token(place, token) for role, token in tokens.items()}
    assert _wrong(lambda row, role: perform(place, callers[role], _stub(row), AGENT)) == []


def test_the_command_line(
    store: Store, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(operation: Operation, role: str) -> Any:
        monkeypatch.setenv("UNDERWRITER_TOKEN", tokens[role])
        door: Any = SimpleNamespace(
            ctx=SimpleNamespace(find_root=lambda: SimpleNamespace(obj={}), meta={}),
            db=None,
            fields=_as_it_is,
        )
        return Door.ask(door, _stub(operation), AGENT)

    shared = place_of(store, Settings())
    monkeypatch.setattr(shared, "close", lambda: None)

    def local_place(**_: Any) -> Place:
        shared.__dict__.pop("settings", None)
        shared._settings = Settings()
        return shared

    monkeypatch.setattr(places, "local_place", local_place)
    assert _wrong(ask) == []


@contextmanager
def _as_it_is(options: object = None) -> Iterator[None]:
    yield


def test_the_local_user_has_what_it_holds_and_loses_it_with_the_role(
    store: Store, place: Place
) -> None:
    from governance.identity.grants import revoke_role
    from governance.identity.local import local_user
    from governance.operations.authentication import caller_at

    def ask(operation: Operation) -> bool:
        try:
            return perform(place, caller_at(place, operation), _stub(operation), AGENT) == DONE
        except ForbiddenError:
            return False

    rows = [row for row in operations().values() if row.effect != "pure"]
    assert all(ask(row) for row in rows)
    with store.write() as transaction:
        add_new(transaction, "ada", "person", roles=["administrator"])
        me = find_principal(transaction.session, local_user(transaction.session))
        for role in roles_of(transaction.session, me.id):
            revoke_role(transaction, me, role)
    left = {row.name for row in rows if ask(row)}
    kept = {*ALLOWED["administrator"].split()}
    assert left == kept | {row.name for row in rows if "reader" in row.permissions}
