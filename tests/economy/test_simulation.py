from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.economy.simulation import STRATEGIES, Market, Settings, simulate
from governance.economy.simulation.bands import band, slopes
from governance.economy.simulation.engine import Economy
from governance.economy.simulation.game import play, symmetric_equilibria
from governance.economy.simulation.plots import plots_of
from governance.economy.simulation.theorems import put_to_the_test
from governance.gate.forward import Schedule
from governance.gate.policy import default_policy
from governance.gate.standing import standing_of
from governance.gate.vector import RobustnessVector
from governance.kernel.errors import InputError
from governance.kernel.value import parse

POLICY = default_policy()
SMALL = Settings(agents=400, days=60)


def test_the_same_seed_gives_the_same_run() -> None:
    one, two = simulate(SMALL, POLICY), simulate(SMALL, POLICY)
    other = simulate(SMALL.model_copy(update={"seed": 2}), POLICY)
    assert np.array_equal(one.safety, two.safety, equal_nan=True)
    assert np.array_equal(one.earned, two.earned)
    assert not np.array_equal(one.earned, other.earned)


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    agents=st.integers(1, 300),
    term=st.integers(1, 30),
    stake=st.floats(0.01, 1.0),
)
def test_the_forward_rule_bounds_exposure_whatever_the_market(
    seed: int, agents: int, term: int, stake: float
) -> None:
    market = Market(term_days=term, stake=stake)
    run = simulate(Settings(agents=agents, days=60, seed=seed, market=market), POLICY)
    assert run.over_by_decay == 0
    assert run.worst_ratio <= 1 + 1e-6
    assert (run.population.exposure >= -1e-6).all()


def test_the_arrays_decide_as_the_gate_does() -> None:
    """Tiers now and at the end of a contract, agent by agent, against `governance.gate`."""
    run = Settings(agents=300, days=1, robustness=(0.0, 1.0), mix={"balanced": 1.0})
    economy = Economy(run, POLICY)
    economy.day(0)
    generator = np.random.default_rng(3)
    certified = economy.people.certified
    certified[:] = generator.uniform(0, 1, size=certified.shape).astype(np.float32)
    certified[:, ::3] = generator.choice([0.25, 0.3, 0.5, 0.65, 0.75, 0.85, 0.9], size=(3, 100))
    term = float(run.market.term_days)
    quiet = POLICY.model_copy(update={"ih": POLICY.ih.model_copy(update={"fresh_days": None})})
    for age in (0.0, 3.0, 40.0):
        factor = np.full(300, np.exp(-economy.decay * age), dtype=np.float32)
        now = economy.tiers_at(factor)
        ahead = economy.ceilings[economy.tiers_at(factor * economy.last_term_factor)]
        for agent in range(300):
            scores = [round(float(one), 6) for one in certified[:, agent]]  # single precision
            vector = RobustnessVector(cc=scores[0], er=scores[1], as_=scores[2], ih=0.9)
            standing = standing_of(vector, quiet, "point", 1)
            schedule = Schedule(standing, quiet)
            assert now[agent] == schedule.lowest(age, "USD")[0], scores
            assert ahead[agent] == schedule.lowest(age + term, "USD")[1], scores


def test_contracts_ask_for_a_least_tier_and_no_ceiling_is_passed_by_a_group() -> None:
    """Demand in T1 alone is served by all tiers; the sybils of a principal share one ceiling."""
    low = Market(demand=(0.9, 0.0, 0.0, 0.0, 0.0))
    economy = Economy(SMALL.model_copy(update={"market": low, "mix": {"balanced": 1.0}}), POLICY)
    for day in range(20):
        economy.day(day)
    assert economy.people.exposure[economy.tier > 1].sum() > 0
    assert set(np.unique(economy.due_tier)) == {0, 1}
    masks = Economy(SMALL.model_copy(update={"mix": {"sybil": 1.0}}), POLICY)
    for day in range(40):
        masks.day(day)
        held = np.bincount(masks.people.group, weights=masks.people.exposure)
        assert (held <= masks.ceilings[-1]).all()


def test_true_scores_show_what_cheaters_hide() -> None:
    run = simulate(SMALL.model_copy(update={"mix": {"cheater": 1.0}, "detection": 0.0}), POLICY)
    assert run.true_safety[-1] < run.safety[-1]


