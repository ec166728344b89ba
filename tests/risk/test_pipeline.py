"""One pipeline for every command: ground-up loss, event layer, shock, aggregate layer."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.kernel.errors import InputError
from governance.risk.explain import tornado
from governance.risk.insurance import exceedance_table, quote
from governance.risk.quantify import law_of, quantify
from governance.risk.reserve import reserve
from governance.risk.scenario import Layer, read_scenario
from governance.risk.simulate import simulate_contract
from governance.risk.simulate.contracts import ReinstatementContract
from governance.risk.treatment import Control, treat

SHOCK = {
    "type": "common_shock",
    "frequency": {"type": "poisson", "mean": 1},
    "severity": {"type": "constant", "value": 1000},
}
COPULA = {"type": "gaussian_copula", "correlation": 0.9}


def one(rate: float, value: float, name: str = "a", **more: Any) -> dict[str, Any]:
    return {"id": name, "rate": rate, "severity": {"type": "constant", "value": value}, **more}


def paid(x: float, layer: dict[str, Any]) -> float:
    inside = min(max(x - layer["deductible"], 0.0), layer["limit"])
    return x - inside if layer.get("retained") else inside


AMOUNTS = st.integers(1, 40).map(lambda n: 25.0 * n)
LAYERS = st.fixed_dictionaries({"deductible": AMOUNTS, "limit": AMOUNTS, "retained": st.booleans()})


@settings(max_examples=40, deadline=None)
@given(
    own=LAYERS,
    low=AMOUNTS,
    limit=AMOUNTS,
    value=AMOUNTS,
    shock=AMOUNTS,
    rate=st.sampled_from([0.5, 1.0, 2.0]),
)
def test_a_quote_pays_of_what_the_files_layers_leave_and_of_every_shock(
    own: dict[str, Any], low: float, limit: float, value: float, shock: float, rate: float
) -> None:
    dependence = {**SHOCK, "severity": {"type": "constant", "value": shock}}
    subject = read_scenario({"scenarios": [one(rate, value, layer=own)], "dependence": dependence})
    found = quote(subject, Layer(deductible=low, limit=limit))
    new = {"deductible": low, "limit": limit}
    right = rate * paid(paid(value, own), new) + paid(shock, new)
    assert found.expected_payment == pytest.approx(right, abs=1e-7 * limit)
    assert found.retained_mean is not None
    assert found.retained_mean >= -1e-7 * limit


@pytest.mark.parametrize("aggregate", [False, True])
@pytest.mark.parametrize("dependence", [{"type": "independent"}, SHOCK, COPULA])
@pytest.mark.parametrize("cut", [None, {"deductible": 150, "limit": 900, "retained": True}])
def test_what_is_paid_and_what_is_kept_make_the_whole(
    aggregate: bool, dependence: dict[str, Any], cut: dict[str, Any] | None
) -> None:
    subject = read_scenario(
        {
            "scenarios": [one(1.0, 100.0), one(2.0, 250.0, "b")],
            "dependence": dependence,
            **({} if cut is None else {"aggregate_layer": cut}),
        }
    )
    layer = Layer(deductible=50, limit=150)
    if cut is not None and not aggregate:
        with pytest.raises(InputError, match="aggregate layer"):
            quote(subject, layer)
        return
    found = quote(subject, layer, aggregate=aggregate)
    assert found.retained_mean is not None
    assert found.retained_mean >= 0.0
    assert found.expected_payment + found.retained_mean == pytest.approx(law_of(subject).mean)
    assert 0.0 < found.expected_payment <= law_of(subject).mean


@settings(max_examples=25, deadline=None)
@given(layer=LAYERS, value=AMOUNTS, rate=st.floats(0.1, 3.0))
def test_a_tornado_scales_the_loss_before_its_layer(
    layer: dict[str, Any], value: float, rate: float
) -> None:
    subject = read_scenario({"scenarios": [one(rate, value, layer=layer), one(1.0, 800.0, "b")]})
    bars = {(bar.scenario, bar.input): bar for bar in tornado(subject)}
    size = bars["a", "size of one loss"]
    assert size.at_low == pytest.approx(800 + rate * paid(value / 1.5, layer), abs=1e-6)
    assert size.at_high == pytest.approx(800 + rate * paid(value * 1.5, layer), abs=1e-6)


def test_a_tornado_keeps_to_the_aggregate_layer() -> None:
    layer = {"deductible": 0, "limit": 500}
    bars = tornado(read_scenario({**one(3.0, 300.0), "aggregate_layer": layer}))
    assert all(bar.at_high <= 500.0 for bar in bars)


def effects(scenarios: list[str] | None) -> float:
    subject = read_scenario(
        {"scenarios": [one(1, 100.0), one(2, 10.0, "b")], "dependence": {**SHOCK, "id": "storm"}}
    )
    control = Control(
        id="c",
        function="avoid",
        effect=0.5,
        scenarios=None if scenarios is None else tuple(scenarios),
    )
    found = treat(subject, [control], curve=False)
    assert found.after.mean is not None
    return found.after.mean


def test_a_control_reaches_the_shock_by_its_name_or_by_all_scenarios() -> None:
    assert effects(None) == pytest.approx(560.0)
    assert effects(["a", "b"]) == pytest.approx(560.0)
    assert effects(["a", "b", "storm"]) == pytest.approx(560.0)
    assert effects(["storm"]) == pytest.approx(620.0)
    assert effects(["a"]) == pytest.approx(1070.0)
    with pytest.raises(InputError, match="no scenario has the id"):
        effects(["nobody"])


def test_a_scenario_cannot_bear_the_name_of_the_shock() -> None:
    with pytest.raises(InputError, match="as the shock is"):
        read_scenario({"scenarios": [one(1, 1.0, "common_shock")], "dependence": SHOCK})


@pytest.mark.parametrize("cv", [0.3, 1.0])
def test_a_contract_sees_the_shared_factor(cv: float) -> None:
    """Counts are negative binomial; one reinstatement pays for two events at most."""
    dependence = {"type": "shared_factor", "cv": cv}
    model = read_scenario({"scenarios": [one(2, 1500.0)], "dependence": dependence}).model()
    contract = ReinstatementContract(deductible=500, limit=1000, reinstatements=1)
    found = simulate_contract(model, contract, 200_000, seed=1)
    r = 1.0 / cv**2
    beta = 2.0 / r
    none = (1 + beta) ** -r
    single = none * r * beta / (1 + beta)
    right = 1000.0 * ((1 - none) + (1 - none - single))
    assert abs(found.expected_payment - right) <= 5 * found.payment_error


def test_a_contract_refuses_a_factor_that_is_not_simulated() -> None:
    dependence = {"type": "shared_factor", "cv": 1.0, "distribution": "lognormal"}
    model = read_scenario({"scenarios": [one(2, 1500.0)], "dependence": dependence}).model()
    contract = ReinstatementContract(deductible=500, limit=1000)
    with pytest.raises(InputError, match="not simulated"):
        simulate_contract(model, contract, 1000, seed=1)


@given(count=st.integers(0, 12), rate=st.floats(0.5, 5.0))
@settings(max_examples=20, deadline=None)
def test_a_saving_that_equals_the_cost_covers_it(count: int, rate: float) -> None:
    control = Control(id="c", function="avoid", effect=1.0, annual_cost=10.0 * count)
    found = treat(read_scenario(one(rate, 10.0)), [control], curve=False)
    right = 1.0 - sum(math.exp(-rate) * rate**n / math.factorial(n) for n in range(count))
    assert found.saving.prob_covers_cost == pytest.approx(right, abs=1e-9)


def joined(**dependence: Any) -> Any:
    severity = {"type": "lognormal", "mu": 10, "sigma": 1}
    scenarios = [{"id": n, "rate": 1, "severity": severity} for n in "abc"]
    return read_scenario(
        {
            "scenarios": scenarios,
            "dependence": dependence or {"type": "independent"},
            "tolerance_curve": [[300000, 0.05]],
        }
    )


def test_every_figure_of_a_copula_comes_from_its_simulation() -> None:
    """The case of the issue: VaR and payment by a separate simulation of 1e6 years."""
    subject = joined(**COPULA)
    figures = quantify(subject, levels=("0.99",), curve=False)
    held = reserve(subject, 0.99)
    assert held.var == figures.var["0.99"]
    assert held.var == pytest.approx(778_600, rel=0.01)
    layer = Layer(deductible=300_000, limit=500_000)
    found = quote(subject, layer, aggregate=True)
    assert found.expected_payment == pytest.approx(17_311, abs=5 * 72)
    rows = exceedance_table(subject, [300_000.0])
    assert rows[0].oep is None
    assert rows[0].aep == pytest.approx(held_above(subject, 300_000.0))
    bars = tornado(subject, figure="var", level=0.9)
    assert max(bar.at_high for bar in bars) > quantify(subject, levels=(0.9,)).var["0.9"]


def held_above(subject: Any, loss: float) -> float:
    return law_of(subject).at([loss])[0].sf.value


def test_a_copula_has_no_model_of_single_events() -> None:
    with pytest.raises(InputError, match="copula"):
        joined(**COPULA).model()
