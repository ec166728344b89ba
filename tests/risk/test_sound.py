"""No figure leaves without a check: laws that hold for every total loss."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.kernel.errors import ComputationError, InputError
from governance.risk.arrays import FloatArray
from governance.risk.compound.law import Estimate, Point, Tail, TotalLaw
from governance.risk.estimate.predictive import compare_predictive
from governance.risk.quantify import law_of, quantify
from governance.risk.scenario import read_scenario

LEVELS = (0.5, 0.9, 0.95, 0.99, 0.999)
HEAVY: list[dict[str, Any]] = [
    {"type": "levy", "scale": 3},
    {"type": "gpd", "xi": 1.5, "beta": 10},
    {"type": "pareto", "shape": 1.2, "scale": 5},
    {"type": "lognormal", "mu": 1, "sigma": 3},
    {"type": "uniform", "low": 1, "high": 9},
    {"type": "discrete", "pmf": {"1": 0.5, "100000.5": 0.5}},
]


class Broken(TotalLaw):
    """A law that says what it is told."""

    method = "broken"
    mean = 5.0
    variance = 1.0
    prob_zero = 0.0

    def __init__(self, tails: list[Tail], points: list[Point]) -> None:
        self._found = tails
        self._points = points

    def _tails(self, levels: Sequence[float]) -> list[Tail]:
        return self._found

    def _at(self, losses: Sequence[float]) -> list[Point]:
        return self._points

    def curve(self, levels: Sequence[float]) -> tuple[FloatArray, FloatArray]:
        return np.zeros(0), np.zeros(0)


def tail(level: float, var: float, tvar: float | None) -> Tail:
    return Tail(level, Estimate(var, 1e-6), None if tvar is None else Estimate(tvar, 1e-6))


@pytest.mark.parametrize(
    "tails",
    [
        [tail(0.95, -3.4e38, None)],
        [tail(0.95, math.inf, None)],
        [tail(0.95, math.nan, None)],
        [tail(0.95, 5.0, 4.0)],
        [tail(0.95, 5.0, math.nan)],
        [tail(0.95, 5.0, math.inf)],
        [tail(0.99, 5.0, 9.0), tail(0.95, 6.0, 9.0)],
    ],
)
def test_tails_that_cannot_be_are_kept_back(tails: list[Tail]) -> None:
    with pytest.raises(ComputationError, match="broken"):
        Broken(tails, []).tails([t.level for t in tails])


@pytest.mark.parametrize(("cdf", "limited"), [(1.5, 1.0), (-0.1, 1.0), (0.5, 3.0), (0.5, -1.0)])
def test_points_that_cannot_be_are_kept_back(cdf: float, limited: float) -> None:
    point = Point(2.0, Estimate(cdf, 0.0), Estimate(1.0 - cdf, 0.0), Estimate(limited, 0.0))
    with pytest.raises(ComputationError, match="broken"):
        Broken([], [point]).at([2.0])


@settings(max_examples=30, deadline=None)
@given(
    logs=st.lists(st.floats(5.0, 12.0), min_size=3, max_size=9, unique=True),
    events=st.integers(1, 12),
)
def test_predictive_figures_are_ordered_for_few_amounts(logs: list[float], events: int) -> None:
    """Three to nine amounts: parameters so uncertain that some sizes are beyond every lattice."""
    if max(logs) - min(logs) < 0.5:
        return
    amounts = [math.exp(x) for x in logs]
    try:
        found = compare_predictive(events, 2.0, amounts, levels=(0.5, 0.9)).predictive
    except ComputationError:
        return  # kept back, with the method's name: never a wrong number
    low, high = found.var["0.5"], found.var["0.9"]
    assert low is not None
    assert high is not None
    assert 0.0 <= low <= high


def test_the_worked_case_of_six_amounts() -> None:
    """Against a simulation of rate and parameters: three standard errors."""
    amounts = (1000, 2000, 4000, 3000, 9000, 20000)
    found = compare_predictive(6, 2.0, amounts, levels=("0.5", "0.95", "0.99")).predictive.var
    assert found["0.5"] == pytest.approx(16_630, rel=0.005)
    assert found["0.95"] == pytest.approx(151_975, abs=1_800)
    assert found["0.99"] == pytest.approx(782_000, abs=29_000)


@pytest.mark.parametrize("severity", HEAVY)
@pytest.mark.parametrize("limit", [None, 4.0, 60.0])
@pytest.mark.parametrize("kind", ["layer", "aggregate_layer"])
def test_figures_of_kept_losses_are_sound(
    severity: dict[str, Any], limit: float | None, kind: str
) -> None:
    layer: dict[str, Any] = {"deductible": 20.0, "retained": True}
    if limit is not None:
        layer["limit"] = limit
    found = quantify(
        read_scenario({"rate": 2, "severity": severity, kind: layer}), levels=LEVELS, curve=False
    )
    if limit is None:
        assert found.mean is not None
        assert 0.0 <= found.mean <= (40.0 if kind == "layer" else 20.0) + 1e-9
    values = [found.var[str(level)] for level in LEVELS]
    assert all(value is not None for value in values)
    assert values == sorted(values, key=lambda value: value or 0.0)


def test_an_amount_of_events_far_too_small_or_large_is_no_traceback() -> None:
    rare = {"rate": 1e-9, "severity": {"type": "lognormal", "mu": 1, "sigma": 1}}
    assert quantify(read_scenario(rare)).var["0.99"] == 0.0
    for size in ({"type": "exponential", "mean": 1e308}, {"type": "constant", "value": 1e200}):
        with pytest.raises(InputError, match="beyond what can be computed"):
            quantify(read_scenario({"rate": 1, "severity": size}))
    with pytest.raises(InputError, match="beyond what can be computed"):
        quantify(read_scenario({**rare, "rate": 1e300}))


def test_two_amounts_on_no_lattice_in_reach_have_finite_figures() -> None:
    pmf = {"1": 0.999999, "1234567.891": 0.000001}
    law = law_of(read_scenario({"rate": 2, "severity": {"type": "discrete", "pmf": pmf}}))
    (found,) = law.tails([0.99])
    assert found.var.value == pytest.approx(6.0, abs=3.0)