def test_the_momentary_rule_does_not() -> None:
    run = simulate(SMALL.model_copy(update={"rule": "momentary"}), POLICY)
    assert run.over_by_decay > 0
    assert run.worst_ratio > 1


def test_exposure_is_what_the_open_contracts_put_at_risk() -> None:
    run = simulate(SMALL, POLICY)
    assert run.exposure[-1] == pytest.approx(run.population.exposure.sum())
    assert run.tiers[-1].sum() == pytest.approx(1.0)


def test_the_floor_is_never_crossed_by_an_authorisation() -> None:
    run = simulate(SMALL.model_copy(update={"floor": 0.7}), POLICY)
    assert run.below_floor == 0
    assert run.refused_by_floor > 0


def test_the_theorems_hold_where_they_hold_and_fail_where_they_fail() -> None:
    claims = put_to_the_test(Settings(agents=500, days=100), POLICY, seeds=4)
    held = {(claim.theorem, claim.statement.split(": ")[-1]): claim.holds for claim in claims}
    by_statement = {claim.statement: claim.holds for claim in claims}
    assert held["2", "tiered demand, premium, scarce supply"]
    for where in ("demand concentrated in T1", "supply saturated, no premium"):
        assert by_statement[f"the lead of robustness is no smaller: {where}"] is False
    assert held["3", "entrants are robust"]
    assert not held["3", "entrants are weak"]
    by_theorem = [claim.holds for claim in claims if claim.theorem == "1"]
    assert by_theorem == [True, False]
    floor = [claim.holds for claim in claims if "floor" in claim.statement]
    assert floor == [True, False]
    assert claims[-1].holds


def test_known_games() -> None:
    dove = np.array([[0.0, 3.0], [1.0, 2.0]])  # hawk and dove: half and half
    assert any(np.allclose(one, [0.5, 0.5]) for one in symmetric_equilibria(dove))
    prisoner = np.array([[3.0, 0.0], [5.0, 1.0]])
    assert np.allclose(symmetric_equilibria(prisoner), [[0.0, 1.0]])
    cycle = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])
    (only,) = symmetric_equilibria(cycle)
    assert np.allclose(only, 1 / 3)


@given(
    matrix=st.lists(st.integers(-9, 9), min_size=16, max_size=16).map(
        lambda values: np.array(values, dtype=float).reshape(4, 4)
    )
)
def test_nobody_gains_by_leaving_an_equilibrium(matrix: np.ndarray) -> None:  # type: ignore[type-arg]
    for shares in symmetric_equilibria(matrix):
        payoffs = matrix @ shares
        assert payoffs.max() <= shares @ payoffs + 1e-6
        assert shares.sum() == pytest.approx(1.0)


def test_the_game_names_best_responses() -> None:
    game = play(Settings(agents=100, days=40), POLICY, seeds=2)
    assert all(one.mean >= 0 for one in game.margin.values())
    for column, (among, answer) in enumerate(game.best.items()):
        assert among == game.strategies[column]
        best = max(row[column] for row in game.payoff)
        assert game.payoff[game.strategies.index(answer)][column] == best
    assert game.nash


def test_bands_and_slopes() -> None:
    found = band([1.0, 2.0, 3.0])
    assert (found.mean, found.seeds) == (2.0, 3)
    assert found.high == pytest.approx(2 + 4.302652729911275 / 3**0.5, abs=1e-9)  # t, 2 degrees
    generator = np.random.default_rng(1)
    x, y = generator.random(50), generator.random(50)
    assert slopes(1 + 2 * x - 3 * y, x, y) == pytest.approx((2.0, -3.0))


def test_plots_are_well_formed_and_repeat() -> None:
    run = simulate(SMALL.model_copy(update={"floor": 0.5}), POLICY)
    first, again = plots_of(run, "USD"), plots_of(run, "USD")
    assert first == again
    assert set(first) == {"safety.svg", "earnings.svg", "tiers.svg", "exposure.svg"}
    for text in first.values():
        assert ET.fromstring(text).tag.endswith("svg")
        assert "nan" not in text
    assert all(name in first["earnings.svg"] for name in STRATEGIES)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"mix": {"saint": 1}}, "saint"),
        ({"mix": {"sybil": 0}}, "some strategy"),
        ({"agents": 0}, "greater than or equal to 1"),
        ({"robustness": (0.9, 0.1)}, "lower end"),
    ],
)
def test_impossible_settings(fields: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse(Settings, fields)
