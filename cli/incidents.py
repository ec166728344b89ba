"""`incidents`: importing, classifying, finding, reviewing and merging AI incidents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from cli import (
    incidents_add,
    incidents_deadlines,
    incidents_duplicates,
    incidents_review,
    incidents_show,
)
from cli.door import Door, print_answer, with_door
from cli.incidents_classify import EPILOG as CLASSIFY_EPILOG
from cli.incidents_classify import classify
from cli.incidents_link import EPILOG as LINK_EPILOG
from cli.incidents_link import link
from cli.output import note, print_table
from governance.kernel.errors import InputError

if TYPE_CHECKING:
    from governance.incidents.coding import CodingSummary
    from governance.operations.incidents import Imported

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

SHOWN = 20


@app.command(
    "import",
    epilog="Examples: underwriter incidents import genai-incidents --described-only --limit 500"
    "  |  underwriter incidents import board.csv --map title=Headline,description=Body",
)
@with_door
def import_(
    door: Door,
    source: Annotated[
        str,
        typer.Argument(
            help="A file, a folder of JSON or YAML files, - for standard input, or "
            "genai-incidents for the installed package."
        ),
    ],
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            help="auto, genai-incidents, aiid, avid, atlas, veris, oecd, or plain (CSV, JSONL).",
        ),
    ] = "auto",
    mapping: Annotated[
        str | None,
        typer.Option("--map", help="Columns of a plain file: title=Headline,description=Body."),
    ] = None,
    source_name: Annotated[
        str | None,
        typer.Option("--source", help="Name of a plain file's source. Default: the file's name."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Take this many at most.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Leave out what is known to be older: 2024, 2024-05, ...")
    ] = None,
    described_only: Annotated[
        bool, typer.Option("--described-only", help="Leave out incidents with a title only.")
    ] = False,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Skip bad rows and list them, instead of none.")
    ] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Take the new text where a stored one has changed.")
    ] = False,
    classify_: Annotated[
        bool, typer.Option("--classify", help="Classify what is not yet classified.")
    ] = False,
) -> None:
    """Store incidents of a source, each once; import again at any time, also after Ctrl-C.

    A bad row stops the import before anything is stored, unless --keep-going. An incident whose
    stored text differs is left as it is and reported (exit code 1), unless --update, which keeps
    the former text as a revision.
    """
    from governance.operations.incidents import ImportOrder, import_incidents
    from governance.operations.requests import LocalPath

    order = ImportOrder(
        source=LocalPath(source),
        format=format_,
        mapping=_pairs(mapping) if mapping else {},
        source_name=source_name,
        limit=limit,
        since=since,
        described_only=described_only,
        keep_going=keep_going,
        update=update,
        classify=classify_,
    )
    with _resumable():
        answer = door.ask(import_incidents, order)
    _print_import(answer, as_json=door.as_json)
    if answer.conflicts:
        raise typer.Exit(1)


app.command("classify", epilog=CLASSIFY_EPILOG)(classify)
app.command("link", epilog=LINK_EPILOG)(link)


@app.command(epilog="Example: underwriter incidents reclassify")
@with_door
def reclassify(door: Door) -> None:
    """Classify stored incidents that the present model has not coded as they stand now.

    After Ctrl-C, run it again: it goes on where it stopped. Reviews stay in force; what an
    earlier model said stays in the history.
    """
    from governance.operations.incidents import reclassify as handler
    from governance.operations.requests import Nothing

    with _resumable():
        summary = door.ask(handler, Nothing())
    if door.printed(summary):
        return
    _note_coding(summary)


incidents_add.mount(app)
incidents_show.mount(app)
incidents_review.mount(app)
incidents_duplicates.mount(app)
incidents_deadlines.mount(app)


@contextmanager
def _resumable() -> Iterator[None]:
    """Say after Ctrl-C that nothing is half stored and how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        note("interrupted: whole parts are stored, nothing by halves; the same command goes on")
        raise


def _pairs(text: str) -> dict[str, str]:
    """Read ``title=Headline,description=Body``."""
    pairs: dict[str, str] = {}
    for part in text.split(","):
        ours, equals, theirs = (piece.strip() for piece in part.partition("="))
        if not equals or not theirs:
            hint = "title=Headline,description=Body"
            raise InputError(f"{part.strip()!r} is no pair", field="--map", hint=hint)
        pairs[ours] = theirs
    return pairs


def _print_import(answer: Imported, *, as_json: bool) -> None:
    for row in answer.skipped[:SHOWN]:
        note(f"skipped: {InputError(row.message, file=row.file, line=row.line, field=row.field)}")
    if len(answer.skipped) > SHOWN:
        note(f"skipped: {len(answer.skipped) - SHOWN} more")
    if as_json:
        print_answer(answer)
        return
    went_on = " (went on with an import that was cut off)" if answer.resumed else ""
    note(
        f"{answer.name} ({answer.format}): {answer.added} added, {answer.updated} updated, "
        f"{answer.unchanged} already there, {len(answer.skipped)} skipped, "
        f"{answer.left_out} left out{went_on}"
    )
    if answer.conflicts:
        print_table(
            ("incident", "source", "id", "changed fields"),
            [
                (row.incident, row.source, row.source_id, ", ".join(row.changed))
                for row in answer.conflicts[:SHOWN]
            ],
            title=f"{len(answer.conflicts)} incidents say something else now; "
            "they were left as stored (--update takes the new text)",
        )
    if answer.classified is not None:
        _note_coding(answer.classified)


def _note_coding(summary: CodingSummary) -> None:
    if summary.run_id is None:
        note(f"nothing left to classify by {summary.model_name} {summary.model_version}")
        return
    note(
        f"{summary.classified} classified by {summary.model_name} {summary.model_version}, "
        f"{summary.abstained} of them kept back as uncertain"
    )
    rows = sorted(summary.by_domain.items(), key=lambda row: -row[1])
    print_table(("domain", "incidents"), rows)
