"""A connection to an initialised store of either kind, and agents that may spend."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from governance.api.connection import Connection
from governance.kernel.settings import Settings
from governance.operations.place import place_of
from governance.store.store import Store


@pytest.fixture
def connection(set_up_store: Store) -> Iterator[Connection]:
    with Connection.at(place_of(set_up_store, Settings(), shared=True)) as opened:
        yield opened


@pytest.fixture
def ready(connection: Connection) -> Connection:
    """The connection to a store in which `buyer` stands at T4 with 1,000.00 USD."""
    connection.agents.register(name="buyer")
    scores = {"cc": 0.89, "er": 0.89, "as_": 0.89, "ih": 0.92}
    assert connection.agents.certify(agent="buyer", **scores, basis="point").tier == 4
    return connection


def token_for(connection: Connection, name: str, *roles: str) -> str:
    """Return a token of a person with these roles."""
    connection.principals.add(name=name, roles=roles)
    return connection.tokens.create(name=name).token
