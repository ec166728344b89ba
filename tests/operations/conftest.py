"""A place with an initialised store, somebody who asks, and the examples of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest

from governance.kernel.settings import Settings
from governance.operations.caller import Caller, Permission
from governance.operations.perform import perform
from governance.operations.place import Place, place_of
from governance.store.store import Store

EVERYTHING = frozenset(get_args(Permission))
Ask = Callable[..., Any]


def somebody(name: str = "tester") -> Caller:
    return Caller(f"local:{name}", name, EVERYTHING)


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

    def asked(handler: Callable[..., Any], request: Any, *, actor: str = "tester") -> Any:
        return perform(place, somebody(actor), handler, request)

    return asked
