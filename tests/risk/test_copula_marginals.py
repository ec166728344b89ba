"""A copula leaves every scenario's own law as it is: exact at correlation 0 and at 1."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from governance.risk.quantify import law_of, quantify
from governance.risk.scenario import Portfolio, read_scenario
from governance.risk.simulate.portfolio import simulate_copula

YEARS = 1 << 17
SIZES: list[dict[str, Any]] = [
    {"type": "constant", "value": 1000},
    {"type": "discrete", "pmf": {"1": 0.3, "250": 0.7}},
    {"type": "empirical", "losses": [3.1, 17.77, 250.0, 1.0]},
    {"type": "lognormal", "mu": 3, "sigma": 1},
    {"type": "lognormal", "mu": 3, "sigma": 1, "cap": 60},
    {"type": "exponential", "mean": 10},
    {"type": "gamma", "shape": 2, "scale": 3},
    {"type": "gpd", "xi": 0.3, "beta": 10},
    {"type": "pert", "low": 1, "mode": 2, "high": 9},
    {"type": "uniform", "low": 1, "high": 9},
]
COUNTS: list[dict[str, Any]] = [
    {"type": "poisson", "mean": 2},
    {"type": "bernoulli", "p": 0.3},
    {"type": "negative_binomial", "r": 2, "beta": 0.6},
]


def pair(count: dict[str, Any], size: dict[str, Any], **dependence: Any) -> Portfolio:
    scenarios = [{"id": n, "frequency": count, "severity": size} for n in "ab"]
    found = read_scenario({"scenarios": scenarios, "dependence": dependence})
    assert isinstance(found, Portfolio)
    return found


def check(totals: Any, law: Any, scale: float = 1.0) -> None:
    """Compare shares at the exact law's quantiles with five standard errors."""
    ordered = np.sort(totals)
    for level in (0.4, 0.7, 0.95, 0.99):
        x = law.tails([level])[0].var.value
        for at in (x * 1.02 + 1e-9, x * 0.98 - 1e-9):
            right = law.at([at])[0].cdf.value
            share = np.searchsorted(ordered, scale * at, side="right") / ordered.size
            error = 5.0 * np.sqrt(max(right * (1 - right), 1e-6) / ordered.size)
            assert share == pytest.approx(right, abs=error + 1e-3 * (1 - right))


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("size", SIZES)
def test_correlation_zero_is_independence_and_one_is_comonotone(
    count: dict[str, Any], size: dict[str, Any]
) -> None:
    free = pair(count, size, type="gaussian_copula", correlation=0.0)
    totals, _, _ = simulate_copula(free, YEARS, seed=5)
    check(totals, law_of(pair(count, size, type="independent")))
    bound = pair(count, size, type="gaussian_copula", correlation=1.0)
    totals, _, _ = simulate_copula(bound, YEARS, seed=5)
    single = read_scenario({"frequency": count, "severity": size})
    check(totals, law_of(single), scale=2.0)


def test_two_chances_of_one_amount_give_three_totals() -> None:
    scenarios = [
        {"id": n, "frequency": {"type": "bernoulli", "p": p}, "severity": SIZES[0]}
        for n, p in (("a", 0.3), ("b", 0.2))
    ]
    dependence = {"type": "gaussian_copula", "correlation": 0.5}
    found = read_scenario({"scenarios": scenarios, "dependence": dependence})
    assert isinstance(found, Portfolio)
    totals, _, _ = simulate_copula(found, YEARS)
    assert set(np.unique(totals)) == {0.0, 1000.0, 2000.0}


def test_the_worked_case_of_a_poisson_total() -> None:
    scenarios = [{"id": n, "rate": r, "severity": SIZES[0]} for n, r in (("a", 2), ("b", 3))]
    dependence = {"type": "gaussian_copula", "correlation": 0.0}
    subject = read_scenario({"scenarios": scenarios, "dependence": dependence})
    found = quantify(subject, levels=("0.95", "0.99"), thresholds=("4000",))
    assert found.sd == pytest.approx(2236.07, rel=0.005)
    assert found.var == {"0.95": 9000.0, "0.99": 11000.0}
    assert found.sf["4000"] == pytest.approx(0.55951, abs=0.0025)
