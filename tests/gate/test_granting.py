"""Sub-budgets by the functions that decide over them: no tree exceeds its root."""

from __future__ import annotations

from gate_factories import changed
from granting_world import UNTIL, Hands
from hypothesis import given
from hypothesis import strategies as st

from governance.gate.policy import Policy, default_policy

NAMES = "abcdefgh"
ALL_T5 = dict.fromkeys(NAMES, 5)
POLICIES = (
    default_policy(),
    changed(delegation={"attenuation": 0.5}),
    changed(delegation={"overcommit": 0.4, "max_depth": 2}),
    changed(contracts={"max_share": 0.25}),
)


def test_a_grant_within_all_limits_is_made() -> None:
    hands = Hands(default_policy(), ALL_T5)
    assert hands.grant("a", "b", 1_000_000) == []
    assert hands.reserve("a", 1) == ["ceiling"]  # all of it is handed down
    assert hands.reserve("b", 1_000_000) == []
    assert hands.reserve("b", 1) == ["ceiling", "sub_budget"]


def test_every_limit_is_named() -> None:
    hands = Hands(default_policy(), ALL_T5 | {"f": 3, "g": 2})
    assert hands.grant("a", "b", 1_000) == []
    assert hands.grant("b", "c", 600) == []
    assert hands.grant("a", "a", 1) == ["cycle"]
    assert "cycle" in hands.grant("b", "a", 1)
    assert hands.grant("a", "c", 1) == ["has_principal"]
    assert hands.grant("b", "d", 401) == ["sub_budget"]
    assert hands.grant("a", "d", 999_001) == ["ceiling"]
    assert hands.grant("g", "d", 1) == ["tier"]  # T2 may not delegate
    assert hands.grant("a", "f", 10_001) == ["child_ceiling"]  # T3 itself: 10,000
    shallow = Hands(changed(delegation={"max_depth": 1}), ALL_T5)
    assert shallow.grant("b", "c", 1) == []
    assert shallow.grant("a", "b", 1) == ["too_deep"]  # two levels with the one below
    assert shallow.grant("c", "d", 1) == ["too_deep"]


def test_attenuation_takes_its_share_at_every_level() -> None:
    hands = Hands(changed(delegation={"attenuation": 0.5}), ALL_T5)
    assert hands.grant("a", "b", 600_000) == []
    assert hands.reserve("b", 500_001) == ["ceiling"]
    assert hands.grant("b", "c", 300_000) == []
    assert hands.reserve("c", 250_001) == ["ceiling"]
    assert hands.reserve("c", 250_000) == []


steps = st.lists(
    st.tuples(
        st.sampled_from(["grant", "grant", "reserve"]),
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
        st.one_of(st.integers(1, 1_100_000), st.sampled_from([1, 500, 10_000, 100_000, 400_000])),
    ),
    max_size=30,
)


@given(steps, st.fixed_dictionaries({name: st.integers(1, 5) for name in NAMES}), st.data())
def test_whatever_is_asked_no_tree_exceeds_its_root(
    asked: list[tuple[str, str, str, int]], tiers: dict[str, int], data: st.DataObject
) -> None:
    policy: Policy = data.draw(st.sampled_from(POLICIES))
    hands = Hands(policy, tiers)
    for what, first, second, amount in asked:
        if what == "grant":
            hands.grant(first, second, amount)
        else:
            hands.reserve(first, amount)
    for name in NAMES:
        node = hands.situation(name)
        assert node.used.exposure <= policy.ceiling(tiers[name]).amount
        assert len(node.links) <= policy.delegation.max_depth
        below = [hands.handed[child].sub_budget for child in hands.below(name)]
        assert sum(one.amount for one in below) == node.used.delegated
        assert all(one.free >= 0 for one in below)
        if node.links:
            principal = hands.situation(hands.handed[name].principal)
            share = int(policy.delegation.attenuation * principal.limit(UNTIL).ceiling)
            assert node.limit(UNTIL).ceiling <= share
            assert node.limit(UNTIL).tier <= principal.limit(UNTIL).tier
