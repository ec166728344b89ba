"""`audit judge`: other models read the answers of a finished run; their figures never gate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import audit_options as opt
from cli.door import Door, print_answer, with_plain_door
from cli.output import note, print_table

if TYPE_CHECKING:
    from governance.audit.judges.report import JudgedReport

_SHOWN = 60


@with_plain_door
def judge(
    door: Door,
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished audit run.")],
    judges: Annotated[
        list[str],
        typer.Option(
            "--judge",
            metavar="FAMILY=SPEC",
            help="A judge: its family and its model (hf:, gguf:, openai: or replay:); three or "
            "more, of families that differ.",
        ),
    ],
    protocols: Annotated[str, typer.Option(help="Which of er,ih to judge.")] = "er,ih",
    max_tokens: Annotated[
        int, typer.Option(min=16, help="Room for a judge's answer; judges that think need more.")
    ] = 300,
    worst: Annotated[int, typer.Option(min=0, help="How many contradictions to list.")] = 10,
    device: opt.DeviceOption = "cpu",
    dtype: opt.DtypeOption = None,
    batch_size: opt.BatchOption = None,
    concurrency: opt.ConcurrencyOption = 4,
    retries: opt.RetriesOption = 5,
    rate: opt.RateOption = None,
    timeout: opt.TimeoutOption = 120.0,
) -> None:
    """Let a panel of models judge a run's answers to claims (ER) and questions (IH*).

    A judge is told the truth about an item and reads whether the answer accepts, hedges or
    rejects a claim, or answers or declines a question. Judged figures stand beside those of the
    rule and gate nothing. What a judge fails on, or answers unreadably, is missing; the same
    command asks again what failed. The key of a judge of family qwen is read from
    OPENAI_API_KEY_QWEN. Exit code 3 where a judge gave no answer at all.
    """
    from governance.kernel.errors import EXIT_STORAGE
    from governance.kernel.value import parse
    from governance.operations import audits_judge
    from governance.operations.requests import LocalPath, LocalSpec

    fields = {
        name: value
        for name, value in locals().items()
        if name in audits_judge.JudgeRun.model_fields
    }
    request = parse(
        audits_judge.JudgeRun,
        {
            **fields,
            "run": LocalPath(str(run)),
            "judges": tuple(LocalSpec(each) for each in judges),
            "protocols": opt.names_in(protocols),
        },
    )
    report = door.ask(audits_judge.judge, request)
    if door.as_json:
        print_answer(report)
    else:
        print_judged(report, report.remarks, worst)
    if report.silent:
        raise typer.Exit(EXIT_STORAGE)


def print_judged(report: JudgedReport, remarks: Sequence[str], worst: int) -> None:
    """Print what the judges found beside the rule's figures."""
    _print_judges(report)
    _print_figures(report)
    for text in remarks:
        note(text)
    if report.contradictions and worst:
        _print_contradictions(report, worst)


def _print_judges(report: JudgedReport) -> None:
    rows = [
        (j.family, j.spec, j.read, j.unreadable, j.failed, j.against_majority)
        for j in report.judges
    ]
    columns = ("judge", "model", "read", "unreadable", "failed", "against the majority")
    print_table(columns, rows, title="judges (not gating)")


def _print_figures(report: JudgedReport) -> None:
    rows = [
        (
            protocol.upper(),
            figure.name,
            _rate(figure.rule_rate),
            _rate(figure.judged_rate),
            figure.items,
            figure.undecided,
            "yes" if scores.usable else "NO",
        )
        for protocol, scores in report.protocols.items()
        for figure in scores.figures
    ]
    print_table(
        ("protocol", "share", "by the rule", "by the judges", "items", "no majority", "usable"),
        rows,
    )


def _print_contradictions(report: JudgedReport, worst: int) -> None:
    rows = [
        (
            found.protocol,
            found.item,
            found.group,
            f"{found.rule} (no verdict)" if found.missing else found.rule,
            found.majority,
            ", ".join(f"{family} {vote or '-'}" for family, vote in found.votes.items()),
            found.answered[:_SHOWN],
        )
        for found in report.contradictions[:worst]
    ]
    print_table(
        ("protocol", "item", "kind", "rule", "judges", "votes", "answered"),
        rows,
        title=f"the judges against the rule: {len(report.contradictions)} items",
    )


def _rate(value: float | None) -> str:
    return "missing" if value is None else f"{value:.3f}"
