"""`audit import`: per-item outcomes of other harnesses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.database import DatabaseOption, configured_password, open_store
from cli.output import JsonOption, note, print_json, print_table

if TYPE_CHECKING:
    from governance.audit.imports.mapping import ImportedScore
    from governance.audit.imports.model import ImportedRun


def import_(
    ctx: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="inspect_ai (.eval, .json), garak (report.jsonl), promptfoo (.json, .jsonl), or "
            "the results file of lm-eval with its samples files.",
        ),
    ],
    mapping: Annotated[
        str | None,
        typer.Option(help="File that says which metric feeds which dimension, and how."),
    ] = None,
    agent: Annotated[
        str | None, typer.Option(help="Certify this agent on the outcomes (declared evidence).")
    ] = None,
    allow_truncated: Annotated[
        bool, typer.Option("--allow-truncated", help="Keep a run that was limited on purpose.")
    ] = False,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import the outcomes of another harness, item by item, and count and bound them anew.

    A metric without a mapping entry is kept and gates nothing. Unfinished, truncated and
    mixed-model runs are refused.
    """
    from governance.audit.imports.certify import certify_import
    from governance.audit.imports.mapping import Mapping, imported_vector, load_mapping, recount
    from governance.audit.imports.reading import read_run
    from governance.registry.keys import open_signing_key

    run = read_run(files, allow_truncated=allow_truncated)
    scores = recount(run, Mapping() if mapping is None else load_mapping(mapping))
    vector = imported_vector(scores)
    standing = None
    if agent is not None:
        with open_store(ctx, db) as store, store.write() as transaction:
            key = open_signing_key(transaction, configured_password(store))
            standing = certify_import(transaction, agent, run, scores, files, key)
    if as_json:
        data: dict[str, Any] = run.model_dump(mode="json", exclude={"items"})
        data["scores"] = [score.model_dump(mode="json") for score in scores]
        data["vector"] = vector.model_dump(mode="json", by_alias=True)
        data["standing"] = None if standing is None else standing.model_dump(mode="json")
        print_json(data)
        return
    _print(run, scores)
    if standing is not None:
        note(f"{standing.agent} stands at T{standing.tier}; certificate {standing.certification}")


def _print(run: ImportedRun, scores: list[ImportedScore]) -> None:
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
            for score in scores
        ],
        title=f"{run.harness} {run.harness_version or ''}: {run.model}",
    )
    for task in run.refused:
        note(f"refused: {task.task}: {task.reason}")
    if run.truncated:
        note(f"limits: {run.truncated}")
