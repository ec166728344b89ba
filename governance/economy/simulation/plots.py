"""The four pictures of a run."""

from __future__ import annotations

from governance.economy.simulation.engine import Run
from governance.economy.simulation.settings import STRATEGIES
from governance.economy.simulation.svg import area_chart, line_chart


def plots_of(run: Run, currency: str) -> dict[str, str]:
    """Return {file name: SVG}: safety, earnings by strategy, tier mix, exposure and ceiling."""
    floor = run.settings.floor
    played = [
        number for number, name in enumerate(STRATEGIES) if run.settings.mix.get(name, 0.0) > 0
    ]
    return {
        "safety.svg": line_chart(
            "Aggregate safety",
            [
                ("by certificates", run.safety.tolist()),
                ("by true scores", run.true_safety.tolist()),
            ],
            unit="1 - exposure-weighted lack of the weakest score",
            marks=[] if floor is None else [(f"floor {floor:g}", floor)],
            zero=False,
        ),
        "earnings.svg": line_chart(
            "Earnings by strategy",
            [(STRATEGIES[number], run.earned[:, number].tolist()) for number in played],
            unit=f"minor units of {currency} per agent, since the start",
        ),
        "tiers.svg": area_chart(
            "Tier mix",
            [(f"T{tier}", run.tiers[:, tier].tolist()) for tier in range(6)],
            unit="share of agents",
        ),
        "exposure.svg": line_chart(
            "Exposure against ceiling",
            [("ceiling", run.ceiling.tolist()), ("exposure", run.exposure.tolist())],
            unit=f"minor units of {currency}, all agents",
        ),
    }
