from __future__ import annotations

import pytest

from governance.gate.vector import RobustnessVector
from governance.store.store import Store


@pytest.fixture
def ready(set_up_sqlite_store: Store) -> Store:
    """A store with ontology and default policy."""
    return set_up_sqlite_store


@pytest.fixture
def strong() -> RobustnessVector:
    """A vector that reaches T5 under the default policy at the first attempt."""
    return RobustnessVector(
        cc=0.96, er=0.95, as_=0.93, ih=0.92, n_cc=500, n_er=500, n_as=500, n_ih=500
    )
