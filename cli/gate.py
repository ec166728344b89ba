"""`gate`: robustness vectors to tiers, explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.database import DatabaseOption, open_store
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
    build_vector,
    checked_basis,
    open_policy,
)
from cli.output import JsonOption, print_json, print_json_line, print_table

if TYPE_CHECKING:
    from datetime import datetime

    from governance.gate.evaluate import Decision
    from governance.gate.explain import Explanation
    from governance.gate.rows import VectorRow

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
def evaluate(
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
    as_json: JsonOption = False,
) -> None:
    """Say which tier a robustness vector holds, what binds it, and what each gap is.

    A score that is left out is missing, and missing is T0. With --file, one vector a row.
    """
    from governance.gate.evaluate import evaluate as decide
    from governance.gate.rows import VectorRow, read_vectors
    from governance.gate.standing import choose_basis
    from governance.kernel.errors import InputError

    asked = checked_basis(basis)
    rules = open_policy(policy)
    options = {"cc": cc, "er": er, "as_": as_, "ih": ih}
    options |= {"n_cc": n_cc, "n_er": n_er, "n_as": n_as, "n_ih": n_ih}
    if file is not None and any(value is not None for value in options.values()):
        raise InputError("--file brings its own scores; leave out --cc, --er, --as, --ih, --n-*")
    rows = read_vectors(file) if file else [VectorRow(1, None, build_vector(**options))]
    decisions = []
    for row in rows:
        chosen = choose_basis(row.vector, rules, asked)
        decisions.append((row, decide(row.vector, rules, basis=chosen, attempts=attempts)))
    if as_json:
        for row, decision in decisions:
            print_json_line(_with_name(decision.to_json(), row))
        return
    _print_decisions(decisions)


@app.command(
    epilog="Example: underwriter gate explain --cc .82 --er .78 --as .71 --ih .9 --n-cc 300 "
    "--n-er 300 --n-as 120"
)
def explain(
    ctx: typer.Context,
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
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain a tier: what binds it, items still needed, next drops, what would change it."""
    from governance.gate.dimensions import DIMENSION_NAMES
    from governance.gate.explain import explain as why
    from governance.gate.standing import choose_basis
    from governance.kernel.clock import parse_time

    case: dict[str, Any]
    if agent is not None:
        case = _stored_case(ctx, db, agent)
    else:
        vector = build_vector(
            cc=cc, er=er, as_=as_, ih=ih, n_cc=n_cc, n_er=n_er, n_as=n_as, n_ih=n_ih
        )
        rules = open_policy(policy)
        chosen = choose_basis(vector, rules, checked_basis(basis))
        case = {"vector": vector, "policy": rules, "basis": chosen, "attempts": attempts}
        case["audited"] = None if audited is None else parse_time(audited, field="--audited")
    start = case.pop("audited")
    found = why(**case)
    drops = _dated(found, start)
    if as_json:
        print_json(found.to_json() | {"drops": drops})
        return
    from cli.gate_tables import print_explanation

    print_explanation(found, DIMENSION_NAMES)
    for drop in drops:
        when = drop["at"] or f"{drop['days']:.1f} days after the audit"
        typer.echo(f"v falls to T{drop['tier']} after {when} ({', '.join(drop['dimensions'])})")


@app.command(epilog="Example: underwriter gate due --json")
def due(ctx: typer.Context, db: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List audits that are due, with the draw revealed; dates to come stay hidden."""
    from governance.registry.audits_due import due_audits

    with open_store(ctx, db) as store, store.read() as session:
        found = due_audits(session, store.clock.now())
    if as_json:
        print_json([audit.model_dump(mode="json") for audit in found])
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


def _stored_case(ctx: typer.Context, db: str | None, name: str) -> dict[str, Any]:
    """Return the last certification of a stored agent as arguments of `explain`."""
    from governance.gate.vector import RobustnessVector
    from governance.kernel.errors import InputError
    from governance.registry.agents import find_agent
    from governance.registry.certifications import latest_certification
    from governance.store.positions import stored_policy

    with open_store(ctx, db) as store, store.read() as session:
        last = latest_certification(session, find_agent(session, name))
        if last is None:
            raise InputError(f"{name!r} was never certified: T0", field="--agent")
        return {
            "vector": RobustnessVector.model_validate(last.vector),
            "policy": stored_policy(session, last.policy_digest),
            "basis": last.basis,
            "attempts": last.attempt,
            "audited": last.certified_at,
        }


def _dated(found: Explanation, start: datetime | None) -> list[dict[str, Any]]:
    from governance.gate.decay import moment_after
    from governance.kernel.clock import format_time

    dated = []
    for drop in found.drops:
        moment = None if start is None else moment_after(start, drop.days)
        dated.append(
            {
                "tier": drop.tier,
                "days": drop.days,
                "at": None if moment is None else format_time(moment),
                "dimensions": list(drop.dimensions),
            }
        )
    return dated


def _with_name(data: dict[str, Any], row: VectorRow) -> dict[str, Any]:
    return data if row.name is None else {**data, "name": row.name}


def _print_decisions(decisions: list[tuple[VectorRow, Decision]]) -> None:
    print_table(
        ("vector", "tier", "ceiling", "cc", "er", "as", "ih", "binding", "gaps"),
        [
            (
                row.name or row.line,
                f"T{decision.tier}",
                decision.ceiling,
                *(f"T{decision.steps[name]}" for name in ("cc", "er", "as")),
                "pass" if decision.ih_pass else "fail",
                ", ".join(decision.binding),
                ", ".join(_gap(name, gap) for name, gap in decision.gaps.items()),
            )
            for row, decision in decisions
        ],
    )


def _gap(name: str, gap: float | None) -> str:
    return f"{name} missing" if gap is None else f"{name} {gap:.4g}"
