from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.gate.vector import RobustnessVector
from governance.registry.agents import find_agent, register_agent, retire_agent
from governance.registry.attempts import read_attempts
from governance.registry.certifications import certify_agent
from governance.registry.kinship import Declared, same_subject
from governance.store.store import Store
from tests.registry.renaming import MODEL, OTHER, PROMPT

NUMBERS = iter(range(10**6))
digests = st.dictionaries(st.sampled_from(("model", "prompt")), st.sampled_from((MODEL, OTHER)))


@pytest.fixture
def ready(set_up_store: Store) -> Store:
    """A store of either kind with ontology and policy."""
    return set_up_store


def _own(declared: dict[str, str], number: int) -> dict[str, str]:
    """The same digests, but of no agent of another example."""
    return {part: f"{value[:-8]}{number:08x}" for part, value in declared.items()}


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(digests, st.integers(0, 2), st.booleans()), min_size=1, max_size=5))
def test_attempts_count_where_both_can_be_of_one_agent(
    ready: Store, fleet: list[tuple[dict[str, str], int, bool]]
) -> None:
    number = next(NUMBERS)
    hand = ready.acting_as(f"hand-{number}")
    vector = RobustnessVector(cc=0.9, er=0.9, as_=0.9, ih=0.9)
    made: list[tuple[Declared, int, bool]] = []
    with hand.write() as transaction:
        for position, (digests, times, _) in enumerate(fleet):
            agent = register_agent(
                transaction, f"{number}th fleet, {position}", digests=_own(digests, number)
            )
            for _ in range(times):
                certify_agent(transaction, agent, vector)
            made.append(
                (
                    Declared(agent.digests, agent.registered_by, agent.id),
                    times,
                    fleet[position][2] and not digests,
                )
            )
        for position, (_, _, retired) in enumerate(made):
            if retired:
                agent = find_agent(transaction.session, f"{number}th fleet, {position}")
                retire_agent(transaction, agent, "over")
    with hand.read() as session:
        found = read_attempts(session, [declared for declared, _, _ in made])
    for declared, times, _ in made:
        others = [
            number
            for other, number, retired in made
            if other.agent_id != declared.agent_id
            and same_subject(other.digests, declared.digests)
            and (declared.digests or retired)
        ]
        assert found.of(declared) == times + sum(others)


def test_an_attempt_that_is_added_counts_for_kin_of_other_parts(ready: Store) -> None:
    with ready.read() as session:
        found = read_attempts(session, [Declared({"model": MODEL}, "tester", "one")])
    found.add("other", {"model": MODEL, "prompt": PROMPT}, 2)
    found.add("third", {"model": OTHER, "prompt": PROMPT})
    found.add("one", {})
    assert found.of(Declared({"model": MODEL}, "tester", "one")) == 2
    assert found.of(Declared({"prompt": PROMPT}, "tester")) == 3
    assert found.of(Declared({"model": MODEL, "prompt": OTHER}, "tester")) == 0
    assert found.of(Declared({}, "tester", "one")) == 1


def test_what_was_abandoned_before_an_agent_came_counts_for_it_and_not_the_other_way(
    ready: Store,
) -> None:
    vector = RobustnessVector(cc=0.9, er=0.9, as_=0.9, ih=0.9)
    hand = ready.acting_as("a hand")
    with hand.write() as transaction:
        early = register_agent(transaction, "early")
        certify_agent(transaction, early, vector)
    later = ready.clock.now() + timedelta(days=1)
    with hand.write() as transaction:
        late = register_agent(transaction, "late")
        late.registered_at = later
        certify_agent(transaction, late, vector)
        for agent in (early, late):
            retire_agent(transaction, find_agent(transaction.session, agent.id), "over")
    ours = [Declared({}, "a hand", agent.id) for agent in (early, late)]
    with ready.read() as session:
        found = read_attempts(session, ours)
    assert [found.of(one) for one in ours] == [1, 2]
    assert found.of(Declared({}, "a hand")) == 2
    assert found.of(Declared({}, "another hand")) == 0
