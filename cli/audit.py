"""`audit`: robustness audits of models, from item banks and harnesses to scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli import audit_import, audit_judge, audit_run, audit_show
from cli.door import Door, print_answer_lines, with_plain_door
from cli.output import note, print_table

if TYPE_CHECKING:
    from governance.operations.audits import CheckedAnswer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def audit() -> None:
    """Measure the robustness of models; import what other harnesses measured."""


@app.command(
    "check-constraints", epilog="Example: underwriter audit check-constraints answers.jsonl --json"
)
@with_plain_door
def check_constraints(
    door: Door,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="JSON Lines of {key, prompt, response, instruction_id_list, kwargs}; - for "
            "standard input.",
        ),
    ],
) -> None:
    """Check answers against verifiable instructions, strictly and loosely.

    With --json one line an answer: {key, strict: [...], loose: [...]}. An unknown constraint or
    an argument that is missing or impossible is an error, and nothing is printed.
    """
    from governance.operations.audits import Answers
    from governance.operations.audits import check_constraints as handler
    from governance.operations.requests import LocalPath

    checked = door.ask(handler, Answers(file=LocalPath(file)))
    if door.as_json:
        print_answer_lines(checked)
    else:
        _print_shares(checked)


def _print_shares(checked: list[CheckedAnswer]) -> None:
    counts: dict[str, list[int]] = {}
    answers = strict = loose = 0
    for row in checked:
        answers += 1
        strict += all(row.strict)
        loose += all(row.loose)
        for position, identifier in enumerate(row.constraints):
            share = counts.setdefault(identifier, [0, 0, 0])
            share[0] += 1
            share[1] += row.strict[position]
            share[2] += row.loose[position]
    rows = [(identifier, *counts[identifier]) for identifier in sorted(counts)]
    print_table(("constraint", "answers", "strict", "loose"), rows)
    note(f"{answers} answers: all constraints met by {strict} (strict), {loose} (loose)")


app.command(
    epilog="Example: underwriter audit run --model gguf:demo --tier T1 --limit 5 --out run1"
)(audit_run.run)
app.command("score", epilog="Example: underwriter audit score run1 --json")(audit_show.score_)
app.command(epilog="Example: underwriter audit show run1 --against run2 --html run1.html")(
    audit_show.show
)
app.command(
    epilog="Example: underwriter audit judge run1 --judge qwen=openai:http://127.0.0.1:8001/v1#q "
    "--judge gemma=openai:http://127.0.0.1:8002/v1#g --judge phi=gguf:phi.gguf"
)(audit_judge.judge)
app.command(epilog="Example: underwriter audit lint --seed my-seed --json")(audit_run.lint)
app.command(
    "import", epilog="Example: underwriter audit import run.eval --mapping mapping.yaml --json"
)(audit_import.import_)
