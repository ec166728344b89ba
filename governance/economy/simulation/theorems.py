"""The paper's three theorems and its collusion proposition, put to the simulated economy.

Each claim is run over several seeds. It holds only where the whole confidence band supports it, or
where a count that must be zero is zero in every run; it fails only where the whole band speaks
against it. Between the two it is open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from governance.economy.simulation.bands import Band, band, slopes
from governance.economy.simulation.engine import Run, simulate
from governance.economy.simulation.settings import Market, Settings
from governance.gate.policy import Policy
from governance.kernel.value import Value

HONEST = {"conservative": 1.0, "aggressive": 1.0, "balanced": 1.0, "adaptive": 1.0}
TIERED = Market()
CONCENTRATED = Market(demand=(0.9, 0.0, 0.0, 0.0, 0.0))
SATURATED = Market(demand=(0.05, 0.0005, 0.0002, 0.0001, 0.0001), premium=(0.3,) * 5)


class Claim(Value):
    """One statement, what was measured, and whether it held; None where the band leaves it open."""

    theorem: str
    statement: str
    holds: bool | None
    measured: dict[str, Band | int | float]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return self.model_dump(mode="json")


Advance = Callable[[], None]


def put_to_the_test(
    settings: Settings, policy: Policy, seeds: int, advance: Advance = lambda: None
) -> list[Claim]:
    """Return every claim with what the runs say about it."""
    numbers = range(settings.seed, settings.seed + seeds)

    def runs(**changes: object) -> list[Run]:
        found = [
            simulate(settings.model_copy(update={"floor": None, **changes, "seed": seed}), policy)
            for seed in numbers
        ]
        advance()
        return found

    return [
        *_bounded_exposure(runs),
        *_incentives(runs),
        *_safety(runs),
        *_floor(runs, settings),
        _collusion(runs),
    ]


STEPS = 11  # calls of `advance` in `put_to_the_test`
Runs = Callable[..., list[Run]]


def _bounded_exposure(runs: Runs) -> list[Claim]:
    found = []
    for rule, statement in (
        ("forward", "exposure never exceeds the ceiling between audits (lowest ceiling ahead)"),
        ("momentary", "the same under the paper's rule (the ceiling of the moment)"),
    ):
        done = runs(rule=rule)
        over = sum(run.over_by_decay for run in done)
        measured: dict[str, Band | int | float] = {
            "agent_days_over_by_decay": over,
            "agent_days_over_after_a_lowering_audit": sum(run.over_by_audit for run in done),
            "worst_exposure_over_ceiling": max(run.worst_ratio for run in done),
        }
        found.append(Claim(theorem="1", statement=statement, holds=over == 0, measured=measured))
    return found


def _incentives(runs: Runs) -> list[Claim]:
    """Theorem 2 where its premises stand, and how much of it is left where they do not."""
    found = []
    tiered: list[float] = []
    for market, name in (
        (TIERED, "tiered demand, premium, scarce supply"),
        (CONCENTRATED, "demand concentrated in T1"),
        (SATURATED, "supply saturated, no premium"),
    ):
        pairs = [_slopes_of(run) for run in runs(market=market, static=True, mix=HONEST)]
        gain = band([robust - capable for robust, capable in pairs])
        leads = [_lead(robust, capable) for robust, capable in pairs]
        measured: dict[str, Band | int | float] = {
            "d_profit_d_robustness": band([robust for robust, _ in pairs]),
            "d_profit_d_capability": band([capable for _, capable in pairs]),
            "difference": gain,
            "lead_of_robustness": band(leads),
        }
        statement = f"robustness pays more than capability: {name}"
        found.append(
            Claim(theorem="2", statement=statement, holds=_above_zero(gain), measured=measured)
        )
        if not tiered:
            tiered = leads
            continue
        kept = band([one - other for one, other in zip(leads, tiered, strict=True)])
        statement = f"the lead of robustness is no smaller: {name}"
        measured = {"change_of_lead": kept}
        found.append(
            Claim(theorem="2", statement=statement, holds=_above_zero(kept), measured=measured)
        )
    return found


def _above_zero(found: Band) -> bool | None:
    """Return whether a whole band is above 0; None where 0 lies inside it."""
    if found.low > 0:
        return True
    return False if found.high <= 0 else None


def _lead(robust: float, capable: float) -> float:
    """Return (dR - dC) / (|dR| + |dC|), in [-1, 1] and free of the market's size; 0 of nothing."""
    total = abs(robust) + abs(capable)
    return 0.0 if total == 0 else (robust - capable) / total


