"""Incidents on agents: what is said of now, is said later of then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from governance.gate.vector import RobustnessVector
from governance.incidents.coding import classify_stored
from governance.incidents.importing import import_records
from governance.incidents.intake import ReadResult
from governance.incidents.links import linked_codings, links_at
from governance.incidents.merging import merge_incidents
from governance.incidents.view import find_incident
from governance.kernel.clock import FixedClock
from governance.registry.agents import find_agent, register_agent
from governance.registry.certifications import certify_agent
from governance.registry.incident_effects import Severity, lift_freeze, link_incident
from governance.registry.risks import all_frequencies
from governance.registry.setup import set_up
from governance.store.past import frozen_agents
from governance.store.store import Store


@pytest.fixture
def linked(
    store: Store, records: Callable[..., ReadResult], word_classifier: Callable[..., Any]
) -> Store:
    """A store with four coded incidents and two certified agents."""
    set_up(store)
    import_records(store, records(4))
    classify_stored(store, word_classifier())
    with store.write() as transaction:
        for name in ("bot", "other"):
            vector = RobustnessVector(cc=0.96, er=0.95, ih=0.92, n_cc=500, n_er=500, n_ih=500)
            certify_agent(transaction, register_agent(transaction, name), vector)
    return store


def _link(store: Store, number: int, agent: str, severity: Severity) -> None:
    with store.write() as transaction:
        session = transaction.session
        incident = find_incident(session, f"bench:B-{number:05d}")
        link_incident(transaction, incident, find_agent(session, agent), severity, "it happened")


def _answers(store: Store, at: Any) -> tuple[Any, ...]:
    with store.read() as session:
        return (
            [row.id for row in links_at(session, at)],
            {name: row.id for name, row in frozen_agents(session, at or store.clock.now()).items()},
            linked_codings(session, at),
        )


def test_links_freezes_and_codes_of_then(linked: Store, clock: FixedClock) -> None:
    said = {}
    steps: list[Callable[[], object]] = [
        lambda: _link(linked, 0, "bot", "high"),
        lambda: _link(linked, 1, "other", "high"),
        lambda: _lift(linked, "bot"),
        lambda: _link(linked, 2, "bot", "low"),
        lambda: _merge(linked, 0, 2),
    ]
    for step in steps:
        clock.advance(1)
        step()
        said[clock.now()] = _answers(linked, None)
        assert _answers(linked, clock.now()) == said[clock.now()]
    assert [len(answer[1]) for answer in said.values()] == [1, 2, 1, 1, 1]
    for moment, answer in said.items():
        assert _answers(linked, moment) == answer
    with linked.read() as session:
        agent = find_agent(session, "bot")
        assert len(links_at(session, agent_id=agent.id)) == 2
        assert agent.id not in frozen_agents(session, clock.now())


def test_of_merged_incidents_the_one_that_stands_is_counted_once(
    linked: Store, clock: FixedClock
) -> None:
    """Incident 3 is coded MIS as 0 is, whose duplicate it is found to be."""
    _link(linked, 3, "bot", "low")
    _link(linked, 0, "bot", "low")
    assert _events(linked, clock) == {"MIS": 2, "MIS-01": 2}
    _merge(linked, 0, 3)
    assert _events(linked, clock) == {"MIS": 1, "MIS-01": 1}
    _merge(linked, 1, 0)
    assert _events(linked, clock) == {"MIS": 0, "MIS-01": 0}
    _link(linked, 0, "other", "low")
    assert _events(linked, clock) == {"MIS": 0, "MIS-01": 0, "PRV": 1, "PRV-01": 1}


def _events(store: Store, clock: FixedClock) -> dict[str, int]:
    with store.read() as session:
        return {row.threat: row.events for row in all_frequencies(session, clock.now())}


def _lift(store: Store, name: str) -> None:
    with store.write() as transaction:
        lift_freeze(transaction, find_agent(transaction.session, name), "cause removed")


def _merge(store: Store, keep: int, drop: int) -> None:
    with store.write() as transaction:
        merge_incidents(transaction, f"bench:B-{keep:05d}", f"bench:B-{drop:05d}")
