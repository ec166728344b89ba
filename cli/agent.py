"""`agent`: registering, certifying and showing agents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli import agent_audit
from cli.agent_certificate import app as certificate_app
from cli.audit_options import parse_tier
from cli.door import AtOption, Door, as_data, moment_of, print_answer, print_answer_lines, with_door
from cli.output import note, print_json, print_table
from governance.operations.files import given_path

if TYPE_CHECKING:
    from governance.registry.kin import Kin
    from governance.registry.standing import AgentStanding

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(certificate_app, name="certificate")
app.command(
    "audit", epilog="Example: underwriter agent audit bot --model gguf:demo --tier T1 --limit 4"
)(agent_audit.audit)

NameArgument = Annotated[str, typer.Argument(help="The agent's name or id.")]
ModelOption = Annotated[
    str | None, typer.Option("--model", help="sha256: digest of the model, or a file to digest.")
]
PromptOption = Annotated[
    str | None,
    typer.Option("--prompt", help="sha256: digest of the system prompt, or a file to digest."),
]
ToolsOption = Annotated[
    str | None, typer.Option("--tools", help="sha256: digest of the tools, or a file to digest.")
]
ReasonOption = Annotated[
    str,
    typer.Option(
        help="Why, where the digests are those of an agent that is frozen, retired or over its "
        "ceiling: a second person then decides."
    ),
]
ScoreOption = Annotated[float | None, typer.Option(help="Score in [0, 1]; missing if left out.")]
CountOption = Annotated[
    int | None, typer.Option(help="Number of independent items behind the score.")
]


@app.command(epilog="Example: underwriter agent register invoice-bot --prompt prompt.txt")
@with_door
def register(
    door: Door,
    name: Annotated[str, typer.Argument(help="A name of its own for the agent.")],
    model: ModelOption = None,
    prompt: PromptOption = None,
    tools: ToolsOption = None,
    group: Annotated[str, typer.Option(help="Group whose policy rules the agent.")] = "default",
    description: Annotated[str, typer.Option(help="What the agent is for.")] = "",
    reason: ReasonOption = "",
) -> None:
    """Register an agent. It stands at T0 until it is certified.

    What a frozen or retired agent is made of, or one over its ceiling, is refused under any name;
    with a reason it is proposed, and a second person decides.
    """
    from governance.operations import agents

    request = agents.RegisterAgent(
        name=name,
        digests=_digests(model, prompt, tools),
        group=group,
        description=description,
        reason=reason,
    )
    answer = door.ask(agents.register, request)
    if door.printed(answer):
        return
    if answer.proposal:
        note(_waiting(answer.proposal))
        return
    note(f"{answer.agent} registered as {answer.id}; it stands at T0 until it is certified")


@app.command(epilog="Example: underwriter agent change invoice-bot --prompt new-prompt.txt")
@with_door
def change(
    door: Door,
    name: NameArgument,
    model: ModelOption = None,
    prompt: PromptOption = None,
    tools: ToolsOption = None,
    reason: ReasonOption = "",
) -> None:
    """Record that model, prompt or tools changed; the certification becomes void.

    What would be refused to a newly registered agent is refused here too, or proposed.
    """
    from governance.operations import agents

    digests = _digests(model, prompt, tools)
    request = agents.ChangeAgent(agent=name, digests=digests, reason=reason)
    answer = door.ask(agents.change, request)
    if door.printed(answer):
        return
    if answer.proposal:
        note(_waiting(answer.proposal))
        return
    note(f"{answer.agent}: {len(answer.void)} certifications made void; it stands at T0")


@app.command(epilog="Example: underwriter agent retire invoice-bot --reason 'replaced'")
@with_door
def retire(
    door: Door,
    name: NameArgument,
    reason: Annotated[str, typer.Option(help="Why; it goes into the ledger.")],
) -> None:
    """Retire an agent for good."""
    from governance.operations import agents

    answer = door.ask(agents.retire, agents.WithReason(agent=name, reason=reason))
    if door.printed(answer):
        return
    note(f"{answer.agent} is retired")


@app.command(
    epilog="Example: underwriter agent certify invoice-bot --cc .86 --er .84 --as .79 --ih .9 "
    "--n-cc 300 --n-er 300 --n-as 240"
)
@with_door
def certify(
    door: Door,
    name: Annotated[
        str | None, typer.Argument(help="The agent's name or id; left out with --file.")
    ] = None,
    cc: ScoreOption = None,
    er: ScoreOption = None,
    as_: Annotated[
        float | None, typer.Option("--as", help="Score in [0, 1]; missing if left out.")
    ] = None,
    ih: ScoreOption = None,
    n_cc: CountOption = None,
    n_er: CountOption = None,
    n_as: CountOption = None,
    n_ih: CountOption = None,
    basis: Annotated[
        Literal["point", "bound"] | None,
        typer.Option(help="Point scores or lower bounds; the policy's if left out."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="CSV or JSON Lines: one vector a row, with a column agent.")
    ] = None,
    evidence: Annotated[
        Path | None, typer.Option(help="File that the scores come from; its digest is kept.")
    ] = None,
) -> None:
    """Certify an agent from its scores, or every agent of a file; missing is missing.

    Agents of a file that are not registered yet are registered. Every attempt is stored and
    counted, whatever it earns. Where a row of a file is at fault, nothing of it is stored; after a
    stop the same command goes on.
    """
    from governance.kernel.errors import InputError
    from governance.kernel.value import parse
    from governance.operations import agents_certify
    from governance.operations.requests import LocalPath

    if (name is None) == (file is None):
        raise InputError("name an agent or a --file, one of the two", field="name")
    if file is not None:
        every = agents_certify.CertifyAll(file=LocalPath(str(file)), basis=basis)
        standings = door.ask(agents_certify.certify_all, every)
    else:
        data: dict[str, Any] = {"agent": name, "cc": cc, "er": er, "as": as_, "ih": ih}
        data |= {"n_cc": n_cc, "n_er": n_er, "n_as": n_as, "n_ih": n_ih, "basis": basis}
        data["evidence"] = given_path(evidence)
        one = parse(agents_certify.CertifyAgent, data)
        standings = [door.ask(agents_certify.certify, one)]
    if door.as_json:
        (print_answer_lines if file is not None else _print_one)(standings)
        return
    _print_standings(standings)


def _print_one(standings: list[AgentStanding]) -> None:
    print_answer(standings[0])


@app.command("request-tier", epilog="Example: underwriter agent request-tier invoice-bot T4")
@with_door
def request_tier(
    door: Door,
    name: NameArgument,
    tier: Annotated[str, typer.Argument(help="Tier asked for, T1 to T5.")],
) -> None:
    """Ask the scaling gate for a tier (the paper's Algorithm 1); the request is in the ledger.

    Exit code 1 where the present evidence, after decay, does not carry it; the gaps say what an
    audit calibrated to that tier would have to close.
    """
    from governance.operations import agents_certify

    asked = parse_tier(tier, "tier")
    request = agents_certify.RequestTier(agent=name, tier=asked)
    answer = door.ask(agents_certify.request_tier, request).answer
    if door.as_json:
        print_json({"agent": name, **as_data(answer)})
    else:
        note(f"{name}: T{asked} {'granted' if answer.granted else 'denied'}, T{answer.tier} now")
        rows = [
            (gap.dimension, gap.threshold, _short(gap.effective), _short(gap.gap))
            for gap in answer.gaps
        ]
        if rows:
            print_table(("dimension", "needed", "effective now", "gap"), rows)
    if not answer.granted:
        raise typer.Exit(1)


@app.command("list", epilog="Example: underwriter agent list --json")
@with_door
def list_(door: Door, at: AtOption = None) -> None:
    """List every agent with the tier and ceiling that it has now, or had at a past moment."""
    from governance.operations import agents

    standings = door.ask(agents.list_agents, agents.ListAgents(at=moment_of(at)))
    if door.printed(standings):
        return
    _print_standings(standings)


@app.command(epilog="Example: underwriter agent show invoice-bot")
@with_door
def show(door: Door, name: NameArgument, at: AtOption = None) -> None:
    """Show where an agent stands now, or stood at a past moment, why, and when it will fall."""
    from governance.operations import agents

    request = agents.ShowAgent(agent=name, at=moment_of(at))
    standing = door.ask(agents.show, request)
    if door.printed(standing):
        return
    _print_standings([standing])
    for reason in standing.reasons:
        note(f"- {reason}")
    for drop in standing.tier_drops:
        note(f"- falls to T{drop.tier} on {drop.at:%Y-%m-%d %H:%M} UTC without a new audit")
    for one in standing.history.kin:
        if one.notable:
            note(f"- shares its digests with {one.agent}, which is {_against(one)}")


@app.command(epilog="Example: underwriter agent unfreeze invoice-bot --reason 'cause removed'")
@with_door
def unfreeze(
    door: Door,
    name: NameArgument,
    reason: Annotated[str, typer.Option(help="Why; it goes into the ledger.")],
) -> None:
    """Propose to lift the freeze that an incident brought; a second auditor must approve it."""
    from governance.operations import agents

    answer = door.ask(agents.unfreeze, agents.WithReason(agent=name, reason=reason))
    if door.printed(answer):
        return
    note(_waiting(answer.proposal))


def _against(kin: Kin) -> str:
    said = [] if kin.status == "active" else [kin.status]
    said += ["demoted"] if kin.demoted else []
    return ", ".join([*said, "over its ceiling"] if kin.over_ceiling else said)


def _waiting(proposal: str) -> str:
    return f"proposed as {proposal}: a second auditor must approve it"


def _short(value: float | None) -> str:
    return "missing" if value is None else f"{value:.4f}"


def _digests(model: str | None, prompt: str | None, tools: str | None) -> dict[str, str]:
    from governance.kernel.canonical import file_digest
    from governance.kernel.errors import InputError

    digests = {}
    for part, value in (("model", model), ("prompt", prompt), ("tools", tools)):
        if value is None:
            continue
        if value.startswith("sha256:"):
            digests[part] = value
        elif Path(value).is_file():
            digests[part] = file_digest(Path(value))
        else:
            raise InputError(f"{value!r} is neither a sha256: digest nor a file", field=part)
    return digests


def _print_standings(standings: list[AgentStanding]) -> None:
    rows: list[tuple[Any, ...]] = [
        (
            standing.agent,
            f"T{standing.tier}",
            str(standing.ceiling),
            standing.basis or "",
            ", ".join(standing.binding),
            f"{standing.next_tier_drop:%Y-%m-%d}" if standing.next_tier_drop else "",
            standing.evidence,
            standing.reasons[0] if standing.reasons else "",
        )
        for standing in standings
    ]
    print_table(
        ("agent", "tier", "ceiling", "basis", "binding", "next drop", "evidence", "first reason"),
        rows,
    )
