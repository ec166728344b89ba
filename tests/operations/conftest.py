"""A place with an initialised store, somebody who asks, and the examples of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from governance.identity.principals import add_new
from governance.identity.tokens import create_token
from governance.kernel.settings import Settings
from governance.operations.authentication import by_token
from governance.operations.caller import EVERYTHING, Caller, local_reader
from governance.operations.perform import perform
from governance.operations.place import Place, place_of
from governance.store.principals import Principal
from governance.store.store import Store

Ask = Callable[..., Any]
ROLES = tuple(sorted(EVERYTHING - {"agent"}))
STRANGER = "mallory"  # reads, and nothing else


def enrol(place: Place, name: str = "tester", roles: Sequence[str] = ROLES) -> Caller:
    """Return somebody with these roles as a token of theirs proves it; added where not there."""
    known: dict[tuple[str, ...], Caller] = place.__dict__.setdefault("enrolled", {})
    key = (name, *roles)
    if key not in known:
        known[key] = _enrolled(place, name, roles)
    return known[key]


def _enrolled(place: Place, name: str, roles: Sequence[str]) -> Caller:
    with place.store.write() as transaction:
        session = transaction.session
        kind = "agent" if set(roles) == {"agent"} else "person"
        known = session.scalar(select(Principal).where(Principal.name == name))
        principal = known or add_new(transaction, name, kind, roles=roles)
        text = create_token(transaction, principal).text
    return by_token(place, text)


def somebody() -> Caller:
    """Return the local user where there is no database that could know anybody."""
    return replace(local_reader(), permissions=EVERYTHING)


@pytest.fixture
def store(set_up_store: Store) -> Store:
    """A store of either kind with ontology and policy."""
    return set_up_store


@pytest.fixture
def place(store: Store) -> Place:
    """An initialised place on either database."""
    return place_of(store, Settings())


@pytest.fixture
def ask(place: Place) -> Ask:
    """Performs a handler's operation, as `tester` unless somebody else is named.

    Everybody holds every role but `mallory`.
    """

    def asked(handler: Callable[..., Any], request: Any, *, actor: str = "tester") -> Any:
        roles = ("reader",) if actor == STRANGER else ROLES
        return perform(place, enrol(place, actor, roles), handler, request)

    return asked
