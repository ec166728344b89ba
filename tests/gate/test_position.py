"""What is said of an agent's future is what the future brings, as far as it is known."""

from __future__ import annotations

from datetime import timedelta

from gate_factories import after, changed, position, vector
from hypothesis import given
from hypothesis import strategies as st

from governance.gate.policy import Policy, default_policy
from governance.gate.standing import standing_of

POLICIES = (
    default_policy(),  # IH* is stale after 90 days, and T0 follows seven days later
    changed(ih={"fresh_days": None}),
    changed(ih={"fresh_days": 3.5}, reaudit={"overdue_days": 0.25}),
    changed(decay={"rate_per_day": 0.1}),
    changed(decay={"rate_per_day": 0.0}),
    changed(thresholds={"cc": (0.5, 0.7, 0.8, 0.9, 0.95)}),
)
policies = st.sampled_from(POLICIES)
scores = st.sampled_from([0.31, 0.49, 0.64, 0.79, 0.89, 0.97, 1.0])
SOON = timedelta(microseconds=2)


@given(
    scores=st.tuples(scores, scores, scores),
    in_force=policies,
    own=policies,
    due_after=st.sampled_from([None, 1.0, 20.0, 200.0]),
    now=st.floats(0, 120),
    later=st.floats(0, 400),
)
def test_the_drops_are_all_that_time_alone_brings(
    scores: tuple[float, float, float],
    in_force: Policy,
    own: Policy,
    due_after: float | None,
    now: float,
    later: float,
) -> None:
    agent = position(
        standing_of(vector(*scores), own, "point"),
        in_force,
        own,
        due_after=due_after,
    )
    at = after(now)

    def tier(until: float | timedelta) -> int:
        moment = after(until) if isinstance(until, float) else at + until
        return agent.forward(at, moment, "USD")[0]

    left = agent.tier(at)
    for drop in agent.drops(at):
        assert tier(drop.at - at - SOON if drop.at - at > SOON else timedelta(0)) == left
        assert tier(drop.at - at + SOON) == drop.tier < left
        left = drop.tier
    moment = at + timedelta(days=later)
    said = [drop.tier for drop in agent.drops(at) if drop.at < moment]
    assert tier(moment - at) == (said[-1] if said else agent.tier(at))


def test_a_stale_ih_and_an_audit_that_is_due_are_told_before_they_take_the_tier() -> None:
    """Scores that last for 117 days used to be told as a tier until then."""
    agent = position(standing_of(vector(0.97, 0.97, 0.97), default_policy(), "point"))
    last = agent.drops(after(0))[-1]
    assert (last.at, last.tier, last.dimensions) == (after(97), 0, ("ih",))
    ordered = position(
        standing_of(vector(0.97, 0.97, 0.97), default_policy(), "point"), due_after=2.0
    )
    assert ordered.drops(after(1))[-1].at == after(97)  # nobody knows yet
    (only,) = [drop for drop in ordered.drops(after(3)) if drop.tier == 0]
    assert (only.at, only.dimensions) == (after(9), ())
