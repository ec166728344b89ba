"""`gemact` (BSD-3) on the common work: its FFT, without and with tilting."""

from __future__ import annotations

import math
import warnings
from importlib.metadata import version
from typing import Any

from gemact.lossmodel import Frequency, LossModel, Severity
from risk_cases import MU, RATE, SIGMA, many, measured, report

warnings.simplefilter("ignore")
SAMPLE = 5


def law(rate: float, mu: float, sigma: float, nodes: int, top: float, *, tilt: bool) -> LossModel:
    return LossModel(
        severity=Severity(dist="lognormal", par={"shape": sigma, "scale": math.exp(mu)}),
        frequency=Frequency(dist="poisson", par={"mu": rate}),
        aggr_loss_dist_method="fft",
        n_aggr_dist_nodes=nodes,
        sev_discr_method="localmoments",
        sev_discr_step=top / nodes,
        n_sev_discr_nodes=nodes,
        tilt=tilt,
        tilt_value=20.0 / nodes if tilt else 0,
    )


def one(nodes: int, *, tilt: bool) -> dict[str, float]:
    model = law(RATE, MU, SIGMA, nodes, 4.0e7, tilt=tilt)
    return {
        "var95": float(model.ppf(0.95)),
        "var99": float(model.ppf(0.99)),
        "var999": float(model.ppf(0.999)),
    }


def monte_carlo(scenarios: list[tuple[float, float, float]]) -> float:
    """Sum simulated years of each scenario: gemact has no portfolio of random sums."""
    total = 0.0
    for index, (rate, mu, sigma) in enumerate(scenarios):
        model = LossModel(
            severity=Severity(dist="lognormal", par={"shape": sigma, "scale": math.exp(mu)}),
            frequency=Frequency(dist="poisson", par={"mu": rate}),
            aggr_loss_dist_method="mc",
            n_sim=10_000,
            random_state=index,
        )
        total = total + model.rvs(10_000, random_state=index)
    return float(sorted(total)[9_900])


def main() -> None:
    rows: dict[str, dict[str, Any]] = {}
    seconds, found = measured(lambda: one(1 << 16, tilt=False), rounds=11)
    rows["one"] = {"seconds": seconds, **found}
    seconds, found = measured(lambda: one(1 << 17, tilt=True), rounds=11)
    rows["one, 2^17 tilted"] = {"seconds": seconds, **found}
    few = many(SAMPLE)
    seconds, samples = measured(lambda: [monte_carlo(p) for p in few], rounds=1)
    rows["many"] = {
        "seconds": seconds * 10_000 / SAMPLE,
        "var99": samples,
        "note": f"10,000 simulated years each; {SAMPLE} run, scaled",
    }
    report("gemact", version("gemact"), rows)


main()
