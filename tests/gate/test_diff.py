"""Comparing, replaying and pricing policies."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from gate_factories import changed, vector
from hypothesis import given
from hypothesis import strategies as st

from governance.gate.backtest import PastDecision, backtest
from governance.gate.diff import Holder, diff
from governance.gate.evaluate import evaluate
from governance.gate.policy import Policy, default_policy
from governance.gate.price import Group, price_ceilings, scaled
from governance.gate.table import TierTable
from governance.kernel.errors import InputError

STRICTER = changed(thresholds={"cc": (0.30, 0.50, 0.70, 0.80, 0.90)})
RICHER = changed(ceilings={"minor_units": (0, 100, 1_000, 20_000, 100_000, 1_000_000)})


def test_a_policy_does_not_differ_from_itself() -> None:
    same = diff(default_policy(), default_policy(), [Holder(name="a", vector=vector(1, 1, 1))])
    assert same.changes == same.ranges == same.moves == same.ceilings == ()
    assert [agent.effect for agent in same.agents] == ["same"]


def test_a_raised_threshold_names_field_range_share_and_agent() -> None:
    agents = [
        Holder(name="loser", vector=vector(0.68, 0.9, 0.9)),
        Holder(name="keeper", vector=vector(0.72, 0.9, 0.9)),
        Holder(name="decayed", vector=vector(0.72, 0.9, 0.9), days=5),
    ]
    found = diff(default_policy(), STRICTER, agents)
    assert [(c.field, c.before, c.after) for c in found.changes] == [
        ("thresholds.cc[2]", 0.65, 0.7)
    ]
    (moved,) = found.ranges
    assert (moved.dimension, moved.low, moved.high) == ("cc", 0.65, 0.7)
    assert (moved.step_before, moved.step_after) == (3, 2)
    (move,) = found.moves
    assert (move.tier_before, move.tier_after, move.effect) == (3, 2, "loses")
    assert move.share == pytest.approx(0.05 * 0.35 * 0.4 * 0.5)
    assert [agent.effect for agent in found.agents] == ["loses", "same", "loses"]


def test_how_a_policy_is_approved_is_compared_and_moves_no_authority() -> None:
    data = {**default_policy().model_dump(), "approval": {"cooling_hours": 48}}
    found = diff(default_policy(), Policy.model_validate(data))
    assert [(c.field, c.before, c.after) for c in found.changes] == [
        ("approval.cooling_hours", None, 48),
        ("approval.independent", None, False),
    ]
    assert found.moves == found.ceilings == ()


def test_a_richer_ceiling_is_a_gain_without_a_move_of_tier() -> None:
    found = diff(default_policy(), RICHER, [Holder(name="a", vector=vector(0.7, 0.7, 0.7))])
    assert [(c.tier, c.before.amount, c.after.amount) for c in found.ceilings] == [
        (3, 10_000, 20_000)
    ]
    assert [agent.effect for agent in found.agents] == ["gains"]
    assert [(m.tier_before, m.tier_after, m.effect) for m in found.moves] == [(3, 3, "gains")]


def test_another_currency_is_neither_gain_nor_loss() -> None:
    euro = changed(ceilings={"currency": "EUR"})
    found = diff(default_policy(), euro, [Holder(name="a", vector=vector(0.7, 0.7, 0.7))])
    assert found.agents[0].effect == "mixed"


def test_the_shares_are_those_of_random_vectors() -> None:
    other = changed(
        thresholds={"cc": (0.2, 0.5, 0.6, 0.85, 0.9), "as": (0.3, 0.4, 0.6, 0.75, 0.95)},
        ih={"threshold": 0.6},
    )
    found = {(m.tier_before, m.tier_after): m.share for m in diff(default_policy(), other).moves}
    scores = np.random.default_rng(37).random((200_000, 4))
    before, after = TierTable(default_policy()).tiers(scores), TierTable(other).tiers(scores)
    for (old, new), share in found.items():
        assert np.mean((before == old) & (after == new)) == pytest.approx(share, abs=0.003)
    moved = sum(share for (old, new), share in found.items() if old != new)
    assert np.mean(before != after) == pytest.approx(moved, abs=0.005)


@given(*[st.floats(0, 1)] * 4)
def test_examples_of_ranges_hold_for_every_score_in_them(
    cc: float, er: float, as_: float, ih: float
) -> None:
    found = diff(default_policy(), STRICTER)
    seen = vector(cc, er, as_, ih)
    before = evaluate(seen, default_policy(), basis="point")
    after = evaluate(seen, STRICTER, basis="point")
    inside = any(r.low <= cc < r.high for r in found.ranges)
    assert (before.steps["cc"] != after.steps["cc"]) == inside


def past(name: str, score: float, day: int) -> PastDecision:
    seen = vector(score, score, score)
    decision = evaluate(seen, default_policy(), basis="point")
    return PastDecision(
        name=name,
        at=datetime(2026, 1, day, tzinfo=UTC),
        vector=seen,
        basis="point",
        tier=decision.tier,
        ceiling=decision.ceiling,
    )


def test_a_backtest_flips_what_the_policy_would_have_decided_otherwise() -> None:
    decisions = [past("old", 0.68, 1), past("loser", 0.68, 5), past("keeper", 0.72, 6)]
    found = backtest(decisions, STRICTER, since=datetime(2026, 1, 2, tzinfo=UTC))
    assert (found.decisions, found.gains, found.loses) == (2, 0, 1)
    assert found.money_before == {"USD": 20_000}
    assert found.money_after == {"USD": 11_000}
    flipped = [replay for replay in found.replays if replay.effect != "same"]
    assert [(r.name, r.tier_before, r.tier_after, r.binding) for r in flipped] == [
        ("loser", 3, 2, ("cc",))
    ]


def test_a_backtest_can_ask_for_another_basis() -> None:
    found = backtest([past("a", 0.9, 1)], default_policy(), basis="bound")
    assert found.replays[0].tier_after == 0  # no counts, no bound


SHAPE = default_policy().ceilings.minor_units


def linear(ceilings: tuple[int, ...]) -> float:
    return float(sum(weight * amount for weight, amount in enumerate(ceilings)))


@pytest.mark.parametrize("appetite", [1_000.0, 5e6, 3e9])
def test_priced_ceilings_use_the_appetite_up_and_never_exceed_it(appetite: float) -> None:
    found = price_ceilings(SHAPE, appetite, linear, currency="USD", level=0.99)
    ceilings = (0, *(tier.ceiling for tier in found.tiers))
    assert linear(ceilings) == found.tvar <= appetite
    assert found.tvar > 0.99 * appetite
    assert list(ceilings) == sorted(ceilings)
    for tier in found.tiers:
        assert tier.marginal_tvar == pytest.approx(tier.tier * tier.ceiling)


def test_pricing_that_cannot_succeed_says_why() -> None:
    with pytest.raises(InputError, match="other risks"):
        price_ceilings(SHAPE, 1.0, lambda c: 2.0 + linear(c), currency="USD", level=0.99)
    with pytest.raises(InputError, match="no agent can fail"):
        price_ceilings(SHAPE, 1.0, lambda c: 0.0, currency="USD", level=0.99)


def test_scaling_rounds_down_to_whole_minor_units() -> None:
    assert scaled((0, 3, 10), 0.5) == (0, 1, 5)
    with pytest.raises(ValueError, match="share_low"):
        Group(tier=1, agents=1, failures_per_year=1.0, share_low=0.5, share_high=0.5)
