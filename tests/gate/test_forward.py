"""Theorem 1 between audits: exposure stays under the ceiling at every moment."""

from __future__ import annotations

from gate_factories import AUDIT, after, changed, decided, position, standing
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.gate.decay import hold_days, tier_at
from governance.gate.decide import Used, required_tier
from governance.gate.forward import Schedule, public_hold_days
from governance.gate.policy import Policy, default_policy
from governance.gate.standing import Standing
from governance.kernel.clock import days_between
from governance.kernel.money import Money


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def ask(
    some: Standing, amount: int, *, until: float, at_risk: int = 0, action: str = "microtask"
) -> list[str]:
    _, reasons = decided(position(some), amount, until=until, used=at_risk, action=action)
    return [reason.code for reason in reasons]


def test_the_lowest_ceiling_until_the_deadline_counts() -> None:
    some = standing(0.82, 0.81, 0.80)
    assert decided(position(some), 1, until=1)[0].ceiling == 100_000
    assert decided(position(some), 1, until=2)[0].ceiling == 10_000
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
    for amount in (0, 1, -1, -5_000):
        assert "ceiling" in ask(some, amount, until=1, at_risk=1_001)


def test_a_contract_is_the_second_action_of_the_policy_unless_it_names_one() -> None:
    assert required_tier(default_policy(), "contract") == 2
    data = default_policy().model_dump()
    data["actions"] = [*data["actions"][:2], {"name": "contract", "tier": 4}]
    assert required_tier(Policy.model_validate(data), "contract") == 4
    data["actions"] = data["actions"][:1]
    assert required_tier(Policy.model_validate(data), "contract") is None


def test_a_stale_ih_ends_every_authority_at_a_known_date() -> None:
    policy = changed(decay={"rate_per_day": 0.0}, contracts={"max_days": 365})
    some = standing(1, 1, 1, policy=policy)
    last = public_hold_days(policy)
    assert last == 97
    where = position(some, policy)
    assert decided(where, 1, until=last)[0].tier == 5
    assert decided(where, 1, until=last + 0.001)[0].tier == 0
    never = changed(ih={"fresh_days": None})
    assert public_hold_days(never) is None


def test_one_contract_takes_at_most_its_share() -> None:
    policy = changed(contracts={"max_share": 0.25})
    where = position(standing(0.7, 0.7, 0.7), policy)
    assert [one.code for one in decided(where, 2_501, until=1)[1]] == ["share"]
    assert decided(where, 2_500, until=1)[1] == []


def test_a_currency_that_the_policy_does_not_name_has_no_ceiling() -> None:
    limit, reasons = decided(position(standing(1, 1, 1)), 1, until=1, currency="EUR")
    assert limit.ceiling == 0
    assert {"currency", "ceiling"} <= {one.code for one in reasons}


requests = st.lists(
    st.tuples(st.floats(0, 80), st.floats(0, 60), st.integers(0, 200_000)), max_size=40
)


@settings(max_examples=150)
@given(st.builds(standing, *[st.floats(0.3, 1)] * 3), requests)
def test_exposure_never_exceeds_the_ceiling_at_any_moment_between_audits(
    some: Standing, asked: list[tuple[float, float, int]]
) -> None:
    policy, where = default_policy(), position(some)
    active: list[tuple[float, float, int]] = []
    for start, length, amount in sorted(asked):
        at_risk = sum(a for _, until, a in active if until >= start)
        _, reasons = decided(where, amount, at=start, until=start + length, used=at_risk)
        if not reasons:
            active.append((start, start + length, amount))
    moments = {start for start, _, _ in active} | {until for _, until, _ in active}
    for moment in moments:
        total = sum(a for start, until, a in active if start <= moment <= until)
        days = days_between(AUDIT, after(moment))  # in whole microseconds, as the gate sees it
        assert total <= policy.ceiling(tier_at(some, policy, days)).amount


def test_exposure_is_all_money_at_risk_in_integers() -> None:
    all_kinds = Used(penalties=1, spent=20, reserved=300, delegated=4_000)
    assert (all_kinds.exposure, all_kinds.at_risk) == (4_321, 4_301)
    where = position(standing(0.7, 0.7, 0.7))  # T3: 10,000
    assert decided(where, 5_679, used=all_kinds)[1] == []
    assert [one.code for one in decided(where, 5_680, used=all_kinds)[1]] == ["ceiling"]


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
        tier = tier_at(some, policy, until)
        if fresh is not None and until > fresh + policy.reaudit.overdue_days:
            tier = 0
        assert schedule.lowest(until, currency) == (tier, policy.ceiling(tier, currency).amount)
