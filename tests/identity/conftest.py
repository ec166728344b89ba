"""A store that was set up, in which `ada` acts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from governance.identity.principals import find_principal
from governance.store.ledger import Proof
from governance.store.store import Store, Transaction


@pytest.fixture
def store(set_up_store: Store) -> Store:
    """A store of either kind with the first principal."""
    return set_up_store


@contextmanager
def acting(store: Store, name: str) -> Iterator[Transaction]:
    """Yield a transaction in which a principal acts."""
    with store.read() as session:
        principal = find_principal(session, name)
        proof = Proof(principal.id, "token:0123456789abcdef")
    with store.acting_as(name, proof).write() as transaction:
        yield transaction
