"""`incidents duplicates|merge|unmerge`: one story told twice."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.door import Door, with_door
from cli.output import note, print_table


def mount(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command(
        "duplicates",
        epilog="Example: underwriter incidents duplicates --min-similarity 0.9 --across-sources",
    )(duplicates)
    app.command(
        "merge", epilog="Example: underwriter incidents merge aiid:23 genai-incidents:INC-00412"
    )(merge)
    app.command("unmerge", epilog="Example: underwriter incidents unmerge aiid:23")(unmerge)


@with_door
def duplicates(
    door: Door,
    min_similarity: Annotated[
        float, typer.Option(min=0.5, max=1, help="Least share of word triples in common.")
    ] = 0.8,
    across_sources: Annotated[
        bool, typer.Option("--across-sources", help="Only pairs from two different sources.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many pairs.")] = 50,
) -> None:
    """List pairs of incidents that may be one, by near-equal text or equal address.

    Nothing is merged; `incidents merge` does that, pair by pair.
    """
    from governance.kernel.value import parse
    from governance.operations.incidents_duplicates import DuplicateSearch, list_duplicates

    given = {"min_similarity": min_similarity, "across_sources": across_sources, "limit": limit}
    with door.fields():
        wanted = parse(DuplicateSearch, given)
    answer = door.ask(list_duplicates, wanted)
    if door.printed(answer):
        return
    print_table(
        ("similarity", "why", "first", "title", "second", "title"),
        [
            (
                f"{pair.similarity:.2f}",
                " ".join(pair.reasons),
                pair.left_name,
                pair.left_title[:50],
                pair.right_name,
                pair.right_title[:50],
            )
            for pair in answer.pairs
        ],
        title=f"{len(answer.pairs)} of {answer.total} pairs",
    )


@with_door
def merge(
    door: Door,
    keep: Annotated[str, typer.Argument(help="The incident that stays: id or source:id.")],
    drop: Annotated[str, typer.Argument(help="The incident that it stands for from now on.")],
    reason: Annotated[str | None, typer.Option(help="Why; it goes into the ledger.")] = None,
) -> None:
    """Let one incident stand for another; both texts are kept, lists and counts show the first."""
    from governance.operations.incidents_duplicates import MergeOrder
    from governance.operations.incidents_duplicates import merge as handler

    answer = door.ask(handler, MergeOrder(keep=keep, drop=drop, reason=reason))
    if door.printed(answer):
        return
    note(f"{answer.merged_name} is merged into {answer.kept_name}")


@with_door
def unmerge(
    door: Door, incident: Annotated[str, typer.Argument(help="A merged incident: id or source:id.")]
) -> None:
    """Let a merged incident stand on its own again."""
    from governance.operations.incidents_duplicates import unmerge as handler
    from governance.operations.requests import ById

    answer = door.ask(handler, ById(id=incident))
    if door.printed(answer):
        return
    note(f"{answer.name} stands on its own again")
