"""`gate simulate`: an economy of simulated agents under a policy, and the theorems put to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli.output import JsonOption, note, print_json, print_table, progress

if TYPE_CHECKING:
    from governance.economy.simulation import Run, Settings
    from governance.economy.simulation.game import Game
    from governance.economy.simulation.theorems import Claim
    from governance.gate.policy import Policy

HELD = {True: "yes", False: "no", None: "open"}


def simulate(
    agents: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many agents.")] = 1000,
    days: Annotated[int, typer.Option(min=1, max=10_000, help="How many days.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same run.")] = 1,
    seeds: Annotated[
        int, typer.Option(min=2, max=1000, help="Runs for each confidence band.")
    ] = 10,
    rule: Annotated[
        Literal["forward", "momentary"],
        typer.Option(help="Lowest ceiling until the contract's end, or the present one (paper)."),
    ] = "forward",
    floor: Annotated[
        float | None, typer.Option(min=0, max=1, help="Refuse what takes safety below it.")
    ] = None,
    theorems: Annotated[
        bool, typer.Option("--theorems", help="Put the theorems to the test over the seeds.")
    ] = False,
    game: Annotated[
        bool, typer.Option("--game", help="Payoffs of the strategies, best responses, equilibria.")
    ] = False,
    policy: Annotated[
        Path | None, typer.Option("--policy", help="Policy file; else the packaged default.")
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option("--settings", help="Settings file (mix, market, ...); options come before."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for four plots (SVG) and result.json.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Simulate agents of seven strategies in a market under the gate.

    The gate is the policy's; market, behaviour and success are a model, for comparison only.
    """
    from governance.economy.simulation import simulate as run_once
    from governance.gate.policy import default_policy, load_policy

    law = default_policy() if policy is None else load_policy(str(policy))
    wanted = _settings(settings, agents=agents, days=days, seed=seed, rule=rule, floor=floor)
    run = run_once(wanted, law)
    claims = _claims(wanted, law, seeds) if theorems else []
    played = _game(wanted, law, seeds) if game else None
    data = _data(run, law, claims, played)
    if out is not None:
        _write(out, run, law, data)
    if as_json:
        print_json(data)
        return
    _print(data, claims, played)


def _settings(file: Path | None, **options: Any) -> Settings:
    from governance.economy.simulation import Settings
    from governance.kernel.documents import read_document
    from governance.kernel.value import parse, parse_document

    if file is None:
        return parse(Settings, options)
    read = parse_document(Settings, read_document(str(file)))
    given = {name: value for name, value in options.items() if name not in read.model_fields_set}
    return parse(Settings, {**read.model_dump(), **given})


def _claims(settings: Settings, policy: Policy, seeds: int) -> list[Claim]:
    from governance.economy.simulation.theorems import STEPS, put_to_the_test

    with progress("theorems", STEPS) as advance:
        return put_to_the_test(settings, policy, seeds, advance)


def _game(settings: Settings, policy: Policy, seeds: int) -> Game:
    from governance.economy.simulation.game import play

    return play(settings, policy, seeds)


def _data(run: Run, policy: Policy, claims: list[Claim], game: Game | None) -> dict[str, Any]:
    from governance.economy.simulation import STRATEGIES

    last = dict(zip(STRATEGIES, run.earned[-1].tolist(), strict=True))
    known = run.safety[run.safety == run.safety]  # without the days with nothing at risk
    true = run.true_safety[run.true_safety == run.true_safety]
    return {
        "settings": run.settings.model_dump(mode="json"),
        "policy": {"name": policy.name, "digest": policy.digest},
        "currency": policy.ceilings.currency,
        "safety": {
            "first": float(known[0]) if known.size else None,
            "last": float(known[-1]) if known.size else None,
            "lowest": float(known.min()) if known.size else None,
            "last_by_true_scores": float(true[-1]) if true.size else None,
        },
        "tiers": {f"T{tier}": float(share) for tier, share in enumerate(run.tiers[-1])},
        "earned_per_agent": {n: v for n, v in last.items() if run.settings.mix.get(n, 0) > 0},
        "exposure": float(run.exposure[-1]),
        "ceiling": float(run.ceiling[-1]),
        "over_by_decay": run.over_by_decay,
        "over_after_lowering_audit": run.over_by_audit,
        "worst_exposure_over_ceiling": run.worst_ratio,
        "authorisations_below_floor": run.below_floor,
        "refused_by_floor": run.refused_by_floor,
        "theorems": [claim.to_json() for claim in claims],
        "game": None if game is None else game.to_json(),
    }


def _write(out: Path, run: Run, policy: Policy, data: dict[str, Any]) -> None:
    import json

    from governance.economy.simulation.plots import plots_of
    from governance.kernel.files import write_atomically

    files = plots_of(run, policy.ceilings.currency)
    files["result.json"] = json.dumps(data, indent=2, allow_nan=False) + "\n"
    for name, text in files.items():
        write_atomically(out / name, text)
    note(f"{len(files)} files written to {out}")


def _print(data: dict[str, Any], claims: list[Claim], game: Game | None) -> None:
    safety = data["safety"]
    note(
        f"safety first {_shown(safety['first'])}, last {_shown(safety['last'])}, "
        f"lowest {_shown(safety['lowest'])}; {data['over_by_decay']} agent-days over the ceiling "
        f"by decay, {data['over_after_lowering_audit']} after an audit that lowered it"
    )
    print_table(("tier", "share of agents"), [(k, f"{v:.1%}") for k, v in data["tiers"].items()])
    earned = data["earned_per_agent"].items()
    print_table(("strategy", "earned per agent"), [(name, f"{sum_:,.0f}") for name, sum_ in earned])
    if claims:
        print_table(
            ("theorem", "statement", "holds", "measured (95 % band)"),
            [(one.theorem, one.statement, HELD[one.holds], _measured(one)) for one in claims],
        )
    if game is not None:
        columns = ("payoff of / among", *game.strategies)
        rows = [
            (name, *(f"{value:,.0f}" for value in row))
            for name, row in zip(game.strategies, game.payoff, strict=True)
        ]
        print_table(columns, rows)
        print_table(
            ("to", "best response", "better than the second by (95 % band)"),
            [
                (name, best, f"{one.mean:,.0f} [{one.low:,.0f}, {one.high:,.0f}]")
                for (name, best), one in zip(game.best.items(), game.margin.values(), strict=True)
            ],
        )
        for name, found in (("Nash", game.nash), ("risk-averse", game.risk_averse)):
            for shares in found:
                note(f"{name}: " + ", ".join(f"{k} {v:.0%}" for k, v in shares.items() if v))


def _measured(claim: Claim) -> str:
    parts = []
    for name, value in claim.measured.items():
        if isinstance(value, int | float):
            parts.append(f"{name} {value:g}")
        else:
            parts.append(f"{name} {value.mean:.4g} [{value.low:.4g}, {value.high:.4g}]")
    return "; ".join(parts)


def _shown(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"
