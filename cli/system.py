"""`system`: the inventory of AI systems and how far their threats are covered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli.door import Door, with_door
from cli.output import note, person, print_table
from cli.taxonomy_options import LocalOption
from governance.kernel.value import parse
from governance.operations.files import given_file

if TYPE_CHECKING:
    from governance.registry.system_coverage import SystemCoverage

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

NameArgument = Annotated[str, typer.Argument(help="The system's name or id.")]
StatusOption = Annotated[
    Literal["planned", "in_use", "retired"] | None, typer.Option(help="Where it stands.")
]
DescriptionOption = Annotated[str | None, typer.Option(help="What it does.")]
OwnerOption = Annotated[str | None, typer.Option(help="Who answers for it.")]
RoleOption = Annotated[
    str | None, typer.Option(help="Your role in law as you see it: provider, deployer, ...")
]
RiskClassOption = Annotated[
    str | None, typer.Option(help="Its risk class as you see it: high, limited, minimal, ...")
]
FactOption = Annotated[
    list[str] | None, typer.Option("--fact", help="name=value, repeated: a fact to keep with it.")
]


@app.command(
    epilog="Example: underwriter system add claims-triage --owner 'Claims' --threat BIA "
    "--threat UNR-X1"
)
@with_door
def add(
    door: Door,
    name: Annotated[str, typer.Argument(help="A name of its own for the system.")],
    description: DescriptionOption = None,
    owner: OwnerOption = None,
    role: RoleOption = None,
    risk_class: RiskClassOption = None,
    status: StatusOption = None,
    facts: FactOption = None,
    threats: Annotated[
        list[str] | None,
        typer.Option("--threat", help="A sub-threat or domain that it faces; repeated."),
    ] = None,
    local: LocalOption = None,
) -> None:
    """Register an AI system in the inventory."""
    from governance.operations.controls_systems import NewSystem, add_system

    said = _declared(description, owner, role, risk_class, status, facts)
    said |= {"name": name, "threats": tuple(threats or ()), "local": given_file(local)}
    system = door.ask(add_system, parse(NewSystem, said))
    if door.printed(system):
        return
    note(f"{system.name} registered as {system.id}; it faces {len(system.threats)} stated threats")


@app.command(epilog="Example: underwriter system change claims-triage --risk-class high")
@with_door
def change(
    door: Door,
    name: NameArgument,
    description: DescriptionOption = None,
    owner: OwnerOption = None,
    role: RoleOption = None,
    risk_class: RiskClassOption = None,
    status: StatusOption = None,
    facts: FactOption = None,
) -> None:
    """Change what is declared of a system."""
    from governance.operations.controls_systems import SystemChange
    from governance.operations.controls_systems import change as handler

    said = _declared(description, owner, role, risk_class, status, facts)
    system = door.ask(handler, parse(SystemChange, {**said, "system": name}))
    if door.printed(system):
        return
    note(f"{system.name} {'changed' if system.changed else 'is as it was'}")


@app.command(
    epilog="Example: underwriter system threats claims-triage --add MIS-01 --reason 'public chat'"
)
@with_door
def threats(
    door: Door,
    name: NameArgument,
    add: Annotated[list[str] | None, typer.Option("--add", help="It faces this; repeated.")] = None,
    drop: Annotated[
        list[str] | None, typer.Option("--drop", help="It no longer faces this; repeated.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; it goes into the ledger.")] = "",
    local: LocalOption = None,
) -> None:
    """State which threats a system faces, or end that it faces them."""
    from governance.operations.controls_systems import ThreatChange, change_threats

    said = {"system": name, "add": tuple(add or ()), "drop": tuple(drop or ()), "reason": reason}
    asked = parse(ThreatChange, {**said, "local": given_file(local)})
    answer = door.ask(change_threats, asked)
    if door.printed(answer):
        return
    rows = zip(answer.threats, answer.reasons, strict=True)
    print_table(("threat", "reason"), rows, title=f"{answer.system} faces")


@app.command("list", epilog="Example: underwriter system list --json")
@with_door
def list_(door: Door) -> None:
    """List every AI system."""
    from governance.operations.controls_systems import list_systems
    from governance.operations.requests import Nothing

    rows = door.ask(list_systems, Nothing())
    if door.printed(rows):
        return
    columns = ("name", "status", "owner", "role", "risk_class", "description")
    shown = [{**dict(row), "owner": person(row.owner, row.owner_id)} for row in rows]
    print_table(columns, [[row[column] for column in columns] for row in shown])


@app.command(epilog="Example: underwriter system show claims-triage --framework iso42001")
@with_door
def show(
    door: Door,
    name: NameArgument,
    framework: Annotated[
        str | None, typer.Option(help="Only controls of this framework, e.g. iso42001.")
    ] = None,
    local: LocalOption = None,
) -> None:
    """Show a system with the coverage of its threats by controls.

    A word on the system counts before a word of the whole organisation. Verified, declared and
    not assessed are never added up.
    """
    from governance.operations.controls_systems import SystemAsked, show_system

    asked = {"system": name, "framework": framework, "local": given_file(local)}
    shown = door.ask(show_system, parse(SystemAsked, asked))
    if door.printed(shown):
        return
    _print_coverage(shown.coverage)


def _print_coverage(coverage: SystemCoverage) -> None:
    if coverage.nothing_stated:
        note(f"nobody has stated which threats {coverage.system} faces; nothing is assessed")
    rows = [
        (
            row.threat,
            row.name,
            row.verified,
            row.declared,
            row.not_assessed,
            "open" if row.open else "",
            ", ".join(
                f"{control.control} ({control.status}{', stale' * bool(control.stale)})"
                for control in row.controls
                if control.status != "not_assessed"
            ),
        )
        for row in coverage.threats
    ]
    columns = ("threat", "name", "verified", "declared", "not assessed", "", "answered by")
    print_table(columns, rows, title=f"{coverage.system}: {len(coverage.open_threats)} open")


def _declared(
    description: str | None,
    owner: str | None,
    role: str | None,
    risk_class: str | None,
    status: str | None,
    facts: list[str] | None,
) -> dict[str, Any]:
    """Return what is declared of a system, without what was left out."""
    said = {"description": description, "owner": owner, "role": role, "risk_class": risk_class}
    words: dict[str, Any] = {**said, "status": status, "facts": _facts(facts) or None}
    return {name: value for name, value in words.items() if value is not None}


def _facts(pairs: list[str] | None) -> dict[str, str]:
    from governance.kernel.errors import InputError

    facts = {}
    for pair in pairs or ():
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise InputError(f"{pair!r} is not of the form name=value", field="--fact")
        facts[name.strip()] = value.strip()
    return facts
