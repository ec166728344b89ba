"""Laws of kinship: it goes both ways, and no new name leaves attempts behind."""

from __future__ import annotations

from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.gate.vector import RobustnessVector
from governance.registry.agents import PARTS, change_agent, register_agent, retire_agent
from governance.registry.certifications import certify_agent, count_attempts
from governance.registry.kinship import compatible, same_subject
from governance.store.store import Store, Transaction

LETTERS = "ab"
_fresh = count(1)


def _digest(name: str) -> str:
    return f"sha256:{int.from_bytes(name.encode()):064x}"


Declarations = st.dictionaries(st.sampled_from(PARTS), st.sampled_from(LETTERS).map(_digest))


@given(Declarations, Declarations)
def test_kinship_goes_both_ways(first: dict[str, str], second: dict[str, str]) -> None:
    assert compatible(first, second) == compatible(second, first)
    assert same_subject(first, second) == same_subject(second, first)
    assert same_subject(first, first)


@given(Declarations, Declarations)
def test_to_leave_a_part_out_or_to_add_one_makes_no_other_agent(
    digests: dict[str, str], more: dict[str, str]
) -> None:
    added = {**more, **digests}
    assert compatible(digests, added) == bool(digests)
    for part in digests:
        changed = {**added, part: _digest("z")}
        assert not compatible(digests, changed)


def _of_this_example(example: int, digests: dict[str, str]) -> dict[str, str]:
    return {part: _digest(f"{example}{value[-2:]}") for part, value in digests.items()}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # examples share no digest
)
@given(
    st.lists(st.tuples(Declarations, st.integers(0, 2), st.booleans()), min_size=1, max_size=4),
    st.sets(st.sampled_from(PARTS), min_size=1),
    st.data(),
)
def test_attempts_never_fall_by_renaming(
    ready: Store,
    strong: RobustnessVector,
    agents: list[tuple[dict[str, str], int, bool]],
    kept: set[str],
    data: st.DataObject,
) -> None:
    example = next(_fresh)
    with ready.write() as transaction:
        made: list[tuple[dict[str, str], int]] = []
        for index, (declared, attempts, moves) in enumerate(agents):
            digests = _of_this_example(example, declared) or {"model": _digest(f"{example}")}
            name = f"{example}-{index}"
            agent = register_agent(transaction, name, digests=digests)
            before = count_attempts(transaction.session, agent)
            assert before >= sum(number for on, number in made if compatible(on, digests))
            for _ in range(attempts):
                certify_agent(transaction, agent, strong)
            assert count_attempts(transaction.session, agent) == before + attempts
            made.append((digests, attempts))
            if moves:  # what an agent was made of counts on after it has become another
                change_agent(transaction, agent, {"tools": _digest(f"{example}{index} moved")})
        old, _ = data.draw(st.sampled_from(made))
        renamed = {part: value for part, value in old.items() if part in kept} or old
        late = register_agent(transaction, f"{example}-late", digests=renamed)
        found = count_attempts(transaction.session, late)
        assert found == sum(number for on, number in made if compatible(on, renamed))


def _certified(transaction: Transaction, name: str, vector: RobustnessVector) -> int:
    agent = register_agent(transaction, name)
    certification, _ = certify_agent(transaction, agent, vector)
    return certification.attempt


def test_attempts_of_an_abandoned_name_without_digests_count_on(
    ready: Store, strong: RobustnessVector
) -> None:
    with ready.write() as transaction:
        agent = register_agent(transaction, "first")
        for _ in range(3):
            certify_agent(transaction, agent, strong)
        assert _certified(transaction, "beside", strong) == 1
        retire_agent(transaction, agent, "once more, under another name")
        assert _certified(transaction, "second", strong) == 4
    with ready.acting_as("somebody else").write() as transaction:
        assert _certified(transaction, "third", strong) == 1
