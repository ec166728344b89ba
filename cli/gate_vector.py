"""Options that describe one robustness vector, shared by the commands that take one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door

if TYPE_CHECKING:
    from governance.gate.vector import RobustnessVector

Score = float | None
Count = int | None

CcOption = Annotated[Score, typer.Option("--cc", help="Constraint compliance, 0 to 1.")]
ErOption = Annotated[Score, typer.Option("--er", help="Epistemic robustness, 0 to 1.")]
AsOption = Annotated[Score, typer.Option("--as", help="Behavioural alignment, 0 to 1.")]
IhOption = Annotated[Score, typer.Option("--ih", help="1 - intrinsic hallucination (IH*), 0 to 1.")]
NCcOption = Annotated[Count, typer.Option("--n-cc", help="Independent units behind CC.")]
NErOption = Annotated[Count, typer.Option("--n-er", help="Independent units behind ER.")]
NAsOption = Annotated[Count, typer.Option("--n-as", help="Independent units behind AS.")]
NIhOption = Annotated[Count, typer.Option("--n-ih", help="Independent units behind IH*.")]
BasisOption = Annotated[
    str | None,
    typer.Option(
        "--basis",
        help="point: scores as they are; bound: lower confidence bounds from counts. "
        "Default: the policy's where counts are given, else point.",
    ),
]
AttemptsOption = Annotated[
    int, typer.Option("--attempts", min=1, help="Which attempt on this digest it is: alpha left.")
]
PolicyOption = Annotated[
    str | None,
    typer.Option("--policy", metavar="FILE", help="Policy file; the packaged default if left out."),
]


def vector_of(door: Door, **scores: float | None) -> RobustnessVector | None:
    """Return the vector that options describe, None where none was given.

    Raises InputError naming the option at fault.
    """
    from governance.operations.policies_gate import RobustnessVector

    given = {name.removesuffix("_"): value for name, value in scores.items() if value is not None}
    return door.request(RobustnessVector, **given) if given else None
