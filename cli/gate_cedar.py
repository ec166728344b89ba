"""`gate policy cedar`: a policy for those who have a Cedar engine in place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.door import Door, print_answer, with_plain_door
from cli.output import note
from governance.operations.files import given_file


@with_plain_door
def cedar(
    door: Door,
    file: Annotated[
        str | None,
        typer.Argument(metavar="[FILE]", help="Policy file; the packaged policy if left out."),
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Write the Cedar schema instead.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; else standard output.")
    ] = None,
) -> None:
    """Write a policy as a Cedar policy set, or the schema that it validates against.

    Scores become billionths, rounded down; thresholds finer than that are refused.
    """
    from governance.kernel.files import write_atomically
    from governance.operations import policies as area

    request = area.CedarQuestion(file=given_file(file), schema_alone=schema)
    answer = door.ask(area.cedar, request)
    if out is not None:
        write_atomically(out, answer.cedar)
    if door.as_json:
        print_answer(answer)
    elif out is None:
        typer.echo(answer.cedar, nl=False)
    else:
        note(f"wrote {out}")
