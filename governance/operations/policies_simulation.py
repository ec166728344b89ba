"""An economy of simulated agents under a policy, and the theorems put to it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from governance.economy import simulation
from governance.economy.simulation import STRATEGIES, Run, Settings
from governance.economy.simulation.game import Game
from governance.economy.simulation.theorems import Claim
from governance.gate.policy import Policy
from governance.kernel.value import Value, parse, parse_document
from governance.operations.policies import (
    DefaultedPolicyFile,
    PolicyName,
    name_of,
    policy_or_default,
)
from governance.operations.requests import TextFile
from governance.operations.work import Work

OF_SETTINGS = ("agents", "days", "seed", "rule", "floor")


class SimulationQuestion(Value):
    """A run; what the settings file says goes before the fields of the same name."""

    agents: Annotated[int, Field(ge=1, le=1_000_000, description="How many agents.")] = 1000
    days: Annotated[int, Field(ge=1, le=10_000, description="How many days.")] = 200
    seed: Annotated[int, Field(ge=0, description="The same seed gives the same run.")] = 1
    seeds: Annotated[int, Field(ge=2, le=1000, description="Runs for each band.")] = 10
    rule: Annotated[
        Literal["forward", "momentary"],
        Field(description="Lowest ceiling until the contract's end, or the present one (paper)."),
    ] = "forward"
    floor: Annotated[
        float | None, Field(ge=0, le=1, description="Refuse what takes safety below it.")
    ] = None
    theorems: Annotated[bool, Field(description="Put the theorems to the test.")] = False
    game: Annotated[bool, Field(description="Payoffs, best responses, equilibria.")] = False
    policy: DefaultedPolicyFile = None
    settings: Annotated[TextFile | None, Field(description="Mix, market and more.")] = None
    plots: Annotated[bool, Field(description="Draw the four pictures of the run.")] = False


class SafetySeen(Value):
    """Aggregate safety; None of days with nothing at risk."""

    first: float | None
    last: float | None
    lowest: float | None
    last_by_true_scores: float | None


class SimulatedEconomy(Value):
    """What happened in a run; money is in minor units of the currency."""

    settings: Settings
    policy: PolicyName
    currency: str
    safety: SafetySeen
    tiers: dict[str, float]
    earned_per_agent: dict[str, float]
    exposure: float
    ceiling: float
    over_by_decay: int
    over_after_lowering_audit: int
    worst_exposure_over_ceiling: float
    authorisations_below_floor: int
    refused_by_floor: int
    theorems: tuple[Claim, ...]
    game: Game | None
    plots: Annotated[dict[str, str], Field(exclude=True)]


def simulate(work: Work, request: SimulationQuestion) -> SimulatedEconomy:
    """Simulate agents of seven strategies in a market under the gate.

    The gate is the policy's; market, behaviour and success are a model, for comparison only.
    """
    law = policy_or_default(request.policy)
    wanted = _settings(request)
    run = simulation.simulate(wanted, law)
    claims = _claims(work, wanted, law, request.seeds) if request.theorems else []
    played = _game(wanted, law, request.seeds) if request.game else None
    return _economy(run, law, claims, played, plots=request.plots)


def _settings(request: SimulationQuestion) -> Settings:
    options: dict[str, Any] = {name: getattr(request, name) for name in OF_SETTINGS}
    if request.settings is None:
        return parse(Settings, options)
    read = parse_document(Settings, request.settings.document())
    given = {name: value for name, value in options.items() if name not in read.model_fields_set}
    return parse(Settings, {**read.model_dump(), **given})


def _claims(work: Work, settings: Settings, policy: Policy, seeds: int) -> list[Claim]:
    from governance.economy.simulation.theorems import STEPS, put_to_the_test

    with work.progress("theorems", STEPS) as advance:
        return put_to_the_test(settings, policy, seeds, lambda: advance(1))


def _game(settings: Settings, policy: Policy, seeds: int) -> Game:
    from governance.economy.simulation.game import play

    return play(settings, policy, seeds)


def _economy(
    run: Run, policy: Policy, claims: list[Claim], game: Game | None, *, plots: bool
) -> SimulatedEconomy:
    last = dict(zip(STRATEGIES, run.earned[-1].tolist(), strict=True))
    return SimulatedEconomy(
        settings=run.settings,
        policy=name_of(policy),
        currency=policy.ceilings.currency,
        safety=_safety(run),
        tiers={f"T{tier}": float(share) for tier, share in enumerate(run.tiers[-1])},
        earned_per_agent={n: v for n, v in last.items() if run.settings.mix.get(n, 0) > 0},
        exposure=float(run.exposure[-1]),
        ceiling=float(run.ceiling[-1]),
        over_by_decay=run.over_by_decay,
        over_after_lowering_audit=run.over_by_audit,
        worst_exposure_over_ceiling=run.worst_ratio,
        authorisations_below_floor=run.below_floor,
        refused_by_floor=run.refused_by_floor,
        theorems=tuple(claims),
        game=game,
        plots=_plots(run, policy) if plots else {},
    )


def _safety(run: Run) -> SafetySeen:
    known = run.safety[run.safety == run.safety]  # without the days with nothing at risk
    true = run.true_safety[run.true_safety == run.true_safety]
    return SafetySeen(
        first=float(known[0]) if known.size else None,
        last=float(known[-1]) if known.size else None,
        lowest=float(known.min()) if known.size else None,
        last_by_true_scores=float(true[-1]) if true.size else None,
    )


def _plots(run: Run, policy: Policy) -> dict[str, str]:
    from governance.economy.simulation.plots import plots_of

    return plots_of(run, policy.ceilings.currency)
