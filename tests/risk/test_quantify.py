"""Total losses: honest bounds, atoms, infinite means, layers, curves, and what is refused."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.kernel.errors import InputError
from governance.risk.compound.lattice import LatticeLaw
from governance.risk.quantify import law_of, quantify
from governance.risk.result import RiskResult
from governance.risk.scenario import read_scenario


def run(data: dict[str, Any], **options: Any) -> RiskResult:
    return quantify(read_scenario(data), **options)


FREQUENCIES: list[dict[str, Any]] = [
    {"type": "poisson", "mean": 0.03},
    {"type": "poisson", "mean": 3},
    {"type": "poisson", "mean": 400},
    {"type": "negative_binomial", "r": 2, "beta": 1.5},
    {"type": "geometric", "beta": 0.5},
    {"type": "binomial", "n": 5, "p": 0.3},
    {"type": "zip", "pi": 0.4, "mean": 3},
    {"type": "zinb", "pi": 0.4, "r": 1, "beta": 3},
    {"type": "gamma_poisson", "shape": 0.5, "rate": 3, "events": 2, "exposure": 4},
]
SEVERITIES: list[dict[str, Any]] = [
    {"type": "lognormal", "mu": 0, "sigma": 2},
    {"type": "gpd", "xi": 0.3, "beta": 2, "threshold": 10},
    {"type": "gpd", "xi": 1.2, "beta": 2},
    {"type": "pareto", "shape": 2.5, "scale": 3},
    {"type": "pert", "low": 5, "mode": 20, "high": 50},
    {"type": "uniform", "low": 5, "high": 20},
    {"type": "lognormal", "mu": 0, "sigma": 1, "cap": 3},
    {"type": "gamma", "shape": 0.7, "scale": 5, "cap": 40},
    {
        "type": "spliced",
        "body": {"type": "lognormal", "mu": 0, "sigma": 1},
        "tail": {"type": "gpd", "xi": 0.5, "beta": 2, "threshold": 4},
    },
    {
        "type": "primary_secondary",
        "primary": {"type": "lognormal", "mu": 0, "sigma": 1},
        "probability": 0.2,
        "secondary": {"type": "lognormal", "mu": 2, "sigma": 1},
    },
]


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.sampled_from(FREQUENCIES), st.sampled_from(SEVERITIES))
def test_the_error_stays_within_the_bound(
    frequency: dict[str, Any], severity: dict[str, Any]
) -> None:
    data = {"frequency": frequency, "severity": severity}
    options: dict[str, Any] = {"levels": (0.5, 0.9, 0.99), "thresholds": (12,), "curve": False}
    rough = run(data, **options)
    fine = run(data, tolerance=1e-8, **options)
    assert rough.error_bound <= 1e-5
    allowed = rough.error_bound + fine.error_bound
    for name in ("var", "tvar", "sf", "cdf"):
        for key, found in getattr(rough, name).items():
            exact = getattr(fine, name)[key]
            if exact is None:
                assert found is None
            else:
                scale = max(abs(exact), 1e-6) if name in ("sf", "cdf") else abs(exact)
                assert abs(found - exact) <= allowed * scale, (name, key)


def test_keys_are_the_levels_and_losses_as_they_were_given() -> None:
    data = {"rate": 1, "severity": {"type": "exponential", "mean": 10}}
    texts = run(data, levels=("0.950", "0.99"), thresholds=("1e1", "20"))
    assert list(texts.var) == ["0.950", "0.99"]
    assert list(texts.sf) == ["1e1", "20"]
    numbers = run(data, levels=(0.95,), thresholds=(10, 12.5, 1_000_000))
    assert list(numbers.tvar) == ["0.95"]
    assert list(numbers.cdf) == ["10", "12.5", "1000000"]


@pytest.mark.parametrize("severity", [{"type": "levy", "scale": 5}, SEVERITIES[2]])
def test_an_infinite_mean_gives_quantiles_and_no_mean(severity: dict[str, Any]) -> None:
    result = run({"rate": 2, "severity": severity}, thresholds=(100,))
    assert result.mean is None
    assert result.sd is None
    assert result.tvar == {"0.95": None, "0.99": None}
    assert 0.0 < result.var["0.95"] < result.var["0.99"] < math.inf  # type: ignore[operator]
    assert "the mean does not exist" in result.warnings[0]
    data = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert data["mean"] is None


def test_an_infinite_variance_leaves_the_mean() -> None:
    result = run({"rate": 2, "severity": {"type": "gpd", "xi": 0.7, "beta": 1}})
    assert result.mean == pytest.approx(2 / 0.3)
    assert result.sd is None
    assert "variance does not exist" in result.warnings[0]


def test_var_is_zero_where_no_loss_is_likely_enough() -> None:
    result = run({"rate": 0.01, "severity": {"type": "lognormal", "mu": 3, "sigma": 1}})
    assert result.var["0.95"] == 0.0
    assert result.tvar["0.95"] == pytest.approx(result.mean / 0.05)  # type: ignore[operator]
    nothing = run({"rate": 0, "severity": {"type": "exponential", "mean": 1}})
    assert (nothing.mean, nothing.sd, nothing.prob_zero) == (0.0, 0.0, 1.0)
    assert nothing.var == {"0.95": 0.0, "0.99": 0.0}
    assert nothing.lec == ()


def test_an_atom_at_the_quantile_is_split() -> None:
    data = {"distribution": {"type": "discrete", "pmf": {0: 0.9, 100: 0.08, 1000: 0.02}}}
    result = run(data, levels=(0.9, 0.95, 0.985))
    assert result.var == {"0.9": 0.0, "0.95": 100.0, "0.985": 1000.0}
    assert result.tvar["0.95"] == pytest.approx(460.0)
    assert result.tvar["0.985"] == pytest.approx(1000.0)


def test_amounts_on_a_lattice_are_exact_and_others_are_bracketed() -> None:
    even = run({"rate": 2, "severity": {"type": "empirical", "losses": [0.1, 0.25, 0.4] * 10}})
    assert even.method == "exact lattice"
    odd = run(
        {"rate": 0.5, "severity": {"type": "empirical", "losses": [math.pi * 1e4, 1e5 / 3, 77.7]}},
        thresholds=(40_000,),
    )
    assert odd.method == "bracketed lattice"
    assert odd.error_bound < 1e-4
    assert odd.var["0.95"] == pytest.approx(1e5 / 3 + 77.7, rel=2e-5)


def test_a_layer_gives_what_it_pays_and_retained_the_rest() -> None:
    base = {"rate": 3, "severity": {"type": "lognormal", "mu": 4, "sigma": 1}}
    layer = {"deductible": 50, "limit": 200}
    paid = run({**base, "layer": layer})
    kept = run({**base, "layer": {**layer, "retained": True}})
    whole = run(base)
    assert paid.mean + kept.mean == pytest.approx(whole.mean)  # type: ignore[operator]
    assert paid.layer is not None
    assert paid.layer.expected_ceded == pytest.approx(paid.mean)
    assert paid.layer.expected_retained == pytest.approx(kept.mean)
    generator = np.random.default_rng(1)
    counts = generator.poisson(3, 200_000)
    draws = np.exp(4 + generator.standard_normal(counts.sum()))
    year = np.repeat(np.arange(counts.size), counts)
    payments = np.clip(draws - 50, 0, 200)
    for result, losses in ((paid, payments), (kept, draws - payments)):
        totals = np.bincount(year, weights=losses, minlength=counts.size)
        assert result.sd == pytest.approx(float(totals.std()), rel=0.02)
        assert result.var["0.95"] == pytest.approx(float(np.quantile(totals, 0.95)), rel=0.02)


@pytest.mark.parametrize("retained", [False, True])
@pytest.mark.parametrize("limit", [400.0, None])
def test_an_aggregate_layer_against_a_simulation(retained: bool, limit: float | None) -> None:
    layer = {"deductible": 150.0, "limit": limit, "retained": retained}
    data = {
        "rate": 3,
        "severity": {"type": "lognormal", "mu": 4, "sigma": 1},
        "aggregate_layer": layer,
    }
    result = run(data, levels=(0.6, 0.95), thresholds=(100, 500))
    generator = np.random.default_rng(2)
    counts = generator.poisson(3, 300_000)
    year = np.repeat(np.arange(counts.size), counts)
    losses = np.exp(4 + generator.standard_normal(counts.sum()))
    total = np.bincount(year, weights=losses, minlength=counts.size)
    paid = np.clip(total - 150.0, 0.0, limit or np.inf)
    sample = total - paid if retained else paid
    assert result.mean == pytest.approx(float(sample.mean()), rel=0.01)
    assert result.sd == pytest.approx(float(sample.std()), rel=0.02)
    assert result.prob_zero == pytest.approx(float((sample == 0.0).mean()), abs=0.004)
    for level in ("0.6", "0.95"):
        quantile = float(np.quantile(sample, float(level)))
        assert result.var[level] == pytest.approx(quantile, rel=0.02)
        worst = np.sort(sample)[int(float(level) * sample.size) :]
        assert result.tvar[level] == pytest.approx(float(worst.mean()), rel=0.02)
    for loss in (100, 500):
        chance = float((sample > loss).mean())
        assert result.sf[str(loss)] == pytest.approx(chance, abs=0.004)
    assert all(p >= q for (_, p), (_, q) in zip(result.lec, result.lec[1:], strict=False))


def test_a_layer_that_nothing_reaches_pays_nothing() -> None:
    base = {"rate": 3, "severity": {"type": "lognormal", "mu": 2, "sigma": 1}}
    for name in ("layer", "aggregate_layer"):
        result = run({**base, name: {"deductible": 1e9, "limit": 5}})
        assert result.mean == pytest.approx(0.0, abs=1e-15)
        assert result.tvar["0.99"] == pytest.approx(0.0, abs=1e-12)
        assert result.error_bound <= 1e-5


def test_the_curve_is_smooth_falling_and_right() -> None:
    data = {"rate": 3, "severity": {"type": "lognormal_90ci", "low": 10_000, "high": 1_000_000}}
    result = run(data)
    losses = [loss for loss, _ in result.lec]
    chances = [chance for _, chance in result.lec]
    assert 40 <= len(result.lec) <= 80
    assert losses == sorted(losses)
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.9
    assert chances[-1] < 2e-4
    exact = law_of(read_scenario(data), tolerance=1e-9).at(losses[::6])
    for chance, point in zip(chances[::6], exact, strict=True):
        assert chance == pytest.approx(point.sf.value, abs=1e-5)


def test_thresholds_give_tail_probabilities_stop_loss_and_the_largest_event() -> None:
    data = {"rate": 3, "severity": {"type": "exponential", "mean": 1000}}
    result = run(data, thresholds=("0", "5000"))
    assert result.sf["0"] == pytest.approx(1.0 - math.exp(-3))
    assert result.sf["5000"] + result.cdf["5000"] == pytest.approx(1.0)  # type: ignore[operator]
    assert result.stop_loss["0"] == pytest.approx(3000.0)
    assert result.stop_loss["5000"] == pytest.approx(378.0852560707673, rel=1e-9)
    assert result.oep["5000"] == pytest.approx(-math.expm1(-3 * math.exp(-5)))


def test_the_transform_agrees_with_the_series_it_replaces() -> None:
    data = {"rate": 3, "severity": {"type": "gamma", "shape": 0.4, "scale": 7}}
    model = read_scenario(data).model()
    exact = run(data, levels=(0.2, 0.99))
    found = LatticeLaw(model, 1e-6).tails([0.2, 0.99])
    for tail, key in zip(found, ("0.2", "0.99"), strict=True):
        assert tail.var.value == pytest.approx(exact.var[key], rel=1e-6)
        assert tail.tvar is not None
        assert tail.tvar.value == pytest.approx(exact.tvar[key], rel=1e-6)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"levels": (1.0,)}, "levels"),
        ({"levels": (0,)}, "levels"),
        ({"levels": ("ninety",)}, "levels"),
        ({"levels": (math.nan,)}, "levels"),
        ({"thresholds": (-1,)}, "thresholds"),
        ({"thresholds": (math.inf,)}, "thresholds"),
        ({"thresholds": ("much",)}, "thresholds"),
        ({"tolerance": 0.0}, "tolerance"),
        ({"tolerance": 1.0}, "tolerance"),
    ],
)
def test_questions_out_of_range_are_refused(options: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        run({"rate": 1, "severity": {"type": "exponential", "mean": 1}}, **options)
    assert caught.value.field == field


def test_a_fragile_result_says_so() -> None:
    wide = run({"rate": 1, "severity": {"type": "lognormal_90ci", "low": 1, "high": 100_000}})
    assert "beyond the high estimate" in wide.warnings[0]
    few = run({"rate": 1, "severity": {"type": "empirical", "losses": [1, 2, 3]}})
    assert "3 observed amounts are few" in few.warnings[0]
    assert run({"rate": 1, "severity": {"type": "exponential", "mean": 1}}).warnings == ()


def test_currency_and_horizon_stand_beside_the_figures() -> None:
    result = run(
        {
            "currency": "EUR",
            "horizon_years": 5,
            "rate": 1,
            "severity": {"type": "exponential", "mean": 1},
        }
    )
    assert result.currency == "EUR"
    assert result.horizon_years == 5.0
    assert result.mean == pytest.approx(5.0)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    rate=st.floats(-2.0, 2.3),
    count=st.sampled_from(["poisson", "negative_binomial", "zip"]),
    body=st.sampled_from(["lognormal", "gpd", "uniform", "capped", "gamma"]),
    shape=st.floats(0.0, 1.0),
    level=st.sampled_from([0.5, 0.9, 0.95, 0.99, 0.999, 0.9999]),
)
def test_the_true_error_lies_within_the_bound(
    rate: float, count: str, body: str, shape: float, level: float
) -> None:
    mean = 10.0**rate
    frequency: dict[str, Any] = {"type": "poisson", "mean": mean}
    if count == "negative_binomial":
        frequency = {"type": count, "r": 0.3 + 4.0 * shape, "beta": mean}
    elif count == "zip":
        frequency = {"type": count, "pi": 0.4, "mean": mean}
    severity: dict[str, Any] = {"type": "lognormal", "mu": 2.0, "sigma": 0.2 + 2.3 * shape}
    if body == "gpd":
        severity = {"type": "gpd", "xi": 0.05 + 1.2 * shape, "beta": 2.0, "threshold": 5.0}
    elif body == "uniform":
        severity = {"type": "uniform", "low": 5.0, "high": 6.0 + 40.0 * shape}
    elif body == "capped":
        severity["cap"] = 10.0
    elif body == "gamma":
        severity = {"type": "gamma", "shape": 0.3 + 7.0 * shape, "scale": 5.0}
    model = read_scenario({"frequency": frequency, "severity": severity}).model()
    (rough,) = LatticeLaw(model, 1e-5).tails([level])
    (fine,) = LatticeLaw(model, 1e-8).tails([level])
    for found, exact in ((rough.var, fine.var), (rough.tvar, fine.tvar)):
        if found is not None and exact is not None:
            assert found.relative() <= 1e-5
            assert abs(found.value - exact.value) <= found.bound + exact.bound
