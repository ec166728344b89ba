"""`audit judge`: other models read the answers of a finished run; their figures never gate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import audit_options as opt
from cli.output import JsonOption, note, print_json, print_table

if TYPE_CHECKING:
    from governance.audit.judges.report import JudgedReport

_SHOWN = 60


def judge(
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
    as_json: JsonOption = False,
) -> None:
    """Let a panel of models judge a run's answers to claims (ER) and questions (IH*).

    A judge is told the truth about an item and reads whether the answer accepts, hedges or
    rejects a claim, or answers or declines a question. Judged figures stand beside those of the
    rule and gate nothing. What a judge fails on, or answers unreadably, is missing; the same
    command asks again what failed. The key of a judge of family qwen is read from
    OPENAI_API_KEY_QWEN. Exit code 3 where a judge gave no answer at all.
    """
    from governance.audit.judges.judging import Judging
    from governance.audit.judges.panel import open_judge, parse_panel, require_openable
    from governance.audit.judges.report import read_judged
    from governance.audit.runs.results import score_run
    from governance.audit.subjects.base import SubjectOptions
    from governance.kernel.clock import SystemClock
    from governance.kernel.errors import EXIT_STORAGE

    panel = parse_panel(judges)
    options = SubjectOptions(
        device=device,
        dtype=dtype,
        batch_size=batch_size,
        concurrency=concurrency,
        retries=retries,
        requests_per_second=rate,
        timeout_seconds=timeout,
    )
    asked = _parse_judged(protocols)
    result = score_run(run)
    for each in panel:
        require_openable(each, options)
    with opt.shown_progress("judging") as show:
        judging = Judging(
            run,
            result,
            panel,
            SystemClock(),
            protocols=asked,
            max_tokens=max_tokens,
            on_progress=show,
        )
        judging.ask(lambda each: open_judge(each, options))
    report = read_judged(run, result)
    if report is None:
        raise AssertionError("a finished judging has a report")
    if as_json:
        print_json(report.model_dump(mode="json"))
    else:
        print_judged(report, worst)
    if any(each.failed == each.asked for each in report.judges):
        raise typer.Exit(EXIT_STORAGE)


def _parse_judged(text: str) -> tuple[str, ...]:
    from governance.audit.judges.prompts import JUDGED
    from governance.kernel.errors import InputError

    names = {name.strip().lower() for name in text.split(",") if name.strip()}
    if not names or names - set(JUDGED):
        raise InputError(f"{text!r}: judges read {' and '.join(JUDGED)}", field="--protocols")
    return tuple(name for name in JUDGED if name in names)


def print_judged(report: JudgedReport, worst: int) -> None:
    """Print what the judges found beside the rule's figures."""
    _print_judges(report)
    _print_figures(report)
    for text in judged_remarks(report):
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


def judged_remarks(report: JudgedReport) -> list[str]:
    """Return how far the judges agree, whether their figures are usable, and what failed."""
    found = []
    for protocol, scores in report.protocols.items():
        found.append(
            f"{protocol.upper()} judges: Fleiss' kappa {_rate(scores.kappa)} on "
            f"{scores.read_by_all} of {scores.items} items read by all, Krippendorff's alpha "
            f"{_rate(scores.alpha)}, {scores.undecided} items without a majority"
        )
        if not scores.usable:
            found.append(f"{protocol.upper()}: the judged figures are NOT usable: {scores.reason}")
    found += [
        f"judge {each.family} failed on {each.failed} of {each.asked} items: {each.failure}"
        for each in report.judges
        if each.failed
    ]
    return found


def _rate(value: float | None) -> str:
    return "missing" if value is None else f"{value:.3f}"
