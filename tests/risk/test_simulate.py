"""Simulation: blocks, workers, copulas, reordering, deep tails, contracts."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest

from governance.kernel.errors import InputError, MissingExtraError
from governance.risk.compound import total_law
from governance.risk.compound.model import CompoundModel, SharedFactor, Term
from governance.risk.frequency import NegativeBinomial, Poisson
from governance.risk.normal import normal_cdf
from governance.risk.quantify import quantify
from governance.risk.scenario import read_scenario
from governance.risk.severity import Discrete, Exponential, Lognormal
from governance.risk.severity.draws import lognormal_draws
from governance.risk.simulate import (
    BLOCK_YEARS,
    ReinstatementContract,
    iman_conover,
    nearest_correlation,
    simulate_contract,
    simulate_years,
    split_blocks,
    tail_probability,
)
from governance.risk.simulate.copula import (
    copula_uniforms,
    correlation_root,
    kendall_of_elliptical,
    rank_correlation,
    spearman_of_gaussian,
    t_tail_dependence,
)
from governance.risk.simulate.statistics import significant, tail_with_error

MODEL = CompoundModel(
    (
        Term("often", Poisson(3.0), Lognormal(1.0, 1.0)),
        Term("rare", Poisson(0.1), Exponential(50.0)),
        Term("mixed", NegativeBinomial(1.0, 0.5), Exponential(5.0)),
    )
)


def test_blocks_make_up_the_years() -> None:
    blocks = split_blocks(2 * BLOCK_YEARS + 5, 1)
    assert [block.years for block in blocks] == [BLOCK_YEARS, BLOCK_YEARS, 5]
    assert [block.index for block in blocks] == [0, 1, 2]
    first, again = blocks[0].generator().random(3), blocks[0].generator().random(3)
    assert (first == again).all()
    assert not (first == blocks[1].generator().random(3)).any()
    with pytest.raises(InputError, match="0 simulated years"):
        split_blocks(0, 1)


def test_simulated_figures_lie_within_their_errors_of_the_exact_ones() -> None:
    totals = simulate_years(MODEL, 200_000, seed=1)
    scenarios = [
        {"rate": 3, "severity": {"type": "lognormal", "mu": 1, "sigma": 1}},
        {"rate": 0.1, "severity": {"type": "exponential", "mean": 50}},
        {
            "frequency": {"type": "negative_binomial", "r": 1, "beta": 0.5},
            "severity": {"type": "exponential", "mean": 5},
        },
    ]
    exact = quantify(read_scenario({"scenarios": scenarios}))
    found = tail_with_error(np.sort(totals), 0.95)
    assert abs(found.var - exact.var["0.95"]) < 4.5 * found.var_error  # type: ignore[operator]
    assert abs(found.tvar - exact.tvar["0.95"]) < 4.5 * found.tvar_error  # type: ignore[operator]
    assert float((totals == 0.0).mean()) == pytest.approx(exact.prob_zero, abs=0.003)


def test_scenarios_add_up_and_workers_do_not_matter() -> None:
    years = BLOCK_YEARS + 100
    each = simulate_years(MODEL, years, seed=9, each=True)
    total = simulate_years(MODEL, years, seed=9)
    assert each.shape == (3, years)
    assert np.allclose(each.sum(axis=0), total)
    assert (simulate_years(MODEL, years, seed=9, workers=2) == total).all()
    assert not (simulate_years(MODEL, years, seed=10) == total).all()


def test_workers_that_cannot_be() -> None:
    for workers in ("many", 0):
        with pytest.raises(InputError, match="workers"):
            simulate_years(MODEL, 10, seed=1, workers=workers)


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError) as caught:
        simulate_years(MODEL, 10, seed=1, workers="ray")
    assert caught.value.hint == "pip install 'underwriter[ray]'"


@pytest.mark.filterwarnings("default")
def test_ray_gives_the_same_bits() -> None:
    ray = pytest.importorskip("ray")
    years = 3 * BLOCK_YEARS
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        assert (
            simulate_years(MODEL, years, seed=9, workers="ray")
            == simulate_years(MODEL, years, seed=9)
        ).all()
    finally:
        ray.shutdown()


def test_a_shared_factor_is_simulated() -> None:
    terms = (
        Term("a", Poisson(2.0), Discrete.of({1.0: 1.0})),
        Term("b", Poisson(1.0), Discrete.of({1.0: 1.0})),
    )
    model = CompoundModel(terms, SharedFactor(frozenset({"a", "b"}), 0.5))
    totals = simulate_years(model, 200_000, seed=4)
    assert float(totals.mean()) == pytest.approx(3.0, rel=0.02)
    assert float(totals.var()) == pytest.approx(3.0 + 0.5 * 9.0, rel=0.03)
    nodes = CompoundModel(terms, SharedFactor(frozenset({"a"}), 0.5, (1.0,), (1.0,)))
    with pytest.raises(InputError, match="shared factor"):
        simulate_years(nodes, 10, seed=1)


@pytest.mark.parametrize("degrees", [None, 4.0])
def test_copulas_have_the_dependence_they_promise(degrees: float | None) -> None:
    root, repaired = correlation_root(np.array([[1.0, 0.6], [0.6, 1.0]]))
    assert not repaired
    uniforms = copula_uniforms(root, degrees, np.random.default_rng(1), 200_000)
    assert np.allclose(uniforms.mean(axis=1), 0.5, atol=0.005)
    ranks = rank_correlation(uniforms)[0, 1]
    if degrees is None:
        assert ranks == pytest.approx(spearman_of_gaussian(0.6), abs=0.01)
    else:
        high = (uniforms > 0.995).all(axis=0).mean() / 0.005
        assert high == pytest.approx(t_tail_dependence(0.6, degrees), abs=0.1)
    assert kendall_of_elliptical(1.0) == pytest.approx(1.0)


def test_a_matrix_is_repaired_to_the_nearest() -> None:
    bad = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])
    good = nearest_correlation(bad)
    assert np.linalg.eigvalsh(good).min() > -1e-8
    assert np.allclose(np.diag(good), 1.0)
    assert np.allclose(nearest_correlation(good), good, atol=1e-6)


def test_iman_and_conover_reorder_and_change_no_value() -> None:
    generator = np.random.default_rng(3)
    sample = np.stack([generator.exponential(1.0, 5000), generator.random(5000)])
    wanted = np.array([[1.0, 0.7], [0.7, 1.0]])
    found = iman_conover(sample, wanted, generator)
    assert (np.sort(found, axis=1) == np.sort(sample, axis=1)).all()
    assert rank_correlation(found)[0, 1] == pytest.approx(spearman_of_gaussian(0.7), abs=0.03)
    with pytest.raises(InputError, match="2 by 2"):
        iman_conover(sample, np.eye(3), generator)


def test_the_conditional_estimator_reaches_deep_tails() -> None:
    term = Term("x", Poisson(3.0), Lognormal(11.512925464970229, 1.399872338343926))
    found = tail_probability(term, 12681962.316787183, 20_000, np.random.default_rng(1))
    assert abs(found.value - 1e-3) < 5.0 * found.error
    assert found.error < 0.02 * found.value
    atoms = Term("y", Poisson(3.0), Discrete.of({1.0: 1.0}))
    with pytest.raises(InputError, match="continuous"):
        tail_probability(atoms, 3.0, 100, np.random.default_rng(1))


def test_reinstatements_pay_up_to_their_limits() -> None:
    model = CompoundModel((Term("x", Poisson(2.0), Exponential(100.0)),))
    free = simulate_contract(
        model, ReinstatementContract(deductible=0, limit=1e9, reinstatements=0), 50_000, seed=1
    )
    assert abs(free.expected_payment - 200.0) < 5.0 * free.payment_error
    assert free.expected_premium == 0.0
    contract = ReinstatementContract(deductible=50, limit=100, reinstatements=1, premium=40)
    found = simulate_contract(model, contract, 50_000, seed=1)
    layer = quantify(
        read_scenario(
            {
                "rate": 2,
                "severity": {"type": "exponential", "mean": 100},
                "layer": {"deductible": 50, "limit": 100},
                "aggregate_layer": {"limit": 200},
            }
        )
    )
    assert abs(found.expected_payment - layer.mean) < 5.0 * found.payment_error  # type: ignore[operator]
    first = quantify(
        read_scenario(
            {
                "rate": 2,
                "severity": {"type": "exponential", "mean": 100},
                "layer": {"deductible": 50, "limit": 100},
                "aggregate_layer": {"limit": 100},
            }
        )
    )
    premium = 40.0 * first.mean / 100.0  # type: ignore[operator]
    assert abs(found.expected_premium - premium) < 5.0 * found.premium_error
    late = simulate_contract(
        model, contract.model_copy(update={"pro_rata_time": True}), 50_000, seed=1
    )
    assert late.expected_payment == found.expected_payment
    assert late.expected_premium < found.expected_premium


def test_no_more_digits_than_the_error_allows() -> None:
    assert significant(5363335.99, 24000.0) == "5,360,000"
    assert significant(1.23456, 0.02) == "1.23"
    assert significant(1.23456, 0.0) == "1.23456"
    assert significant(0.0, 1.0) == "0"
    assert math.isfinite(tail_with_error(np.array([1.0, 2.0, 3.0]), 0.5).var_error)


def test_lognormal_draws_have_the_normal_law_in_body_and_tail() -> None:
    size = 1 << 20
    draws = lognormal_draws(np.random.default_rng(5), 0.0, 1.0, size + 1)[:size]
    z = np.sort(np.log(draws))
    for power, moment in ((1, 0.0), (2, 1.0), (3, 0.0), (4, 3.0), (6, 15.0)):
        spread = math.sqrt(math.prod(range(1, 2 * power, 2)) / size)
        assert abs(float((z**power).mean()) - moment) < 4.5 * spread
    for bound in (-4.0, -2.5, -1.0, 0.0, 0.3, 1.0, 2.0, 3.0, 4.2):
        chance = normal_cdf(bound)
        found = float((z <= bound).mean())
        assert abs(found - chance) < 4.5 * math.sqrt(chance * (1.0 - chance) / size)
    assert np.unique(z).size > 0.9 * size  # a lattice of few values would not do
    deep = z[np.abs(z) > 4.2]
    assert np.unique(deep).size == deep.size
    assert abs(float(np.corrcoef(np.log(draws[:-1]), np.log(draws[1:]))[0, 1])) < 4.5 / 1024
    half = (1 << 14) // 2  # the two draws of one pair lie so far apart
    pairs = np.log(draws).reshape(-1, 2, half)
    assert abs(float(np.corrcoef(pairs[:, 0].ravel(), pairs[:, 1].ravel())[0, 1])) < 4.5 / 724
    radii = np.square(pairs).sum(axis=1).ravel()
    assert abs(float(radii.mean()) - 2.0) < 4.5 * 2.0 / 724


@pytest.mark.parametrize("size", [1, 511, 513, (1 << 14) + 7])
def test_lognormal_draws_of_any_number_and_spread(size: int) -> None:
    for sigma in (0.0, 0.5, 12.0):
        draws = lognormal_draws(np.random.default_rng(1), 2.0, sigma, size)
        assert draws.shape == (size,)
        assert draws.dtype == np.float64
        assert (draws > 0.0).all()
        assert np.isfinite(draws).all()
        if sigma == 0.0:
            assert draws == pytest.approx(math.exp(2.0))


def test_simulated_moments_and_quantiles_match_the_transform() -> None:
    model = CompoundModel((Term("one", Poisson(3.0), Lognormal(1.0, 1.2)),))
    totals = np.sort(simulate_years(model, 400_000, seed=11))
    error = math.sqrt(model.variance / totals.size)
    assert abs(float(totals.mean()) - model.mean) < 4.5 * error
    for tail in total_law(model).tails([0.5, 0.9, 0.99, 0.999]):
        found = tail_with_error(totals, tail.level)
        assert abs(found.var - tail.var.value) < 4.5 * found.var_error
