"""`gate simulate`: an economy of simulated agents under a policy, and the theorems put to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.door import Door, as_data, with_plain_door
from cli.output import note, print_table
from governance.operations.files import given_file

if TYPE_CHECKING:
    from governance.economy.simulation.game import Game
    from governance.economy.simulation.theorems import Claim
    from governance.operations.policies_simulation import SimulatedEconomy

HELD = {True: "yes", False: "no", None: "open"}


@with_plain_door
def simulate(
    door: Door,
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
        str | None, typer.Option("--policy", help="Policy file; else the packaged default.")
    ] = None,
    settings: Annotated[
        str | None,
        typer.Option("--settings", help="Settings file (mix, market, ...); options come before."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for four plots (SVG) and result.json.")
    ] = None,
) -> None:
    """Simulate agents of seven strategies in a market under the gate.

    The gate is the policy's; market, behaviour and success are a model, for comparison only.
    """
    from governance.operations import policies_simulation as area

    request = door.request(
        area.SimulationQuestion,
        agents=agents,
        days=days,
        seed=seed,
        seeds=seeds,
        rule=rule,
        floor=floor,
        theorems=theorems,
        game=game,
        policy=given_file(policy),
        settings=given_file(settings),
        plots=out is not None,
    )
    answer = door.ask(area.simulate, request)
    if out is not None:
        _write(out, answer)
    if door.printed(answer):
        return
    _print(answer)


def _write(out: Path, answer: SimulatedEconomy) -> None:
    import json

    from governance.kernel.files import write_atomically

    result = json.dumps(as_data(answer), indent=2, allow_nan=False) + "\n"
    files = {**answer.plots, "result.json": result}
    for name, text in files.items():
        write_atomically(out / name, text)
    note(f"{len(files)} files written to {out}")


def _print(answer: SimulatedEconomy) -> None:
    safety = answer.safety
    note(
        f"safety first {_shown(safety.first)}, last {_shown(safety.last)}, "
        f"lowest {_shown(safety.lowest)}; {answer.over_by_decay} agent-days over the ceiling "
        f"by decay, {answer.over_after_lowering_audit} after an audit that lowered it"
    )
    print_table(("tier", "share of agents"), [(k, f"{v:.1%}") for k, v in answer.tiers.items()])
    earned = answer.earned_per_agent.items()
    print_table(("strategy", "earned per agent"), [(name, f"{sum_:,.0f}") for name, sum_ in earned])
    if answer.theorems:
        print_table(
            ("theorem", "statement", "holds", "measured (95 % band)"),
            [
                (one.theorem, one.statement, HELD[one.holds], _measured(one))
                for one in answer.theorems
            ],
        )
    if answer.game is not None:
        _print_game(answer.game)


def _print_game(game: Game) -> None:
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
