"""A place with an initialised store, somebody who asks, and the examples of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from governance.identity.principals import add_new
from governance.identity.tokens import create_token
from governance.kernel.settings import Settings
from governance.operations.authentication import by_token
from governance.operations.caller import EVERYTHING, Caller
from governance.operations.perform import perform
from governance.operations.place import Place, place_of
from governance.store.principals import Principal
from governance.store.store import Store

Ask = Callable[..., Any]
ROLES = tuple(sorted(EVERYTHING - {"agent"}))


def enrol(place: Place, name: str = "tester", roles: Sequence[str] = ROLES) -> Caller:
    """Return somebody with these roles as a token of theirs proves it; added where not there."""
    with place.store.write() as transaction:
        session = transaction.session
        kind = "agent" if set(roles) == {"agent"} else "person"
        known = session.scalar(select(Principal).where(Principal.name == name))
        principal = known or add_new(transaction, name, kind, roles=roles)
        text = create_token(transaction, principal).text
    return by_token(place, text)


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
    """Performs a handler's operation, as `tester` unless somebody else is named."""

    known: dict[str, Caller] = {}

    def asked(handler: Callable[..., Any], request: Any, *, actor: str = "tester") -> Any:
        if actor not in known:
            known[actor] = enrol(place, actor)
        return perform(place, known[actor], handler, request)

    return asked
