"""`audit import`: per-item outcomes of other harnesses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, with_door
from cli.output import note, print_table
from governance.operations.files import given_file

if TYPE_CHECKING:
    from governance.operations.audits_import import Recounted


@with_door
def import_(
    door: Door,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="inspect_ai (.eval, .json), garak (report.jsonl), promptfoo (.json, .jsonl), or "
            "the results file of lm-eval with its samples files; several logs of one model.",
        ),
    ],
    mapping: Annotated[
        str | None, typer.Option(help="File that says which metric feeds which dimension, and how.")
    ] = None,
    agent: Annotated[
        str | None, typer.Option(help="Certify this agent on the outcomes (declared evidence).")
    ] = None,
    allow_truncated: Annotated[
        bool, typer.Option("--allow-truncated", help="Keep a run that was limited on purpose.")
    ] = False,
) -> None:
    """Import the outcomes of another harness, item by item, and count and bound them anew.

    A metric without a mapping entry is kept and gates nothing. Unfinished, truncated and
    mixed-model runs are refused.
    """
    from governance.operations import audits_import as operation
    from governance.operations.requests import LocalPath

    fields = {
        "files": tuple(LocalPath(str(file)) for file in files),
        "mapping": given_file(mapping),
        "allow_truncated": allow_truncated,
    }
    if agent is None:
        found = door.ask(operation.recount, operation.Outcomes(**fields))
    else:
        request = operation.OutcomesOf(**fields, agent=agent)
        found = door.ask(operation.certify, request)
    if door.printed(found):
        return
    _print(found)
    standing = found.standing
    if standing is not None:
        note(f"{standing.agent} stands at T{standing.tier}; certificate {standing.certification}")


def _print(run: Recounted) -> None:
    print_table(
        ("task", "metric", "passed", "units", "missing", "lower bound", "dimension"),
        [
            (
                score.task,
                score.metric,
                score.share.successes,
                score.share.units,
                score.share.missing,
                "" if score.lower is None else f"{score.lower:.3f}",
                score.dimension or "not gating",
            )
            for score in run.scores
        ],
        title=f"{run.harness} {run.harness_version or ''}: {run.model}",
    )
    for task in run.refused:
        note(f"refused: {task.task}: {task.reason}")
    if run.truncated:
        note(f"limits: {run.truncated}")
    if run.served:
        note(f"answered as: {', '.join(run.served)}")
    for remark in run.remarks:
        note(f"note: {remark}")
