"""`incidents link`: an incident reaches the agent that it happened on."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from cli.door import Door, with_door
from cli.output import note

EPILOG = (
    "Example: underwriter incidents link AIID:23 invoice-bot --severity high "
    "--reason 'it paid a forged invoice'"
)


@with_door
def link(
    door: Door,
    incident: Annotated[str, typer.Argument(help="Id of the incident, or SOURCE:ID.")],
    agent: Annotated[str, typer.Argument(help="Name or id of the agent.")],
    severity: Annotated[
        Literal["low", "medium", "high", "critical"],
        typer.Option(help="How grave it is; the policy says what follows."),
    ],
    reason: Annotated[str, typer.Option(help="Why; it goes into the ledger.")],
) -> None:
    """Link an incident to an agent and run the policy's trigger: note, re-audit, freeze, demote.

    The frequency of the incident's threat in the risk register is updated in the same
    transaction.
    """
    from governance.operations.incidents_link import LinkOrder, link_incident

    order = LinkOrder(incident=incident, agent=agent, severity=severity, reason=reason)
    answer = door.ask(link_incident, order)
    if door.printed(answer):
        return
    note(f"{answer.agent}: {answer.effect}; it stands at T{answer.tier}")
