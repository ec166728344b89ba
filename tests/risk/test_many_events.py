"""Tiny dispersions and very large counts: laws next to a Poisson or normal law, to their digits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammainc, pdtr

from governance.risk.arrays import log_one_plus
from governance.risk.compound import total_law
from governance.risk.compound.central import CentralLaw
from governance.risk.compound.lattice import LatticeLaw
from governance.risk.frequency import Binomial, NegativeBinomial, Poisson
from governance.risk.quantify import quantify
from governance.risk.scenario import read_scenario

LOGNORMAL = {"type": "lognormal", "mu": 1, "sigma": 1}
SIZES: list[dict[str, Any]] = [
    LOGNORMAL,
    {"type": "exponential", "mean": 1},
    {"type": "gamma", "shape": 2, "scale": 3},
    {"type": "pert", "low": 1, "mode": 2, "high": 9},
    {"type": "discrete", "pmf": {"1": 0.5, "7": 0.5}},
]


def poisson(mean: float, severity: dict[str, Any] = LOGNORMAL) -> Any:
    return read_scenario({"rate": mean, "severity": severity})


@given(
    size=st.floats(-12.0, -2.0), angle=st.floats(-3.1, 3.1), part=st.sampled_from([1.0, -1.0, 0.0])
)
def test_the_logarithm_keeps_the_digits_of_a_small_number(
    size: float, angle: float, part: float
) -> None:
    z = complex(10.0**size * math.cos(angle), 10.0**size * math.sin(angle) * part)
    series = sum((-1) ** (n + 1) * z**n / n for n in range(1, 12))
    found = log_one_plus(np.array([z]))[0]
    assert abs(found - series) <= 1e-15 * abs(z) + abs(z) ** 12


@settings(max_examples=25, deadline=None)
@given(
    power=st.floats(5.0, 17.0),
    mean=st.floats(0.1, 20.0),
    severity=st.sampled_from(SIZES),
)
def test_a_negative_binomial_of_tiny_dispersion_is_poisson(
    power: float, mean: float, severity: dict[str, Any]
) -> None:
    """Total variation of the counts is below mean^2/r, so that probabilities are as near."""
    r = 10.0**power
    near = read_scenario(
        {
            "frequency": {"type": "negative_binomial", "r": r, "beta": mean / r},
            "severity": severity,
        }
    )
    for x in (0.5 * mean, 3.0 * mean, 10.0 * mean):
        (a,), (b,) = (total_law(s.model()).at([x]) for s in (near, poisson(mean, severity)))
        slack = a.cdf.bound + b.cdf.bound + mean * mean / r + 1e-13
        assert a.cdf.value == pytest.approx(b.cdf.value, abs=slack)


@pytest.mark.parametrize("distribution", ["gamma", "lognormal"])
@pytest.mark.parametrize("cv", [1e-160, 1e-12, 1e-9, 1e-7, 1e-5])
def test_a_shared_factor_that_hardly_varies_changes_nothing(distribution: str, cv: float) -> None:
    both = [{"id": n, "rate": 1.5, "severity": LOGNORMAL} for n in "ab"]
    shared = {"type": "shared_factor", "distribution": distribution, "cv": cv}
    found = quantify(read_scenario({"scenarios": both, "dependence": shared}), curve=False)
    exact = quantify(read_scenario({"scenarios": both}), curve=False)
    assert found.prob_zero == pytest.approx(exact.prob_zero, rel=1e-9)
    for level, value in exact.var.items():
        slack = (found.error_bound + exact.error_bound) + 10 * cv * cv
        assert found.var[level] == pytest.approx(value, rel=slack)


def test_the_worked_case_of_the_negative_binomial() -> None:
    """VaR of Poisson(3) exponential losses to 15 digits, r = 1e12 away from it by 1e-12."""
    law = {"type": "negative_binomial", "r": 1e12, "beta": 3e-12}
    scenario = read_scenario({"frequency": law, "severity": {"type": "exponential", "mean": 1}})
    found = quantify(scenario, levels=("0.95",), curve=False)
    assert found.var["0.95"] == pytest.approx(7.728855690594586, rel=1e-11)


@given(power=st.floats(3.0, 16.0), mean=st.floats(0.1, 30.0))
def test_masses_of_a_tiny_dispersion_are_those_of_poisson(power: float, mean: float) -> None:
    r = 10.0**power
    masses = NegativeBinomial(r, mean / r).pmf(200)
    assert np.abs(masses - Poisson(mean).pmf(200)).sum() <= 2.0 * mean * mean / r + 1e-13


@given(n=st.integers(1, 1_000_000), mean=st.floats(0.01, 30.0))
def test_masses_of_a_binomial_sum_to_one_and_keep_the_mean(n: int, mean: float) -> None:
    law = Binomial(n, min(mean / n, 0.9))
    masses = law.pmf(min(n + 1, 400))
    assert masses.sum() == pytest.approx(1.0, abs=1e-13)
    assert masses @ np.arange(masses.size) == pytest.approx(law.mean, rel=1e-12)


@pytest.mark.parametrize("severity", SIZES)
@pytest.mark.parametrize("events", [2e5, 1e6, 1e7, 1e9])
def test_very_many_losses_are_normal_with_their_skew(
    events: float, severity: dict[str, Any]
) -> None:
    """Cornish and Fisher's second order leaves sd times the kurtosis, about 1/events."""
    scenario = poisson(events, severity)
    model = scenario.model()
    law = total_law(model)
    (tail,) = law.tails([0.95])
    sd, size = math.sqrt(model.variance), model.terms[0].severity
    top = size.upper if math.isfinite(size.upper) else size.quantile(1 - 1e-13)
    edges = np.linspace(0.0, top, 400_001)
    third = 3.0 * np.trapezoid(edges**2 * size.survival(edges), edges)
    z = 1.6448536269514722
    guess = model.mean + sd * z + events * third / sd**2 * (z * z - 1.0) / 6.0
    assert tail.var.value == pytest.approx(
        guess, abs=30.0 * sd / events + 0.02 * sd / math.sqrt(events) + tail.var.bound + 1e-9 * sd
    )
    assert tail.var.relative() <= 1e-5
    (point,) = law.at([tail.var.value])
    assert point.sf.value == pytest.approx(0.05, abs=point.sf.bound + 1e-9 + 5 / sd)


