"""Theorem 1 between audits: exposure stays under the ceiling at every moment."""

from __future__ import annotations

import pytest
from gate_factories import changed, standing
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.gate.decay import hold_days, tier_at
from governance.gate.exposure import Exposure, over_ceiling
from governance.gate.forward import Schedule, authorise, forward_ceiling, public_hold_days
from governance.gate.policy import default_policy
from governance.gate.standing import Standing
from governance.kernel.money import Money


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def ask(
    some: Standing, amount: int, *, until: float, at_risk: int = 0, action: str = "microtask"
) -> list[str]:
    answer = authorise(
        some,
        default_policy(),
        action=action,
        amount=usd(amount),
        exposure=usd(at_risk),
        from_days=0,
        until_days=until,
    )
    assert answer.allowed == (not answer.reasons)
    return [reason.code for reason in answer.reasons]


def test_the_lowest_ceiling_until_the_deadline_counts() -> None:
    some = standing(0.82, 0.81, 0.80)
    assert forward_ceiling(some, default_policy(), 0, 1).ceiling == usd(100_000)
    assert forward_ceiling(some, default_policy(), 0, 2).ceiling == usd(10_000)
    assert ask(some, 50_000, until=1) == []
    assert ask(some, 50_000, until=2) == ["ceiling"]


def test_every_reason_is_given() -> None:
    some = standing(0.55, 0.55, 0.55)
    assert ask(some, 2_000, until=1, action="self_modify") == ["tier", "ceiling"]
    assert ask(some, 10, until=1, action="print_money") == ["unknown_action"]
    assert ask(some, -1, until=1) == ["negative"]
    assert "too_long" in ask(some, 1, until=91)


def test_over_the_ceiling_nothing_more_is_allowed_not_even_nothing() -> None:
    some = standing(0.55, 0.55, 0.55)
    assert ask(some, 0, until=1, at_risk=1_000) == []
    assert ask(some, 0, until=1, at_risk=1_001) == ["ceiling"]


def test_what_is_above_the_ceiling_after_a_demotion_has_its_cause() -> None:
    over = over_ceiling(usd(5_000), usd(1_000), "failed audit")
    assert over is not None
    assert (over.amount, over.cause) == (usd(4_000), "failed audit")
    assert over_ceiling(usd(1_000), usd(1_000), "failed audit") is None


def test_a_stale_ih_ends_every_authority_at_a_known_date() -> None:
    policy = changed(decay={"rate_per_day": 0.0}, contracts={"max_days": 365})
    some = standing(1, 1, 1, policy=policy)
    last = public_hold_days(policy)
    assert last == 97
    assert forward_ceiling(some, policy, 0, last).tier == 5
    assert forward_ceiling(some, policy, 0, last + 0.001).tier == 0
    never = changed(ih={"fresh_days": None})
    assert public_hold_days(never) is None


def test_one_contract_takes_at_most_its_share() -> None:
    policy = changed(contracts={"max_share": 0.25})
    some = standing(0.7, 0.7, 0.7)
    answer = authorise(
        some,
        policy,
        action="microtask",
        amount=usd(2_501),
        exposure=usd(0),
        from_days=0,
        until_days=1,
    )
    assert [reason.code for reason in answer.reasons] == ["share"]


def test_a_currency_that_the_policy_does_not_name_has_no_ceiling() -> None:
    answer = authorise(
        standing(1, 1, 1),
        default_policy(),
        action="microtask",
        amount=Money(amount=1, currency="EUR"),
        exposure=Money(amount=0, currency="EUR"),
        from_days=0,
        until_days=1,
    )
    assert not answer.allowed


def test_a_deadline_in_the_past_is_refused() -> None:
    with pytest.raises(ValueError, match="past"):
        forward_ceiling(standing(1, 1, 1), default_policy(), 2, 1)


requests = st.lists(
    st.tuples(st.floats(0, 80), st.floats(0, 60), st.integers(0, 200_000)), max_size=40
)


@settings(max_examples=150)
@given(st.builds(standing, *[st.floats(0.3, 1)] * 3), requests)
def test_exposure_never_exceeds_the_ceiling_at_any_moment_between_audits(
    some: Standing, asked: list[tuple[float, float, int]]
) -> None:
    policy = default_policy()
    active: list[tuple[float, float, int]] = []
    for start, length, amount in sorted(asked):
        at_risk = sum(a for _, until, a in active if until >= start)
        answer = authorise(
            some,
            policy,
            action="microtask",
            amount=usd(amount),
            exposure=usd(at_risk),
            from_days=start,
            until_days=start + length,
        )
        if answer.allowed:
            active.append((start, start + length, amount))
    moments = {start for start, _, _ in active} | {until for _, until, _ in active}
    for moment in moments:
        total = sum(a for start, until, a in active if start <= moment <= until)
        assert total <= policy.ceiling(tier_at(some, policy, moment)).amount


def test_exposure_is_all_money_at_risk_in_integers() -> None:
    all_kinds = Exposure(currency="USD", penalties=1, spent=20, reserved=300, delegated=4_000)
    assert all_kinds.total() == usd(4_321)


scores = st.floats(0, 1) | st.sampled_from([0.45, 0.6, 0.75, 0.85, 0.95])


@given(
    cc=scores,
    er=scores,
    as_=scores,
    ih=scores,
    rate=st.sampled_from([0.0, 0.01, 0.5]),
    fresh=st.sampled_from([None, 30.0]),
    days=st.floats(0, 400),
    currency=st.sampled_from(["USD", "EUR", "JPY"]),
)
def test_a_schedule_answers_as_the_closed_form_does(
    cc: float,
    er: float,
    as_: float,
    ih: float,
    rate: float,
    fresh: float | None,
    days: float,
    currency: str,
) -> None:
    policy = changed(
        decay={"rate_per_day": rate},
        ih={"fresh_days": fresh},
        ceilings={"other_currencies": {"EUR": (0, 1, 2, 3, 4, 5)}},
    )
    some = standing(cc, er, as_, ih, policy)
    schedule = Schedule(some, policy)
    edges = [hold_days(some, policy, tier) for tier in range(1, 6)]
    for until in [days, *(edge for edge in edges if edge is not None and edge < 1e6)]:
        expected = forward_ceiling(some, policy, 0, until, currency)
        assert schedule.lowest(until, currency) == (expected.tier, expected.ceiling.amount)
