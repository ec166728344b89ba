"""`delegate analyse`: where an economy of delegated money is fragile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, print_answer, with_plain_door
from cli.output import print_table, say
from governance.operations.files import text_file

if TYPE_CHECKING:
    from governance.gate.delegation.analysis import DelegationAnalysis

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def group() -> None:
    """Delegation of money between agents."""


@app.command(epilog="Example: underwriter delegate analyse economy.yaml --json")
@with_plain_door
def analyse(
    door: Door,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="YAML or JSON: agents {name, tier, operator, model} and grants {id, parent, "
            "grantor, holder, currency, allocated, spent, reserved}.",
        ),
    ],
) -> None:
    """Find chains with their tier and liable principal, single points of failure and circles.

    Exit code 1 where a node gave away more than it has.
    """
    from governance.operations import policies_gate as area

    found = door.ask(area.analyse, area.EconomyFile(file=text_file(file)))
    if door.as_json:
        print_answer(found)
    else:
        _print(found)
    if found.faults:
        raise typer.Exit(1)


def _print(found: DelegationAnalysis) -> None:
    print_table(
        ("grant", "chain", "tier", "liable"),
        [(c.grant, " > ".join(c.members), f"T{c.tier}", c.liable) for c in found.chains],
        title=f"Chains, up to {found.depth} grants deep",
    )
    print_table(
        ("agent", "tier", "money cut off", "agents cut off", "holds the economy together"),
        [
            (
                p.agent,
                f"T{p.tier}",
                ", ".join(f"{amount} {code}" for code, amount in p.cut_off.items()),
                ", ".join(p.agents),
                "yes" if p.bridge else "no",
            )
            for p in found.points_of_failure
        ],
        title="Single points of failure (money in minor units)",
    )
    for circle in found.circles:
        say(f"circle at T{circle.tier}: {', '.join(circle.agents)} hold one another's money")
    for group_ in found.concentrations:
        share = ", ".join(f"{value:.0%} of {code}" for code, value in group_.share.items())
        say(f"{group_.kind} {group_.name}: {len(group_.agents)} agents, {share or 'no money'}")
    for fault in found.faults:
        say(f"fault: {fault}")
