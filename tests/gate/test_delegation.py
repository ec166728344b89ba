"""An economy in a file: chains and liability, and where it is fragile."""

from __future__ import annotations

import pytest

from governance.gate.delegation.analysis import DelegationEconomy, Member, analyse
from governance.gate.delegation.tree import (
    Grant,
    GrantTree,
    chain_tier,
    conservation_faults,
)
from governance.kernel.errors import InputError


def grant(name: str, parent: str | None, between: str, amount: int, **more: int) -> Grant:
    grantor, holder = between
    return Grant(
        id=name,
        parent=parent,
        grantor=grantor,
        holder=holder,
        currency="USD",
        allocated=amount,
        **more,
    )


CHAIN = GrantTree([grant("1", None, "ab", 1_000), grant("2", "1", "bc", 600, spent=100)])


def test_a_chain_is_as_strong_as_its_weakest_member() -> None:
    assert CHAIN.members("2") == ["a", "b", "c"]
    assert chain_tier(["a", "b", "c"], {"a": 5, "b": 4, "c": 2}) == 2
    assert chain_tier(["a", "unknown"], {"a": 5}) == 0
    assert chain_tier([], {}) == 0


def test_money_is_conserved_at_every_node() -> None:
    assert CHAIN.available("1") == 400
    assert CHAIN.available("2") == 500
    assert conservation_faults(CHAIN) == []
    over = GrantTree([grant("1", None, "ab", 100, reserved=50), grant("2", "1", "bc", 60)])
    assert [fault.code for fault in conservation_faults(over)] == ["conservation"]


@pytest.mark.parametrize(
    ("grants", "field"),
    [
        ([grant("1", "9", "ab", 1)], "parent"),
        ([grant("1", None, "ab", 1), grant("2", "1", "cd", 1)], "grantor"),
        ([grant("1", None, "ab", 1), grant("1", None, "ab", 1)], "id"),
        ([grant("1", "2", "ab", 1), grant("2", "1", "ba", 1)], "parent"),
        (
            [
                grant("1", None, "ab", 1),
                grant("2", "1", "bc", 1).model_copy(update={"currency": "EUR"}),
            ],
            "currency",
        ),
    ],
)
def test_what_is_no_forest_is_refused(grants: list[Grant], field: str) -> None:
    with pytest.raises(InputError) as caught:
        GrantTree(grants)
    assert caught.value.field == field


def test_nobody_delegates_to_themselves() -> None:
    with pytest.raises(ValueError, match="themselves"):
        grant("1", None, "aa", 1)


ECONOMY = DelegationEconomy(
    agents=tuple(
        Member(name=name, tier=tier, operator=operator, model="m1" if name in "ab" else None)
        for name, tier, operator in [
            ("a", 5, "north"),
            ("b", 4, "north"),
            ("c", 3, "south"),
            ("d", 2, "south"),
            ("e", 5, None),
        ]
    ),
    grants=(
        grant("1", None, "ab", 1_000),
        grant("2", "1", "bc", 400),
        grant("3", "2", "cd", 100),
        grant("4", None, "ca", 300),
    ),
)


def test_chains_name_tier_and_liable_principal() -> None:
    found = analyse(ECONOMY)
    assert found.depth == 3
    assert [(c.grant, c.members, c.tier, c.liable) for c in found.chains] == [
        ("3", ("a", "b", "c", "d"), 2, "a"),
        ("4", ("c", "a"), 3, "c"),
    ]
    assert found.faults == ()


def test_single_points_of_failure_come_with_what_they_cut_off() -> None:
    found = {point.agent: point for point in analyse(ECONOMY).points_of_failure}
    assert found["a"].agents == ("b", "c", "d")
    assert found["a"].cut_off == {"USD": 1_000}
    assert found["c"].agents == ("a", "d")
    assert found["c"].bridge  # d hangs on c alone
    assert not found["b"].bridge  # a and c are also linked by grant 4
    assert "e" not in found


def test_circles_of_money_are_found_with_the_cartels_tier() -> None:
    (circle,) = analyse(ECONOMY).circles
    assert circle.agents == ("a", "b", "c")
    assert circle.tier == 3
    assert circle.grants == ("1", "2", "4")


def test_agents_under_one_operator_or_model_are_grouped() -> None:
    found = {(c.kind, c.name): c for c in analyse(ECONOMY).concentrations}
    assert found["operator", "north"].held == {"USD": 1_300}
    assert found["operator", "north"].share["USD"] == pytest.approx(1_300 / 1_800)
    assert found["operator", "south"].tier == 2
    assert found["model", "m1"].agents == ("a", "b")


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="no agent"):
        DelegationEconomy(agents=(Member(name="a", tier=1),), grants=(grant("1", None, "ab", 1),))
