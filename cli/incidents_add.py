"""`incidents add`: one incident of one's own."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.door import Door, with_door
from cli.output import note, print_error_json, say
from governance.kernel.errors import ConflictError
from governance.operations.files import text_file


def mount(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command(
        "add",
        epilog="Example: underwriter incidents add --title 'Agent paid an invoice twice' "
        "--description 'invoice-bot sent the transfer again after a time-out.' "
        "--discovered 2026-11-20T09:00 --agent invoice-bot --loss '1250.00 EUR'",
    )(add)


@with_door
def add(
    door: Door,
    title: Annotated[str, typer.Option(help="One line.")],
    description: Annotated[str, typer.Option(help="What happened; - reads standard input.")],
    occurred: Annotated[str | None, typer.Option(help="When: 2026-11, 2026-11-20, ...")] = None,
    discovered: Annotated[str | None, typer.Option(help="When it was found.")] = None,
    reported: Annotated[str | None, typer.Option(help="When it was reported.")] = None,
    near_miss: Annotated[
        bool | None, typer.Option("--near-miss/--harm", help="Nothing happened, or something did.")
    ] = None,
    status: Annotated[str | None, typer.Option(help="For example open or closed.")] = None,
    system: Annotated[str | None, typer.Option(help="The AI system concerned.")] = None,
    agent: Annotated[str | None, typer.Option(help="The agent concerned.")] = None,
    url: Annotated[str | None, typer.Option(help="Where to read more.")] = None,
    loss: Annotated[
        list[str] | None, typer.Option(help="An amount lost: '12.50 USD'; repeatable.")
    ] = None,
    id_: Annotated[
        str | None, typer.Option("--id", help="Your own id. Default: made of the content.")
    ] = None,
    source: Annotated[str, typer.Option(help="Name of the source.")] = "own",
) -> None:
    """Store one incident of your own and classify it; repeating it adds nothing.

    An id that is stored with another text is refused (exit code 1).
    """
    from governance.operations.incidents import OwnIncident, add_incident

    own = OwnIncident(
        id=id_,
        title=title,
        description=text_file("-").text if description == "-" else description,
        occurred=occurred,
        discovered=discovered,
        reported=reported,
        near_miss=near_miss,
        status=status,
        affected_system=system,
        affected_agent=agent,
        url=url,
        losses=tuple(loss or ()),
        source=source,
    )
    try:
        answer = door.ask(add_incident, own)
    except ConflictError as error:
        if door.as_json:
            print_error_json(error)
        say(error.message, error=True)
        raise typer.Exit(1) from None
    if door.printed(answer):
        return
    view = answer.incident
    state = "stored" if answer.added else "was there already"
    code = view.sub_threat or view.domain
    uncertain = ", uncertain" if view.abstained else ""
    note(f"{view.source}:{view.source_id} {state} as {view.id}: {code}{uncertain}")
