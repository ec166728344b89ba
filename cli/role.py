"""`role`: who may do what."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.door import Door, with_door
from cli.output import note, print_table

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

ActorArgument = Annotated[str, typer.Argument(help="Name or id of the principal.")]
RoleArgument = Annotated[str, typer.Argument(help="A role, as `role list` names them.")]


@app.callback()
def role_help() -> None:
    """Who may do what. Whoever runs `init` holds every role but agent."""


@app.command(epilog="Example: underwriter role grant ada auditor")
@with_door
def grant(door: Door, actor: ActorArgument, role: RoleArgument) -> None:
    """Give a principal a role; nobody gives one to themselves."""
    from governance.operations.people import RoleOf, grant_role

    answer = door.ask(grant_role, RoleOf(actor=actor, role=role))
    if door.printed(answer):
        return
    note(f"{actor} is {'now' if answer.changed else 'already'} {role}")


@app.command(epilog="Example: underwriter role revoke ada auditor")
@with_door
def revoke(door: Door, actor: ActorArgument, role: RoleArgument) -> None:
    """Take a role from a principal; the last administrator keeps it."""
    from governance.operations.people import RoleOf, revoke_role

    answer = door.ask(revoke_role, RoleOf(actor=actor, role=role))
    if door.printed(answer):
        return
    note(f"{actor} is no {role} any more")


@app.command("list", epilog="Example: underwriter role list")
@with_door
def list_(door: Door) -> None:
    """List who holds which role, and what each role may do."""
    from governance.operations.people import ROLES, list_roles
    from governance.operations.requests import Nothing

    grants = door.ask(list_roles, Nothing())
    if door.printed(grants):
        return
    held = {role: [row.actor for row in grants if row.role == role] for role in ROLES}
    rows = [(role, ROLES[role], ", ".join(held[role]) or "nobody") for role in ROLES]
    print_table(("role", "what it may do", "held by"), rows)
