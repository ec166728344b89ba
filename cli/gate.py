"""`gate`: robustness vectors to tiers, explained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.door import Door, print_answer_lines, with_door, with_plain_door
from cli.gate_cedar import cedar
from cli.gate_policy import app as policy_app
from cli.gate_simulate import simulate
from cli.gate_vector import (
    AsOption,
    AttemptsOption,
    BasisOption,
    CcOption,
    ErOption,
    IhOption,
    NAsOption,
    NCcOption,
    NErOption,
    NIhOption,
    PolicyOption,
    vector_of,
)
from cli.output import print_table
from governance.operations.files import given_file, given_path

if TYPE_CHECKING:
    from governance.operations.policies_gate import VectorDecision

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
policy_app.command(
    "cedar", epilog="Example: underwriter gate policy cedar policy.yaml --out policy.cedar"
)(cedar)
app.command(
    "simulate", epilog="Example: underwriter gate simulate --agents 1000 --days 365 --out figures"
)(simulate)
app.add_typer(policy_app, name="policy", help="Policies and the laws that they obey.")


@app.callback()
def group() -> None:
    """Robustness vectors to economic tiers; policies."""


@app.command(
    epilog="Example: underwriter gate evaluate --cc .82 --er .78 --as .71 --ih .9 --n-cc 300 "
    "--n-er 300 --n-as 120 --json"
)
@with_plain_door
def evaluate(
    door: Door,
    cc: CcOption = None,
    er: ErOption = None,
    as_: AsOption = None,
    ih: IhOption = None,
    n_cc: NCcOption = None,
    n_er: NErOption = None,
    n_as: NAsOption = None,
    n_ih: NIhOption = None,
    file: Annotated[
        str | None,
        typer.Option(
            "--file", metavar="FILE", help="CSV with columns cc,er,as_,ih, or .jsonl; one a line."
        ),
    ] = None,
    basis: BasisOption = None,
    attempts: AttemptsOption = 1,
    policy: PolicyOption = None,
) -> None:
    """Say which tier a robustness vector holds, what binds it, and what each gap is.

    A score that is left out is missing, and missing is T0. With --file, one vector a row.
    """
    from governance.operations import policies_gate as area

    vector = vector_of(
        door, cc=cc, er=er, as_=as_, ih=ih, n_cc=n_cc, n_er=n_er, n_as=n_as, n_ih=n_ih
    )
    request = door.request(
        area.GateQuestion,
        vector=vector,
        file=given_path(file),
        basis=basis,
        attempts=attempts,
        policy=given_file(policy),
    )
    decisions = door.ask(area.evaluate, request)
    if door.as_json:
        print_answer_lines(decisions)
        return
    _print_decisions(decisions)


@app.command(
    epilog="Example: underwriter gate explain --cc .82 --er .78 --as .71 --ih .9 --n-cc 300 "
    "--n-er 300 --n-as 120"
)
@with_door
def explain(
    door: Door,
    cc: CcOption = None,
    er: ErOption = None,
    as_: AsOption = None,
    ih: IhOption = None,
    n_cc: NCcOption = None,
    n_er: NErOption = None,
    n_as: NAsOption = None,
    n_ih: NIhOption = None,
    agent: Annotated[
        str | None, typer.Option("--agent", help="A stored agent: its last certification.")
    ] = None,
    audited: Annotated[
        str | None, typer.Option("--audited", metavar="DATE", help="Audit's date, to date drops.")
    ] = None,
    basis: BasisOption = None,
    attempts: AttemptsOption = 1,
    policy: PolicyOption = None,
) -> None:
    """Explain a tier: what binds it, items still needed, next drops, what would change it."""
    from governance.operations import policies_gate as area

    asked: dict[str, Any] = {"agent": agent}
    if agent is None:
        vector = vector_of(
            door, cc=cc, er=er, as_=as_, ih=ih, n_cc=n_cc, n_er=n_er, n_as=n_as, n_ih=n_ih
        )
        asked = {"vector": vector, "basis": basis, "attempts": attempts, "audited": audited}
        asked["policy"] = given_file(policy)
    found = door.ask(area.explain, door.request(area.ExplanationQuestion, **asked))
    if door.printed(found):
        return
    from cli.gate_tables import print_explanation

    print_explanation(found, area.DIMENSION_NAMES)


@app.command(epilog="Example: underwriter gate due --json")
@with_door
def due(door: Door) -> None:
    """List audits that are due, with the draw revealed; dates to come stay hidden."""
    from governance.operations import policies_stored as area
    from governance.operations.requests import Nothing

    found = door.ask(area.due, Nothing())
    if door.printed(found):
        return
    print_table(
        ("agent", "due since", "cause", "at T0 from", "overdue"),
        [
            (
                audit.agent,
                f"{audit.due_at:%Y-%m-%d %H:%M}",
                "IH* is stale" if audit.cause == "stale_ih" else "spot audit",
                "" if audit.overdue_at is None else f"{audit.overdue_at:%Y-%m-%d %H:%M}",
                "yes" if audit.overdue else "no",
            )
            for audit in found
        ],
    )


def _print_decisions(decisions: Sequence[VectorDecision]) -> None:
    print_table(
        ("vector", "tier", "ceiling", "cc", "er", "as", "ih", "binding", "gaps"),
        [
            (
                decision.name or decision.line,
                f"T{decision.tier}",
                decision.ceiling,
                *(f"T{decision.steps[name]}" for name in ("cc", "er", "as")),
                "pass" if decision.ih_pass else "fail",
                ", ".join(decision.binding),
                ", ".join(_gap(name, gap) for name, gap in decision.gaps.items()),
            )
            for decision in decisions
        ],
    )


def _gap(name: str, gap: float | None) -> str:
    return f"{name} missing" if gap is None else f"{name} {gap:.4g}"
