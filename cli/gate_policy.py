"""`gate policy`: showing, setting, checking, proving, comparing, replaying and pricing policies."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.door import Door, print_answer, with_door, with_plain_door
from cli.gate_vector import BasisOption
from cli.output import note, print_table
from governance.operations.files import given_file, given_path, text_file

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="Policy file: YAML, TOML or JSON.")
]
OptionalFile = Annotated[
    str | None,
    typer.Argument(metavar="[FILE]", help="Policy file; the policy in force if left out."),
]
GroupOption = Annotated[str, typer.Option("--group", help="Group of agents.")]


@app.callback()
def group_help() -> None:
    """Policies: thresholds, ceilings, decay, audits, and the laws they obey."""


@app.command(epilog="Example: underwriter gate policy show --default > policy.yaml")
@with_door
def show(
    door: Door,
    file: OptionalFile = None,
    default: Annotated[
        bool, typer.Option("--default", help="Show the packaged policy, a start for your own.")
    ] = False,
    group: GroupOption = "default",
) -> None:
    """Show a policy: the one in force for a group, a file, or the packaged one."""
    from governance.operations import policies as area

    request = area.ShownPolicy(
        file=None if default else given_file(file), packaged=default, group=group
    )
    answer = door.ask(area.show, request)
    if door.printed(answer):
        return
    typer.echo(answer.text, nl=False)
    note(f"{answer.name}, {answer.digest}")


@app.command("set", epilog="Example: underwriter gate policy set policy.yaml")
@with_door
def set_(
    door: Door,
    file: FileArgument,
    group: GroupOption = "default",
    reason: Annotated[str, typer.Option(help="Why; needed where a second person approves.")] = "",
) -> None:
    """Put a policy in force for a group of agents; a file that breaks a law is refused.

    Certifications keep the policy version under which they were decided. A policy that may
    raise authority waits for a second person.
    """
    from governance.operations import policies as area

    request = area.NewPolicy(file=text_file(file), group=group, reason=reason)
    answer = door.ask(area.set_policy, request)
    if door.printed(answer):
        return
    if answer.proposal:
        note(
            f"proposed as {answer.proposal}: it may raise authority, "
            "a second policy_owner must approve"
        )
        return
    note(f"{answer.name} is {'now' if answer.changed else 'already'} in force for {group}")


@app.command(epilog="Example: underwriter gate policy releases")
@with_door
def releases(door: Door) -> None:
    """List every putting in force of a policy, with whether its signature holds."""
    from governance.operations import policies_stored as area
    from governance.operations.requests import Nothing

    rows = door.ask(area.releases, Nothing())
    if door.printed(rows):
        return
    print_table(
        ("since", "group", "policy", "version", "actor", "signature"),
        [
            (f"{row.at:%Y-%m-%d %H:%M}", row.group, row.name, row.version, row.actor, row.signature)
            for row in rows
        ],
    )


@app.command(epilog="Example: underwriter gate policy validate policy.yaml")
@with_plain_door
def validate(door: Door, file: FileArgument) -> None:
    """Check a policy file against every law, without a proof; a fault is bad input (exit 2)."""
    from governance.operations import policies as area

    answer = door.ask(area.validate, area.CheckedFile(file=text_file(file)))
    if door.printed(answer):
        return
    note(f"{answer.name} obeys every law; digest {answer.digest}")


@app.command(epilog="Example: underwriter gate policy verify policy.yaml --json")
@with_door
def verify(door: Door, file: OptionalFile = None, group: GroupOption = "default") -> None:
    """Prove every law for a policy, or show a concrete counterexample of each broken one.

    Takes any well-typed file. Exit code 1 where a law is broken. Needs the extra 'prove'.
    """
    from governance.operations import policies as area

    request = area.ProvedPolicy(file=given_file(file), group=group)
    proof = door.ask(area.verify, request)
    if door.as_json:
        print_answer(proof)
    else:
        from cli.gate_tables import print_proof

        print_proof(proof)
    if not proof.ok:
        raise typer.Exit(1)


@app.command(epilog="Example: underwriter gate policy diff old.yaml new.yaml --vectors agents.csv")
@with_door
def diff(
    door: Door,
    before: Annotated[str, typer.Argument(metavar="A", help="Policy file before.")],
    after: Annotated[str, typer.Argument(metavar="B", help="Policy file after.")],
    vectors: Annotated[
        str | None, typer.Option("--vectors", metavar="FILE", help="Agents as CSV or .jsonl.")
    ] = None,
    stored: Annotated[bool, typer.Option("--stored", help="Compare the stored agents.")] = False,
) -> None:
    """Say who gains and who loses authority when B replaces A.

    Lists changed fields, ranges of scores that reach another step, and tiers that move; with
    --vectors or --stored also the agents, by name.
    """
    from governance.operations import policies as area

    request = area.Comparison(
        before=text_file(before), after=text_file(after), vectors=given_path(vectors), stored=stored
    )
    found = door.ask(area.diff, request)
    if door.printed(found):
        return
    from cli.gate_tables import print_diff

    print_diff(found)


@app.command(epilog="Example: underwriter gate policy backtest policy.yaml --since 2026-01-01")
@with_door
def backtest(
    door: Door,
    file: FileArgument,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Only decisions from then on.")
    ] = None,
    decisions: Annotated[
        str | None,
        typer.Option(
            "--decisions", metavar="FILE", help="Decisions as .jsonl; the stored ones if left out."
        ),
    ] = None,
    basis: BasisOption = None,
) -> None:
    """Take past decisions again under a policy and say which would have been others.

    A line of --decisions has name, at, vector, basis, attempts, tier and ceiling.
    """
    from governance.operations import policies as area

    request = door.request(
        area.ReplayQuestion,
        file=text_file(file),
        since=since,
        decisions=given_path(decisions),
        basis=basis,
    )
    found = door.ask(area.backtest, request)
    if door.printed(found):
        return
    from cli.gate_tables import print_backtest

    print_backtest(found)


@app.command(
    epilog="Example: underwriter gate policy price --groups agents.yaml --appetite 2M --level 0.99"
)
@with_door
def price(
    door: Door,
    file: OptionalFile = None,
    *,
    appetite: Annotated[
        str, typer.Option("--appetite", help="Largest TVaR, for example 2M or 250000.")
    ],
    groups: Annotated[
        str | None,
        typer.Option(
            "--groups",
            metavar="FILE",
            help="Agents by tier: currency, groups of {tier, agents, failures_per_year, "
            "share_low, share_high}; the stored agents if left out.",
        ),
    ] = None,
    failures: Annotated[
        float,
        typer.Option(
            "--failures-per-year",
            min=0,
            help="Assumed for each stored agent; --groups brings its own.",
        ),
    ] = 1.0,
    level: Annotated[float, typer.Option("--level", help="Level of the TVaR.")] = 0.99,
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="FILE", help="Other risks: a scenario or portfolio file."),
    ] = None,
    group: GroupOption = "default",
) -> None:
    """Find the ceilings for which the portfolio's TVaR stays within the appetite.

    The policy's ceilings give the shape and one factor scales them. The failures of each group
    are Poisson, the loss of each is spread evenly over the shares of the ceiling given.
    """
    from governance.operations import policies_price as area

    request = door.request(
        area.PriceQuestion,
        file=given_file(file),
        appetite=appetite,
        groups=given_file(groups),
        failures_per_year=failures,
        level=level,
        base=given_file(base),
        group=group,
    )
    found = door.ask(area.price, request)
    if door.printed(found):
        return
    from cli.gate_tables import print_priced

    print_priced(found)
