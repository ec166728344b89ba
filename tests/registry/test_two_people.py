from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.gate.draft import ApprovalRule
from governance.registry.two_people import Held, Pair, Person, alone_by_choice, refusals

ROLE = "policy_owner"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADA, BOB, CYD = "ada", "bob", "cyd"
HOURS = 24
BEFORE = {
    "long ago": timedelta(days=300),
    "just over": timedelta(hours=HOURS),
    "just within": timedelta(hours=HOURS) - timedelta(microseconds=1),
    "now": timedelta(0),
}
COOLED = ("long ago", "just over")


def _held(by: str | None, age: str, role: str = ROLE) -> Held:
    return Held(role, by, NOW - BEFORE[age])


def _pair(proposer: Person, decider: Person, given: Held | None, taken: Held | None = None) -> Pair:
    return Pair(
        proposer=proposer,
        decider=decider,
        proposer_roles=() if given is None else (given,),
        decider_roles=(taken or _held(None, "long ago"),),
        proposer_role=ROLE,
        decider_role=ROLE,
    )


def _asked(pair: Pair, *, independent: bool = False, single_user: bool = False) -> tuple[str, ...]:
    rule = ApprovalRule(cooling_hours=HOURS, independent=independent)
    return refusals(pair, NOW, rule, single_user=single_user)


def test_two_people_with_old_grants_are_two_people() -> None:
    pair = _pair(Person(BOB, "Bob", "token:1"), Person(CYD, "Cyd", "token:2"), _held(ADA, "now"))
    assert _asked(pair) == ()


@pytest.mark.parametrize("via", ["local", "token:1", "session:1", None])
def test_nobody_is_a_second_person_to_himself_however_known(via: str | None) -> None:
    for proposed in ("local", "token:1", "session:1", None):
        pair = _pair(Person(BOB, "Bob", proposed), Person(BOB, "Bob", via), _held(BOB, "now"))
        assert _asked(pair) == ("needs a second person: who proposed it cannot approve it",)


def test_who_sits_at_the_machine_is_no_second_person_under_another_name() -> None:
    for via in ("local", "token:1", None):
        pair = _pair(Person(BOB, "Bob", via), Person(CYD, "Cyd", "local"), _held(ADA, "long ago"))
        (found,) = _asked(pair)
        assert found == (
            "needs a second person: Cyd is known by the machine alone, and whoever sits at it is "
            "one person under every name"
        )


def test_an_installation_for_one_person_lets_the_machine_be_the_second_even_to_itself() -> None:
    bob = Person(BOB, "Bob", "local")
    pair = _pair(bob, bob, _held(BOB, "now"))
    assert _asked(pair, single_user=True) == ()
    assert alone_by_choice(bob, single_user=True)
    token = Person(BOB, "Bob", "token:1")
    assert _asked(_pair(bob, token, _held(ADA, "long ago")), single_user=True) != ()
    assert not alone_by_choice(token, single_user=True)
    assert not alone_by_choice(bob, single_user=False)


def test_what_an_own_grant_enabled_is_refused_until_it_cooled() -> None:
    pair = _pair(Person(BOB, "Bob"), Person(ADA, "Ada"), _held(ADA, "now"))
    (found,) = _asked(pair)
    assert found == (
        "Ada made Bob, who proposed it, policy_owner within the cooling time of 24 hours, "
        "which ends 2026-03-02T12:00:00.000000Z"
    )


def test_a_proposer_who_lost_the_role_is_said_so_even_where_one_person_is_enough() -> None:
    bob = Person(BOB, "Bob", "local")
    for single_user in (True, False):
        pair = _pair(bob, Person(CYD, "Cyd", "local"), _held(ADA, "now", "auditor"))
        found = _asked(pair, single_user=single_user)
        assert found[0] == "Bob, who proposed it, was policy_owner and is not any more"


def test_who_lacks_the_role_decides_nothing() -> None:
    pair = _pair(Person(BOB, "Bob"), Person(CYD, "Cyd"), _held(ADA, "long ago"))
    assert _asked(replace(pair, decider_role="auditor")) == ("Cyd is no auditor",)


