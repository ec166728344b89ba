"""`system`: the inventory of AI systems and how far their threats are covered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli.database import DatabaseOption, open_store
from cli.output import JsonOption, note, print_json, print_table
from cli.taxonomy_options import LocalOption, open_ontology

if TYPE_CHECKING:
    from governance.registry.system_coverage import SystemCoverage
    from governance.registry.system_history import System
    from governance.store.assessment import AiSystem

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
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="A name of its own for the system.")],
    description: DescriptionOption = None,
    owner: OwnerOption = None,
    role: RoleOption = None,
    risk_class: RiskClassOption = None,
    status: StatusOption = None,
    fact: FactOption = None,
    threat: Annotated[
        list[str] | None,
        typer.Option("--threat", help="A sub-threat or domain that it faces; repeated."),
    ] = None,
    local: LocalOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Register an AI system in the inventory."""
    from governance.registry.systems import register_system, state_threats

    ontology = open_ontology(local)
    with open_store(ctx, db) as store, store.write() as transaction:
        system = register_system(
            transaction,
            name,
            description=description or "",
            owner=owner or "",
            role=role,
            risk_class=risk_class,
            status=status or "in_use",
            facts=_facts(fact),
        )
        threats = state_threats(transaction, system, ontology, threat or [])
    if as_json:
        print_json({**_system_row(system), "threats": threats})
        return
    note(f"{system.name} registered as {system.id}; it faces {len(threats)} stated threats")


@app.command(epilog="Example: underwriter system change claims-triage --risk-class high")
def change(
    ctx: typer.Context,
    name: NameArgument,
    description: DescriptionOption = None,
    owner: OwnerOption = None,
    role: RoleOption = None,
    risk_class: RiskClassOption = None,
    status: StatusOption = None,
    fact: FactOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change what is declared of a system."""
    from governance.registry.systems import change_system, find_system

    wanted: dict[str, Any] = {
        "description": description,
        "owner": owner,
        "role": role,
        "risk_class": risk_class,
        "status": status,
        "facts": _facts(fact) or None,
    }
    changes = {key: value for key, value in wanted.items() if value is not None}
    with open_store(ctx, db) as store, store.write() as transaction:
        system = find_system(transaction.session, name)
        changed = change_system(transaction, system, changes)
    if as_json:
        print_json({**_system_row(system), "changed": changed})
        return
    note(f"{system.name} {'changed' if changed else 'is as it was'}")


@app.command(
    epilog="Example: underwriter system threats claims-triage --add MIS-01 --reason 'public chat'"
)
def threats(
    ctx: typer.Context,
    name: NameArgument,
    add: Annotated[list[str] | None, typer.Option("--add", help="It faces this; repeated.")] = None,
    drop: Annotated[
        list[str] | None, typer.Option("--drop", help="It no longer faces this; repeated.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; it goes into the ledger.")] = "",
    local: LocalOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """State which threats a system faces, or end that it faces them."""
    from governance.registry.system_history import current_threats
    from governance.registry.systems import drop_threats, find_system, state_threats

    ontology = open_ontology(local)
    with open_store(ctx, db) as store, store.write() as transaction:
        system = find_system(transaction.session, name)
        state_threats(transaction, system, ontology, add or [], reason)
        if drop:
            drop_threats(transaction, system, drop, reason)
        rows = [(row.threat, row.reason) for row in current_threats(transaction.session, system)]
    if as_json:
        print_json({"system": system.name, "threats": [threat for threat, _ in rows]})
        return
    print_table(("threat", "reason"), rows, title=f"{system.name} faces")


@app.command("list", epilog="Example: underwriter system list --json")
def list_(ctx: typer.Context, db: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List every AI system."""
    from governance.registry.system_history import systems_at

    with open_store(ctx, db) as store, store.read() as session:
        rows = [_system_row(system) for system in systems_at(session)]
    if as_json:
        print_json(rows)
        return
    columns = ("name", "status", "owner", "role", "risk_class", "description")
    print_table(columns, [[row[column] for column in columns] for row in rows])


@app.command(epilog="Example: underwriter system show claims-triage --framework iso42001")
def show(
    ctx: typer.Context,
    name: NameArgument,
    framework: Annotated[
        str | None, typer.Option(help="Only controls of this framework, e.g. iso42001.")
    ] = None,
    local: LocalOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a system with the coverage of its threats by controls.

    A word on the system counts before a word of the whole organisation. Verified, declared and
    not assessed are never added up.
    """
    from governance.registry.assessments import assessments_at
    from governance.registry.staleness import find_stale
    from governance.registry.system_coverage import cover_system
    from governance.registry.systems import find_system

    ontology = open_ontology(local)
    with open_store(ctx, db) as store, store.read() as session:
        system = find_system(session, name)
        stale = find_stale(assessments_at(session), ontology, store.clock.now())
        coverage = cover_system(session, ontology, system, framework=framework, stale=stale)
    if as_json:
        print_json({**_system_row(system), "coverage": coverage.model_dump(mode="json")})
        return
    _print_coverage(coverage)


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


def _facts(pairs: list[str] | None) -> dict[str, str]:
    from governance.kernel.errors import InputError

    facts = {}
    for pair in pairs or ():
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise InputError(f"{pair!r} is not of the form name=value", field="--fact")
        facts[name.strip()] = value.strip()
    return facts


def _system_row(system: AiSystem | System) -> dict[str, Any]:
    from governance.kernel.clock import format_time

    return {
        "id": system.id,
        "name": system.name,
        "status": system.status,
        "owner": system.owner,
        "role": system.role,
        "risk_class": system.risk_class,
        "description": system.description,
        "facts": dict(system.facts),
        "registered_at": format_time(system.registered_at),
    }