def test_the_series_around_the_mean_is_that_of_a_gamma_law() -> None:
    """N exponential losses with N fixed have a gamma law."""
    fixed = 900_000
    frequency = {"type": "binomial", "n": fixed, "p": 1.0}
    scenario = read_scenario(
        {"frequency": frequency, "severity": {"type": "exponential", "mean": 1}}
    )
    law = CentralLaw.of(scenario.model())
    assert law is not None
    for x in (fixed - 2000.0, fixed + 0.0, fixed + 3000.0):
        (point,) = law.at([x])
        assert point.cdf.value == pytest.approx(gammainc(fixed, x), abs=point.cdf.bound + 1e-9)


def test_lattice_and_series_agree_where_both_serve() -> None:
    model = poisson(1e5).model()
    series = total_law(model)
    assert isinstance(series, CentralLaw)
    for a, b in zip(series.tails([0.5, 0.99]), LatticeLaw(model).tails([0.5, 0.99]), strict=True):
        assert a.var.value == pytest.approx(b.var.value, abs=a.var.bound + b.var.bound)
        assert a.tvar is not None
        assert b.tvar is not None
        assert a.tvar.value == pytest.approx(b.tvar.value, abs=a.tvar.bound + b.tvar.bound)


@pytest.mark.parametrize("events", [1e6, 1e7])
def test_counts_themselves(events: float) -> None:
    law = total_law(poisson(events, {"type": "constant", "value": 1}).model())
    for x in (events - 1000.0, events + 2000.0):
        (point,) = law.at([x])
        assert point.cdf.value == pytest.approx(pdtr(x, events), abs=point.cdf.bound + 1e-9)


@pytest.mark.parametrize("events", [1e5, 1e6, 1e7])
def test_the_lattice_keeps_its_bound_where_its_step_is_too_large(events: float) -> None:
    """On a lattice coarser than one loss differences fall slowly, and much is still missing."""
    model = poisson(events).model()
    exact, (tail,) = CentralLaw.of(model), LatticeLaw(model).tails([0.95])
    assert exact is not None
    assert abs(tail.var.value - exact.tails([0.95])[0].var.value) <= tail.var.bound