def _slopes_of(run: Run) -> tuple[float, float]:
    people = run.population
    return slopes(people.earnings, people.first_weakest, people.first_capability)


def _safety(runs: Runs) -> list[Claim]:
    found = []
    for entrants, name in (
        ((0.85, 0.99), "entrants are robust"),
        ((0.3, 0.5), "entrants are weak"),
    ):
        done = runs(
            entrants=0.7,
            entrant_robustness=entrants,
            robustness=(0.6, 0.9),
            static=True,
            mix=HONEST,
        )
        change = band([_change(run) for run in done])
        found.append(
            Claim(
                theorem="3",
                statement=f"safety does not fall as the economy grows: {name}",
                holds=_above_zero(change),
                measured={"change_of_safety": change, "lowest": _lowest(done)},
            )
        )
    return found


def _floor(runs: Runs, settings: Settings) -> list[Claim]:
    weak = {
        "entrants": 0.7,
        "entrant_robustness": (0.3, 0.5),
        "robustness": (0.6, 0.9),
        "static": True,
        "mix": HONEST,
    }
    floor = settings.floor or 0.68
    done = runs(floor=floor, **weak)
    below = sum(run.below_floor for run in done)
    days = [float(np.mean(_defined(run.safety) < floor)) for run in done]
    return [
        Claim(
            theorem="3",
            statement=f"no authorisation takes safety below the floor of {floor:g}",
            holds=below == 0,
            measured={
                "authorisations_below": below,
                "refused": sum(run.refused_by_floor for run in done),
            },
        ),
        Claim(
            theorem="3",
            statement="settlement and decay alone never take safety below the floor",
            holds=max(days) == 0.0,
            measured={"share_of_days_below": band(days), "lowest": _lowest(done)},
        ),
    ]


def _collusion(runs: Runs) -> Claim:
    """A cartel acts at its weakest member's tier, so it holds less than the same agents apart."""
    shared = {"static": True, "robustness": (0.2, 0.95)}
    weakest = runs(mix={"colluder": 1.0}, chain="weakest", **shared)
    alone = runs(mix={"aggressive": 1.0}, **shared)
    strongest = runs(mix={"colluder": 1.0}, chain="strongest", **shared)
    ratios = [_mean(one) / _mean(other) for one, other in zip(weakest, alone, strict=True)]
    front = [_mean(one) / _mean(other) for one, other in zip(strongest, alone, strict=True)]
    ratio = band(ratios)
    return Claim(
        theorem="collusion",
        statement="a cartel's ceiling is below that of the same agents apart (weakest link)",
        holds=True if ratio.high < 1 else False if ratio.low >= 1 else None,
        measured={"ceiling_of_cartel_to_apart": ratio, "if_the_strongest_counted": band(front)},
    )


def _mean(run: Run) -> float:
    return float(np.mean(run.ceiling / np.maximum(1, run.agents)))


def _defined(series: NDArray[np.float64]) -> NDArray[np.float64]:
    known: NDArray[np.float64] = series[~np.isnan(series)]
    return known


def _change(run: Run) -> float:
    """Return how much S rose from the first tenth of the days to the last."""
    known = _defined(run.safety)
    part = max(1, known.size // 10)
    return float(known[-part:].mean() - known[:part].mean())


def _lowest(done: Sequence[Run]) -> Band:
    return band([float(_defined(run.safety).min()) for run in done])
