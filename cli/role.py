"""`role` and `proposal`: who may do what, and changes that wait for a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, print_answer, with_door
from cli.output import note, print_table
from governance.operations.requests import ById

if TYPE_CHECKING:
    from governance.operations.people_proposals import ProposalState

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
proposal_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

ActorArgument = Annotated[str, typer.Argument(help="Name or id of the principal.")]
RoleArgument = Annotated[str, typer.Argument(help="A role, as `role list` names them.")]
ProposalArgument = Annotated[str, typer.Argument(help="Id of the proposal, or how it begins.")]


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


@proposal_app.callback()
def proposal_help() -> None:
    """Changes that take effect only when a second person approves them."""


@proposal_app.command("list", epilog="Example: underwriter proposal list --state open")
@with_door
def list_proposals(
    door: Door,
    state: Annotated[str | None, typer.Option(help="open, approved or rejected.")] = None,
) -> None:
    """List proposals, the oldest first."""
    from governance.operations import people_proposals as proposals

    rows = door.ask(proposals.list_proposals, proposals.ProposalFilter(state=state))
    if door.printed(rows):
        return
    print_table(
        ("id", "kind", "subject", "state", "proposed by", "decided by", "reason"),
        [(r.id, r.kind, r.subject, r.state, r.proposed_by, r.decided_by, r.reason) for r in rows],
    )


@proposal_app.command(epilog="Example: underwriter proposal approve 0199")
@with_door
def approve(door: Door, proposal: ProposalArgument) -> None:
    """Approve a change that somebody else proposed; it takes effect at once."""
    from governance.operations.people_proposals import approve as handler

    _print(door.ask(handler, ById(id=proposal)), door.as_json)


@proposal_app.command(epilog="Example: underwriter proposal reject 0199")
@with_door
def reject(door: Door, proposal: ProposalArgument) -> None:
    """Reject a proposed change."""
    from governance.operations.people_proposals import reject as handler

    _print(door.ask(handler, ById(id=proposal)), door.as_json)


def _print(answer: ProposalState, as_json: bool) -> None:
    if as_json:
        print_answer(answer)
        return
    note(f"{answer.kind} of {answer.subject}: {answer.state}")
