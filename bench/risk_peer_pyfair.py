"""`pyfair` (MIT): one loss times the number of events; it has no random sums."""

from __future__ import annotations

import warnings
from importlib.metadata import version

import numpy as np
from pyfair import FairModel
from risk_cases import MU, RATE, SIGMA, YEARS, measured, report

warnings.simplefilter("ignore")


def one() -> dict[str, float]:
    generator = np.random.default_rng(1)
    model = FairModel(name="one", n_simulations=YEARS)
    model.input_raw_data("Loss Event Frequency", generator.poisson(RATE, YEARS).tolist())
    model.input_raw_data(
        "Loss Magnitude", np.exp(MU + SIGMA * generator.standard_normal(YEARS)).tolist()
    )
    model.calculate_all()
    risk = np.sort(model.export_results()["Risk"].to_numpy())
    cut = int(0.99 * YEARS)
    return {
        "var95": float(risk[int(0.95 * YEARS)]),
        "var99": float(risk[cut]),
        "var999": float(risk[int(0.999 * YEARS)]),
        "tvar99": float(risk[cut:].mean()),
    }


def main() -> None:
    seconds, found = measured(one, rounds=5)
    report("pyfair", version("pyfair"), {"one": {"seconds": seconds, **found}})


main()
