"""Laws that an actuary would check: atoms, thresholds, layers, mixtures, far losses."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr, pdtr

from governance.kernel.errors import InputError
from governance.risk.allocation import allocate
from governance.risk.compound.lattice import LatticeLaw
from governance.risk.compound.table import TableLaw
from governance.risk.inputs.capability import BetaStrength, vulnerability
from governance.risk.inputs.dependence import lognormal_nodes
from governance.risk.quantify import quantify
from governance.risk.scenario import read_scenario
from governance.risk.severity import Lognormal

UNIT = {"type": "constant", "value": 1}


def portfolio(*scenarios: dict[str, Any]) -> dict[str, Any]:
    return {"scenarios": [{"id": f"s{i}", **one} for i, one in enumerate(scenarios)]}


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.99])
def test_an_atom_at_var_is_split_between_the_scenarios(level: float) -> None:
    """Against all pairs of counts of two discrete random sums."""
    rates, sizes = (0.7, 0.4), (100.0, 250.0)
    outcomes = []
    for first, second in itertools.product(range(25), repeat=2):
        chance = math.prod(
            math.exp(-r) * r**n / math.factorial(n)
            for r, n in zip(rates, (first, second), strict=True)
        )
        outcomes.append((first * sizes[0], second * sizes[1], chance))
    outcomes.sort(key=lambda row: -(row[0] + row[1]))
    totals = {}
    for a, b, chance in outcomes:
        held = totals.setdefault(a + b, np.zeros(3))
        held += chance * np.array([1.0, a, b])
    rest, parts = 1.0 - level, np.zeros(2)
    for _, (chance, a, b) in sorted(totals.items(), reverse=True):
        used = min(chance, rest)
        parts += used / chance * np.array([a, b])
        rest -= used
        if rest <= 0.0:
            break
    subject = read_scenario(
        portfolio(
            *(
                {"rate": r, "severity": {"type": "constant", "value": x}}
                for r, x in zip(rates, sizes, strict=True)
            )
        )
    )
    found = allocate(subject, level)
    for exact, row in zip(parts / (1.0 - level), found.contributions, strict=True):
        assert row.tvar == pytest.approx(exact, rel=1e-7)
    assert abs(found.gap) <= found.error_bound < 1e-5


@pytest.mark.parametrize("level", [0.8, 0.99])
def test_gradients_at_caps_agree_with_differences(level: float) -> None:
    scenarios = [
        {"rate": 0.2, "severity": {"type": "lognormal", "mu": 7, "sigma": 2, "cap": 1000}},
        {"rate": 0.1, "severity": {"type": "exponential", "mean": 20}},
    ]
    step = 1e-4
    found = allocate(read_scenario(portfolio(*scenarios)), level, tolerance=1e-7)
    for index, row in enumerate(found.contributions):
        moved = []
        for sign in (1.0, -1.0):
            bumped = [dict(one) for one in scenarios]
            bumped[index]["rate"] = scenarios[index]["rate"] + sign * step
            result = quantify(
                read_scenario(portfolio(*bumped)), levels=(level,), tolerance=1e-9, curve=False
            )
            moved.append((result.var[str(level)], result.tvar[str(level)]))
        (high_var, high), (low_var, low) = moved
        assert row.tvar_per_event == pytest.approx((high - low) / (2 * step), rel=1e-4)
        assert row.var_per_event == pytest.approx(
            (high_var - low_var) / (2 * step), rel=1e-3, abs=1
        )


@pytest.mark.parametrize("rate", [0.1, 5.0, 300.0])
@pytest.mark.parametrize("cv", [0.2, 1.5])
def test_the_lognormal_factor_has_no_teeth(rate: float, cv: float) -> None:
    nodes, weights = (np.asarray(part) for part in lognormal_nodes(cv, rate))
    assert weights @ nodes == pytest.approx(1.0, rel=1e-9)
    assert weights @ nodes**2 == pytest.approx(1.0 + cv * cv, rel=1e-6)
    sigma = math.sqrt(math.log1p(cv * cv))
    z = np.arange(-20_000, 20_001) * 5e-4
    dense = np.exp(-0.5 * z * z) * 5e-4 / math.sqrt(2.0 * math.pi)
    factor = np.exp(sigma * z - 0.5 * sigma**2)
    for count in (0.0, round(rate), round(3 * rate)):
        exact = float(dense @ pdtr(count, rate * factor))
        assert weights @ pdtr(count, rate * nodes) == pytest.approx(exact, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("cap", [60.0, 150.0])
def test_a_threshold_at_the_cap_costs_no_accuracy(cap: float) -> None:
    data = {
        "frequency": {"type": "bernoulli", "p": 0.5},
        "severity": {"type": "exponential", "mean": 79.5, "cap": cap},
    }
    keys = (repr(cap - 1.0), repr(cap), repr(cap + 1.0))
    result = quantify(read_scenario(data), thresholds=keys, curve=False)
    assert result.sf[keys[0]] == pytest.approx(0.5 * math.exp(-(cap - 1.0) / 79.5), rel=1e-6)
    assert result.sf[keys[1]] == pytest.approx(0.0, abs=1e-12)
    assert result.error_bound < 1e-5
    assert not result.warnings


def test_atoms_on_no_common_lattice_stay_within_the_bound() -> None:
    losses = [185.0, 4150.0, 1235.41, 3696.93, 295.114, 550.0, 4500.0, 2062.57]
    data = {
        "frequency": {"type": "bernoulli", "p": 0.9},
        "severity": {
            "type": "mixture",
            "weights": [0.7, 0.3],
            "components": [
                {"type": "empirical", "losses": losses},
                {"type": "lognormal", "mu": 6, "sigma": 1},
            ],
        },
    }
    law = LatticeLaw(read_scenario(data).model(), 1e-3)

    def survival(x: float) -> float:
        above = sum(loss > x for loss in losses) / len(losses)
        return 0.9 * (0.7 * above + 0.3 * float(ndtr(6.0 - math.log(x))))

    for level in (0.6, 0.8, 0.9, 0.97):
        (tail,) = law.tails([level])
        low, high = tail.var.value - tail.var.bound, tail.var.value + tail.var.bound
        assert survival(high * (1 + 1e-12)) <= 1.0 - level <= survival(low * (1 - 1e-12))
    for loss in (300.0, 3000.0, 4149.9):
        (point,) = law.at([loss])
        assert abs(point.sf.value - survival(loss)) <= point.sf.bound


@pytest.mark.parametrize(
    "severity",
    [
        {"type": "discrete", "pmf": {"1": 0.5, "2": 0.5}},
        {"type": "empirical", "losses": [1.01, 3.007, 20.5]},
        {"type": "lognormal", "mu": 0, "sigma": 1},
    ],
)
def test_losses_far_beyond_the_total_are_answered(severity: dict[str, Any]) -> None:
    result = quantify(
        read_scenario({"rate": 2, "severity": severity}), thresholds=("1e9", "1e15"), curve=False
    )
    for key in ("1e9", "1e15"):
        assert result.sf[key] == pytest.approx(0.0, abs=1e-12)
        assert result.stop_loss[key] == pytest.approx(0.0, abs=1e-7)
    assert result.error_bound <= 1e-5


def test_a_rare_amount_beyond_the_longest_table_has_a_var() -> None:
    data = {"rate": 1, "severity": {"type": "discrete", "pmf": {"1": 0.9995, "1e8": 0.0005}}}
    result = quantify(read_scenario(data), levels=("0.9999",), curve=False)
    assert result.var["0.9999"] == pytest.approx(1e8, rel=1e-4)
    assert result.tvar["0.9999"] is not None


@pytest.mark.parametrize("rate", [30.0, 1000.0])
def test_the_rounding_of_tables_is_within_their_bound(rate: float) -> None:
    law = TableLaw(read_scenario({"rate": rate, "severity": UNIT}).model(), 1.0, size=1 << 13)
    for count in (rate, rate + 6.0 * math.sqrt(rate), 4000.0, 8000.0):
        (point,) = law.at([math.floor(count)])
        exact = float(pdtr(math.floor(count), rate))
        assert abs(point.cdf.value - exact) <= point.cdf.bound
        assert point.sf.bound / 1e-6 < 1e-5


def test_a_bound_near_a_kink_holds() -> None:
    """Layers make kinks; there the differences between lattices once agreed by chance."""
    data = {
        "frequency": {"type": "geometric", "beta": 4.68},
        "severity": {"type": "lognormal", "mu": 9.0, "sigma": 0.614},
        "layer": {"deductible": 400.0, "limit": 6300.0},
    }
    model = read_scenario(data).model()
    levels = [0.5, 0.8, 0.95, 0.99, 0.999]
    rough, fine = LatticeLaw(model, 1e-5).tails(levels), LatticeLaw(model, 1e-9).tails(levels)
    for one, other in zip(rough, fine, strict=True):
        assert abs(one.var.value - other.var.value) <= one.var.bound + other.var.bound


def test_an_aggregate_limit_far_out_leaves_the_deviation_right() -> None:
    severity = {"type": "pert", "low": 4, "mode": 5, "high": 7}
    base = {"rate": 0.5, "severity": severity}
    near = {**base, "aggregate_layer": {"deductible": 11, "limit": 100}}
    far = {**base, "aggregate_layer": {"deductible": 11, "limit": 400_000}}
    first, second = (quantify(read_scenario(one), curve=False) for one in (near, far))
    assert second.sd == pytest.approx(first.sd, rel=1e-3)


def test_a_curve_whose_quantiles_are_one_atom_shows_the_way_to_it() -> None:
    data = {
        "rate": 0.00092,
        "severity": {"type": "lognormal_90ci", "low": 530, "high": 70262},
        "layer": {"deductible": 466, "limit": 25},
    }
    curve = quantify(read_scenario(data)).lec
    losses = [loss for loss, _ in curve]
    assert losses == sorted(set(losses))
    assert curve[0][1] > 100.0 * curve[-1][1]


def test_a_lognormal_so_wide_that_its_mean_is_no_number() -> None:
    wide, usual = Lognormal(2.0, 40.0), Lognormal(2.0, 37.0)
    at = np.array([0.0, 1e-3, math.exp(2.0), 1e6])
    assert math.isinf(wide.mean)
    assert wide.limited(at)[2] == pytest.approx(math.exp(2.0) * 0.5099673352, rel=1e-9)
    exact = usual.mean * ndtr((np.log(at[1:]) - 2.0) / 37.0 - 37.0)
    assert exact == pytest.approx(usual.limited(at)[1:] - at[1:] * usual.survival(at[1:]))
    assert np.all(np.diff(wide.limited(at)) > 0.0)


def test_a_narrow_resistance_is_resolved() -> None:
    flat = BetaStrength(type="beta", a=1, b=1)
    narrow = BetaStrength(type="beta", a=1e5, b=3e5)
    assert vulnerability(flat, narrow) == pytest.approx(0.75, rel=1e-12)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"rate": -1, "severity": UNIT}, "rate"),
        ({"rate": 1, "severity": {"type": "lognormal", "mu": 1, "sigma": 40}}, "severity.sigma"),
        (
            {"rate": 1, "severity": {"type": "lognormal_90ci", "low": 1e-300, "high": 1e300}},
            "1e300",
        ),
    ],
)
def test_numbers_that_cannot_be_are_named(data: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        read_scenario(data)
    assert field in str(caught.value)


def test_a_layer_that_almost_nothing_reaches_has_figures() -> None:
    data = {
        "frequency": {"type": "bernoulli", "p": 0.3},
        "severity": {"type": "lognormal_90ci", "low": 2200, "high": 13337},
        "layer": {"deductible": 244_000, "limit": 59_100},
        "aggregate_layer": {"deductible": 313_520, "limit": 14_204},
    }
    result = quantify(read_scenario(data))
    assert result.mean == pytest.approx(0.0, abs=1e-9)
    assert result.sd is not None
