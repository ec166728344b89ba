"""`audit`: robustness audits of models, from item banks and harnesses to scores."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from cli import audit_import, audit_judge, audit_run, audit_show
from cli.output import JsonOption, note, print_table

if TYPE_CHECKING:
    from governance.audit.responses import ResponseRow, RowVerdicts

    Checked = Iterator[tuple[ResponseRow, RowVerdicts]]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def audit() -> None:
    """Measure the robustness of models; import what other harnesses measured."""


@app.command(
    "check-constraints",
    epilog="Example: underwriter audit check-constraints answers.jsonl --json",
)
def check_constraints(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="JSON Lines of {key, prompt, response, instruction_id_list, kwargs}; - for "
            "standard input.",
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Check answers against verifiable instructions, strictly and loosely.

    With --json one line an answer: {key, strict: [...], loose: [...]}. An unknown constraint or
    an argument that is missing or impossible is an error, and nothing is printed.
    """
    from governance.audit.responses import check_file

    if as_json:
        _print_lines(check_file(file))
    else:
        _print_shares(check_file(file))


def _print_lines(checked: Checked) -> None:
    """Print one line an answer, once all are known to be good; a file holds them until then."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as lines:
        for _, verdicts in checked:
            lines.write(json.dumps(verdicts.model_dump(), ensure_ascii=False) + "\n")
        lines.seek(0)
        shutil.copyfileobj(lines, sys.stdout)


def _print_shares(checked: Checked) -> None:
    counts: dict[str, list[int]] = {}
    answers = strict = loose = 0
    for row, verdicts in checked:
        answers += 1
        strict += all(verdicts.strict)
        loose += all(verdicts.loose)
        for position, identifier in enumerate(row.instruction_id_list):
            share = counts.setdefault(identifier, [0, 0, 0])
            share[0] += 1
            share[1] += verdicts.strict[position]
            share[2] += verdicts.loose[position]
    rows = [(identifier, *counts[identifier]) for identifier in sorted(counts)]
    print_table(("constraint", "answers", "strict", "loose"), rows)
    note(f"{answers} answers: all constraints met by {strict} (strict), {loose} (loose)")


app.command(
    epilog="Example: underwriter audit run --model gguf:demo --tier T1 --limit 5 --out run1",
)(audit_run.run)
app.command("score", epilog="Example: underwriter audit score run1 --json")(audit_show.score_)
app.command(epilog="Example: underwriter audit show run1 --against run2 --html run1.html")(
    audit_show.show
)
app.command(
    epilog="Example: underwriter audit judge run1 --judge qwen=openai:http://127.0.0.1:8001/v1#q "
    "--judge gemma=openai:http://127.0.0.1:8002/v1#g --judge phi=gguf:phi.gguf",
)(audit_judge.judge)
app.command(epilog="Example: underwriter audit lint --seed my-seed --json")(audit_run.lint)
app.command(
    "import",
    epilog="Example: underwriter audit import run.eval --mapping mapping.yaml --json",
)(audit_import.import_)
