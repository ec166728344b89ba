"""`incidents duplicates|merge|unmerge`: one story told twice."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.database import DatabaseOption
from cli.door import ask, fields_as_options, print_answer
from cli.output import JsonOption, note, print_table


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


def duplicates(
    ctx: typer.Context,
    min_similarity: Annotated[
        float, typer.Option(min=0.5, max=1, help="Least share of word triples in common.")
    ] = 0.8,
    across_sources: Annotated[
        bool, typer.Option("--across-sources", help="Only pairs from two different sources.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many pairs.")] = 50,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List pairs of incidents that may be one, by near-equal text or equal address.

    Nothing is merged; `incidents merge` does that, pair by pair.
    """
    from governance.kernel.value import parse
    from governance.operations.incidents_duplicates import DuplicateSearch, list_duplicates

    given = {"min_similarity": min_similarity, "across_sources": across_sources, "limit": limit}
    with fields_as_options(ctx):
        wanted = parse(DuplicateSearch, given)
    answer = ask(ctx, db, list_duplicates, wanted)
    if as_json:
        print_answer(answer)
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


def merge(
    ctx: typer.Context,
    keep: Annotated[str, typer.Argument(help="The incident that stays: id or source:id.")],
    drop: Annotated[str, typer.Argument(help="The incident that it stands for from now on.")],
    reason: Annotated[str | None, typer.Option(help="Why; it goes into the ledger.")] = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let one incident stand for another; both texts are kept, lists and counts show the first."""
    from governance.operations.incidents_duplicates import MergeOrder
    from governance.operations.incidents_duplicates import merge as handler

    answer = ask(ctx, db, handler, MergeOrder(keep=keep, drop=drop, reason=reason))
    if as_json:
        print_answer(answer)
        return
    note(f"{answer.merged_name} is merged into {answer.kept_name}")


def unmerge(
    ctx: typer.Context,
    incident: Annotated[str, typer.Argument(help="A merged incident: id or source:id.")],
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a merged incident stand on its own again."""
    from governance.operations.incidents_duplicates import unmerge as handler
    from governance.operations.requests import ById

    answer = ask(ctx, db, handler, ById(id=incident))
    if as_json:
        print_answer(answer)
        return
    note(f"{answer.name} stands on its own again")
