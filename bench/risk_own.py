"""Our engines and naive numpy on the common work."""

from __future__ import annotations

from typing import Any

import numpy as np
from risk_cases import MU, RATE, SIGMA, YEARS, many, measured, portfolio, report

from governance.risk.allocation import allocate
from governance.risk.batch import quantify_batch
from governance.risk.compound import total_law
from governance.risk.quantify import quantify
from governance.risk.scenario import read_scenario
from governance.risk.simulate import simulate_years


def scenario(rate: float, mu: float, sigma: float) -> dict[str, Any]:
    return {
        "frequency": {"type": "poisson", "mean": rate},
        "severity": {"type": "lognormal", "mu": mu, "sigma": sigma},
    }


def naive(rows: list[tuple[float, float, float]], years: int = YEARS) -> np.ndarray:
    """Return sorted yearly totals: draw, repeat, bincount."""
    generator = np.random.default_rng(1)
    totals = np.zeros(years)
    for rate, mu, sigma in rows:
        counts = generator.poisson(rate, years)
        losses = np.exp(mu + sigma * generator.standard_normal(counts.sum()))
        year = np.repeat(np.arange(years), counts)
        totals += np.bincount(year, weights=losses, minlength=years)
    return np.sort(totals)


def ours() -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    model = read_scenario(scenario(RATE, MU, SIGMA)).model()

    def one() -> dict[str, float]:
        tails = total_law(model).tails([0.95, 0.99, 0.999])
        return {
            "var95": tails[0].var.value,
            "var99": tails[1].var.value,
            "var999": tails[2].var.value,
            "tvar99": tails[1].tvar.value,  # type: ignore[union-attr]
        }

    seconds, found = measured(one, rounds=401)
    rows["one"] = {"seconds": seconds, **found}

    def worst() -> dict[str, float]:
        (tail,) = total_law(model).tails([0.99])
        return {"var99": tail.var.value, "tvar99": tail.tvar.value}  # type: ignore[union-attr]

    seconds, found = measured(worst, rounds=401)
    rows["one, level 0.99"] = {"seconds": seconds, **found}
    whole = read_scenario({"scenarios": [scenario(*row) for row in portfolio()]})
    seconds, result = measured(lambda: quantify(whole, levels=(0.99,), curve=False), rounds=11)
    rows["portfolio"] = {
        "seconds": seconds,
        "var99": [result.var["0.99"]],
        "bound": result.error_bound,
    }
    seconds, _ = measured(lambda: allocate(whole, 0.99), rounds=5)
    rows["allocation"] = {"seconds": seconds}
    table = np.array(many(10_000))
    start, figures = measured(
        lambda: quantify_batch(table[:, :, 0], table[:, :, 1], table[:, :, 2]), rounds=2
    )
    rows["many"] = {
        "seconds": start,
        "bound": float(np.median(figures.bound)),
        "var99": figures.var[:20, 1].tolist(),
        "note": f"largest bound {figures.bound.max():.0e}",
    }
    years = 1 << 17
    seconds, _ = measured(lambda: simulate_years(model, years, seed=1), rounds=51)
    rows["simulation"] = {"seconds": seconds, "per_event_ns": seconds / (RATE * years) * 1e9}
    generator = np.random.default_rng(1)
    seconds, _ = measured(lambda: generator.standard_normal(1 << 14), rounds=101)
    rows["normals"] = {"seconds": seconds, "per_event_ns": seconds / (1 << 14) * 1e9}
    return rows


def plain() -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    seconds, totals = measured(lambda: naive([(RATE, MU, SIGMA)]), rounds=7)
    cut = int(0.99 * YEARS)
    rows["one"] = {
        "seconds": seconds,
        "var95": float(totals[int(0.95 * YEARS)]),
        "var99": float(totals[cut]),
        "var999": float(totals[int(0.999 * YEARS)]),
        "tvar99": float(totals[cut:].mean()),
    }
    tenth = YEARS // 10
    seconds, totals = measured(lambda: naive(portfolio(), tenth), rounds=1)
    rows["portfolio"] = {
        "seconds": seconds * 10,
        "var99": [float(totals[int(0.99 * tenth)])],
        "note": "100,000 years run, scaled",
    }
    few = many(20)
    seconds, samples = measured(lambda: [naive(p, 10_000) for p in few], rounds=1)
    rows["many"] = {
        "seconds": seconds * 500,
        "var99": [float(totals[9_900]) for totals in samples],
        "note": "10,000 years each; 20 run, scaled",
    }
    return rows


if __name__ == "__main__":
    report("ours", "this tree", ours())
    report("naive numpy", np.__version__, plain())
