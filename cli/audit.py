"""`audit`: robustness audits of models, from item banks and harnesses to scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli import audit_import, audit_judge, audit_run, audit_show
from cli.output import JsonOption, note, print_json_line, print_table

if TYPE_CHECKING:
    from governance.audit.responses import ResponseRow, RowVerdicts

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

    checked = list(check_file(file))
    if as_json:
        for _, verdicts in checked:
            print_json_line(verdicts.model_dump())
        return
    _print_shares(checked)


def _print_shares(checked: list[tuple[ResponseRow, RowVerdicts]]) -> None:
    counts: dict[str, list[int]] = {}
    for row, verdicts in checked:
        for position, identifier in enumerate(row.instruction_id_list):
            share = counts.setdefault(identifier, [0, 0, 0])
            share[0] += 1
            share[1] += verdicts.strict[position]
            share[2] += verdicts.loose[position]
    rows = [(identifier, *counts[identifier]) for identifier in sorted(counts)]
    print_table(("constraint", "answers", "strict", "loose"), rows)
    strict = sum(all(verdicts.strict) for _, verdicts in checked)
    loose = sum(all(verdicts.loose) for _, verdicts in checked)
    note(f"{len(checked)} answers: all constraints met by {strict} (strict), {loose} (loose)")


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
