"""`proposal`: changes that wait for a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, with_door
from cli.output import note, print_table
from governance.operations.requests import ById

if TYPE_CHECKING:
    from governance.operations.people_proposals import ProposalState

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

ProposalArgument = Annotated[str, typer.Argument(help="Id of the proposal, or how it begins.")]


@app.callback()
def proposal_help() -> None:
    """Changes that take effect only when a second person approves them."""


@app.command("list", epilog="Example: underwriter proposal list --state open")
@with_door
def list_(
    door: Door,
    state: Annotated[
        str | None, typer.Option(help="open, approved or rejected. Default: all.")
    ] = None,
) -> None:
    """List proposals, the oldest first."""
    from governance.operations import people_proposals as area

    rows = door.ask(area.list_proposals, door.request(area.ProposalFilter, state=state))
    if door.printed(rows):
        return
    print_table(
        ("id", "kind", "subject", "state", "proposed by", "decided by", "reason"),
        [(r.id, r.kind, r.subject, r.state, r.proposed_by, r.decided_by, r.reason) for r in rows],
    )
    for row in rows:
        if row.state == "open" and not row.fresh:
            note(f"{row.id} cannot be approved: what it was made against changed")


@app.command(epilog="Example: underwriter proposal show 0199")
@with_door
def show(door: Door, proposal: ProposalArgument) -> None:
    """Show a proposal: the change, what changed since, who gains and loses, and the proofs.

    A policy is compared with the one in force, for the stored agents too, and its laws are proved
    (extra 'prove'). For a freeze that is to be lifted: its incidents and what comes back.
    """
    from governance.operations import people_proposals as area

    answer = door.ask(area.show, ById(id=proposal))
    if door.printed(answer):
        return
    from cli.proposal_page import print_proposal

    print_proposal(answer)


@app.command(epilog="Example: underwriter proposal approve 0199")
@with_door
def approve(door: Door, proposal: ProposalArgument) -> None:
    """Approve a change that somebody else proposed; it takes effect at once.

    Refused where what it was made against changed since, or where the two are not two people.
    """
    from governance.operations.people_proposals import approve as handler

    _print(door, door.ask(handler, ById(id=proposal)))


@app.command(epilog="Example: underwriter proposal reject 0199")
@with_door
def reject(door: Door, proposal: ProposalArgument) -> None:
    """Reject a proposed change."""
    from governance.operations.people_proposals import reject as handler

    _print(door, door.ask(handler, ById(id=proposal)))


def _print(door: Door, answer: ProposalState) -> None:
    if not door.printed(answer):
        note(f"{answer.kind} of {answer.subject}: {answer.state}")