def test_who_made_the_second_person_is_told_at_the_machine_and_refused_by_token() -> None:
    cyd, made = Person(CYD, "Cyd", "token:2"), _held(BOB, "just within")
    pair = _pair(Person(BOB, "Bob", "local"), cyd, _held(ADA, "long ago"), made)
    assert _asked(pair) == ()
    (found,) = _asked(replace(pair, proposer=Person(BOB, "Bob", "token:1")))
    assert found.startswith("Bob, who proposed it, made Cyd policy_owner within")


def test_independence_asks_after_the_deciders_role_too() -> None:
    bob, cyd = Person(BOB, "Bob", "local"), Person(CYD, "Cyd")
    by_proposer = _pair(bob, cyd, _held(ADA, "long ago"), _held(BOB, "just within"))
    by_one = _pair(bob, cyd, _held(ADA, "long ago"), _held(ADA, "just within"))
    assert (_asked(by_proposer), _asked(by_one)) == ((), ())
    (first,) = _asked(by_proposer, independent=True)
    assert first.startswith("Bob, who proposed it, made Cyd policy_owner within")
    (second,) = _asked(by_one, independent=True)
    assert second.startswith("one person gave both Bob and Cyd their roles within")


def test_every_case_is_decided_as_the_table_says() -> None:
    """All cases, held against the rules as one sentence of logic."""
    vias, givers = (None, "local", "token:1"), (ADA, BOB, CYD, None)
    decided = 0
    for known, decider, via, giver, age, taker, other, independent, single, holds in product(
        ("local", "token:1"), (BOB, CYD), vias, givers, BEFORE, givers, BEFORE, *[(False, True)] * 3
    ):
        given_role = _held(giver, age, ROLE if holds else "auditor")
        pair = _pair(
            Person(BOB, BOB, known), Person(decider, decider, via), given_role, _held(taker, other)
        )
        warm, other_warm = holds and age not in COOLED, other not in COOLED
        enabled = warm and giver == decider
        dependent = (independent or known != "local") and other_warm and taker == BOB
        dependent |= independent and (
            (holds and giver == taker == ADA and (warm or other_warm))
            or (holds and giver == taker == CYD and decider == BOB and (warm or other_warm))
        )
        people = decider != BOB and via != "local" and not enabled and not dependent
        allowed = holds and (people or (single and via == "local"))
        assert (_asked(pair, independent=independent, single_user=single) == ()) == allowed
        decided += allowed
    assert decided > 100


people = st.builds(
    lambda who, via: Person(who, who, via),
    st.sampled_from([ADA, BOB, CYD]),
    st.sampled_from([None, "local", "token:1"]),
)
held = st.builds(
    Held,
    st.sampled_from([ROLE, "auditor"]),
    st.sampled_from([ADA, BOB, CYD, None]),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1)).map(lambda at: at.replace(tzinfo=UTC)),
)
pairs = st.builds(
    Pair,
    proposer=people,
    decider=people,
    proposer_roles=st.lists(held, max_size=3).map(tuple),
    decider_roles=st.lists(held, max_size=3).map(tuple),
    proposer_role=st.just(ROLE),
    decider_role=st.just(ROLE),
)


@given(pairs, st.integers(0, 8760), st.integers(0, 8760), st.booleans(), st.booleans())
def test_waiting_never_adds_a_refusal_and_a_longer_cooling_time_never_takes_one_away(
    pair: Pair, hours: int, more: int, independent: bool, single_user: bool
) -> None:
    short = ApprovalRule(cooling_hours=min(hours, more), independent=independent)
    long = ApprovalRule(cooling_hours=max(hours, more), independent=independent)
    now = [len(refusals(pair, NOW, rule, single_user=single_user)) for rule in (short, long)]
    assert now[0] <= now[1]
    later = NOW + timedelta(hours=more)
    assert len(refusals(pair, later, long, single_user=single_user)) <= now[1]


@given(pairs, st.booleans())
def test_one_person_alone_approves_only_at_the_machine_of_an_installation_for_one(
    pair: Pair, single_user: bool
) -> None:
    if not refusals(pair, NOW, ApprovalRule(cooling_hours=0), single_user=single_user):
        other = pair.proposer.id != pair.decider.id and not pair.decider.local
        assert other or (single_user and pair.decider.local)
