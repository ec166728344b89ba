from __future__ import annotations

import pytest
from sqlalchemy import select

from governance.gate.vector import RobustnessVector
from governance.incidents.importing import import_records
from governance.incidents.intake import IncidentRecord, ReadResult
from governance.registry.agents import find_agent
from governance.registry.incident_effects import Severity, link_incident
from governance.store.incidents import Incident
from governance.store.store import Store
from tests.registry.renaming import Happened


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


@pytest.fixture
def happened(ready: Store) -> Happened:
    """Links another incident to an agent each time: of high severity it freezes."""
    records = tuple(
        IncidentRecord(source="own", source_id=str(number), title=f"It paid bill {number}")
        for number in range(5)
    )
    import_records(ready, ReadResult("own", "plain", records, (), 0))
    numbers = iter(range(5))

    def link(name: str, severity: Severity = "high") -> None:
        with ready.write() as transaction:
            session = transaction.session
            number = str(next(numbers))
            found = session.scalars(select(Incident).where(Incident.source_id == number)).one()
            agent = find_agent(session, name)
            link_incident(transaction, found, agent, severity, "it happened")

    return link
