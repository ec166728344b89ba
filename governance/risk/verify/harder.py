"""Cases that methods easily get wrong: mixed rates, atoms at VaR, caps, unknown spreads."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from governance.risk.allocation import allocate
from governance.risk.estimate.severity import LognormalPosterior
from governance.risk.normal import normal_cdf
from governance.risk.quantify import quantify
from governance.risk.scenario import read_scenario
from governance.risk.verify.check import Check, compare

_UNIT = {"type": "constant", "value": 1}


def harder_checks() -> Iterator[Check]:
    """Yield the checks."""
    yield from _poisson_lognormal()
    yield from _atoms_allocated()
    yield from _loss_at_the_cap()
    yield from _layer_on_counts()
    yield from _unknown_spread()
    yield from _many_events()


def _poisson_lognormal() -> Iterator[Check]:
    """P(N <= k) of Poisson counts whose rate has a lognormal factor, by a dense trapezoid."""
    from scipy.special import gammaincc

    source = "mixture of Poisson laws over 40,001 values of the factor, written out here"
    cv = 0.8
    sigma = math.sqrt(math.log1p(cv * cv))
    z = np.arange(-20_000, 20_001) * 5e-4
    weights = np.exp(-0.5 * z * z) * 5e-4 / math.sqrt(2.0 * math.pi)
    factor = np.exp(sigma * z - 0.5 * sigma**2)
    for rate in (0.1, 1.0, 10.0, 100.0, 1000.0):
        data = {
            "scenarios": [{"rate": rate, "severity": _UNIT}],
            "dependence": {"type": "shared_factor", "distribution": "lognormal", "cv": cv},
        }
        keys = [str(round(share * rate)) for share in (0.5, 1.0, 3.0)]
        result = quantify(read_scenario(data), thresholds=keys, curve=False)
        for key in dict.fromkeys(keys):
            exact = float(weights @ gammaincc(float(key) + 1.0, rate * factor))
            name = f"rate {rate:g}, cdf at {key}"
            yield compare("Poisson-lognormal", name, exact, result.cdf[key], 1e-9, source)


def _atoms_allocated() -> Iterator[Check]:
    """Two rare certain amounts, 1000 and 500, each with 5 %: four outcomes."""
    source = "four outcomes by hand; the atom at VaR split (Acerbi and Tasche 2002)"
    rare = {"type": "bernoulli", "p": 0.05}
    scenarios = [
        {"id": name, "frequency": rare, "severity": {"type": "constant", "value": value}}
        for name, value in (("large", 1000), ("small", 500))
    ]
    portfolio = read_scenario({"scenarios": scenarios})
    for level, expected in ((0.95, (1000.0, 25.0)), (0.99, (1000.0, 125.0))):
        found = allocate(portfolio, level).contributions
        for exact, row in zip(expected, found, strict=True):
            name = f"TVaR {level} of {row.id}"
            yield compare("Euler with atoms", name, exact, row.tvar, 1e-8, source)


def _loss_at_the_cap() -> Iterator[Check]:
    """Two losses min(E, 1) with E exponential: P(S > 1) = 2/e, P(S > 1/2) = 3/2 e^(-1/2)."""
    data = {
        "frequency": {"type": "empirical", "pmf": [0, 0, 1]},
        "severity": {"type": "exponential", "mean": 1, "cap": 1},
    }
    keys = ("0.5", "1", "2")
    result = quantify(read_scenario(data), thresholds=keys, tolerance=1e-8, curve=False)
    source = "double integral by hand"
    for key, exact in (("0.5", 1.5 * math.exp(-0.5)), ("1", 2.0 / math.e)):
        yield compare("threshold at a cap", f"sf at {key}", exact, result.sf[key], 1e-8, source)
    yield compare("threshold at a cap", "cdf at both caps", 1.0, result.cdf["2"], 1e-8, source)


def _layer_on_counts() -> Iterator[Check]:
    """min(max(N - 4, 0), 10) of a Poisson count by adding up its masses."""
    layer = {"deductible": 4, "limit": 10}
    data = {"rate": 3, "severity": _UNIT, "aggregate_layer": layer}
    result = quantify(read_scenario(data), curve=False)
    mass, mean, square = math.exp(-3.0), 0.0, 0.0
    for count in range(60):
        paid = min(max(count - 4.0, 0.0), 10.0)
        mean += mass * paid
        square += mass * paid * paid
        mass *= 3.0 / (count + 1)
    assert result.sd is not None  # noqa: S101 - a bounded payment
    source = "sum over the counts"
    yield compare("layer on a count", "mean", mean, result.mean, 1e-11, source)
    yield compare("layer on a count", "sd", math.sqrt(square - mean**2), result.sd, 1e-9, source)


def _unknown_spread() -> Iterator[Check]:
    """The next amount has a log-Student law; the nodes of the posterior must reproduce it."""
    amounts = [math.exp(x) for x in (8.1, 9.0, 9.4, 9.9, 10.3, 10.4, 10.8, 11.2, 11.5, 12.1)]
    posterior = LognormalPosterior.of(amounts)
    rows, weights = posterior.nodes()
    source = "log-Student quantile (Gelman et al., BDA3, section 3.2)"
    for level in (0.9, 0.99, 0.999):
        log = math.log(posterior.predictive_quantile(level))
        above = math.fsum(
            float(w) * normal_cdf((float(mu) - log) / float(sigma))
            for w, (mu, sigma) in zip(weights, rows, strict=True)
        )
        name = f"probability beyond the {level} quantile"
        yield compare("posterior predictive", name, 1.0 - level, above, 1e-4, source)


def _many_events() -> Iterator[Check]:
    """Exponential losses at a high rate: P(S > x) by its Bessel density, a trapezoid away from 0.

    f(x) = sqrt(rate/x) e^(-rate - x) I_1(2 sqrt(rate x)) for mean 1.
    """
    from scipy.special import ive

    source = "integral of the Bessel density of a compound Poisson-exponential law"
    for rate in (1000.0, 10000.0):
        spread = math.sqrt(2.0 * rate)
        x = rate + 2.0 * spread + spread * np.arange(0.0, 12.0, 5e-4)
        root = np.sqrt(rate * x)
        decay = np.exp(-((math.sqrt(rate) - np.sqrt(x)) ** 2))
        density = np.sqrt(rate / x) * decay * ive(1.0, 2.0 * root)
        exact = float(density.sum() - 0.5 * density[0]) * spread * 5e-4
        step = spread * 5e-4
        slope = float(-3.0 * density[0] + 4.0 * density[1] - density[2]) / (2.0 * step)
        exact += step**2 / 12.0 * slope
        key = repr(float(x[0]))
        data = {"rate": rate, "severity": {"type": "exponential", "mean": 1}}
        result = quantify(read_scenario(data), thresholds=(key,), curve=False)
        yield compare("many events", f"rate {rate:g}", exact, result.sf[key], 1e-9, source)
