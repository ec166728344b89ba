"""`report`: building reports from stored evidence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.door import Door, as_data, moment_of, with_door, with_plain_door
from cli.output import note, print_json, print_table
from governance.operations.files import given_file, text_file

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

KindArgument = Annotated[str, typer.Argument(metavar="KIND", help="`report list` shows them.")]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        help="html, md, json, pdf, csv, oscal or zip. Default: the first that the kind has.",
    ),
]
OutOption = Annotated[str, typer.Option("--out", "-o", help="File to write; `-`: standard output.")]


@app.command(epilog="Example: underwriter report build overview --format html --out overview.html")
@with_door
def build(
    door: Door,
    kind: KindArgument,
    out: OutOption,
    format: FormatOption = None,
    agent: Annotated[
        str | None, typer.Option(help="Name or id of the agent that the report is about.")
    ] = None,
    incident: Annotated[
        str | None, typer.Option(help="Id of the incident that the report is about.")
    ] = None,
    system: Annotated[
        str | None, typer.Option(help="Only this AI system (eu-ai-act). Default: all.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="State as of this past moment (ISO 8601). Default: now.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Also show what changed since this moment.")
    ] = None,
    language: Annotated[str, typer.Option(help="en or de.")] = "en",
    tolerance: Annotated[
        str | None,
        typer.Option(
            help="YAML file with the tolerance line: currency, points [loss, probability]."
        ),
    ] = None,
    sign: Annotated[
        bool, typer.Option(help="Sign the manifest of an evidence pack with the key in use.")
    ] = True,
) -> None:
    """Build one report and write it as one file, or nothing at all."""
    from governance.operations import reports

    answer = door.ask(
        reports.build_report,
        reports.BuildReport(
            kind=kind,
            format=format,
            agent=agent,
            incident=incident,
            system=system,
            at=moment_of(at),
            since=moment_of(since, "--since"),
            language=language,
            tolerance=given_file(tolerance),
            sign=sign,
        ),
    )
    _write(answer.content, out, summary=door.as_json)
    if door.as_json:
        shown = as_data(answer)
        print_json({"kind": kind, "format": answer.format, "out": out} | shown)
    elif out != "-":
        note(f"wrote {out} ({answer.size:,} bytes)")


def _write(data: bytes, out: str, *, summary: bool = False) -> None:
    """Write the whole report or nothing; ``-`` is standard output.

    With a summary to come, standard output is taken, and ``-`` is refused.
    """
    from governance.kernel.errors import InputError
    from governance.kernel.files import write_atomically

    if out == "-" and summary:
        raise InputError("the report itself goes to standard output", field="--json")
    if out == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    if Path(out).is_dir():
        raise InputError("is a folder: name a file", file=out, field="--out")
    write_atomically(Path(out), data)


@app.command("list", epilog="Example: underwriter report list")
@with_plain_door
def list_kinds(door: Door) -> None:
    """List the kinds of reports with their formats and what each is about."""
    from governance.operations import reports
    from governance.operations.requests import Nothing

    kinds = door.ask(reports.list_kinds, Nothing())
    if door.printed(kinds):
        return
    rows = [
        (
            kind.kind,
            kind.about,
            " ".join(kind.formats),
            _subject(kind.subject, kind.subject_required),
        )
        for kind in kinds
    ]
    print_table(("kind", "about", "formats", "subject"), rows)


def _subject(subject: str | None, required: bool) -> str:
    if subject is None:
        return ""
    return f"--{subject}" if required else f"--{subject} (optional)"


@app.command(epilog="Example: underwriter report schema overview > overview.schema.json")
@with_plain_door
def schema(door: Door, kind: KindArgument) -> None:
    """Print the JSON Schema of a report's JSON form; it is JSON with and without --json."""
    from governance.operations import reports

    print_json(door.ask(reports.schema, reports.OfKind(kind=kind)))


@app.command(epilog="Example: underwriter report diff overview-may.json overview-june.json")
@with_plain_door
def diff(
    door: Door,
    before: Annotated[str, typer.Argument(metavar="A", help="The earlier report, as JSON.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The later report, as JSON.")],
) -> None:
    """Say what changed between two reports of one kind, and on account of which records."""
    from governance.operations import reports

    both = reports.CompareReports(before=text_file(before), after=text_file(after))
    found = door.ask(reports.diff, both)
    if door.printed(found):
        return
    note(f"{found.kind}: {found.before.as_of:%Y-%m-%d %H:%M} to {found.after.as_of:%Y-%m-%d %H:%M}")
    for reason in found.reasons:
        note(f"- {reason}")
    if not found.differences:
        note("nothing differs")
        return
    rows = [(row.path, _short(row.before), _short(row.after), row.why) for row in found.differences]
    print_table(("where", "before", "after", "why"), rows)


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
