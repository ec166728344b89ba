"""Printing the result of an audit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.audit_judge import print_judged
from cli.door import Door, print_answer, with_plain_door
from cli.output import note, print_table
from governance.operations.files import given_path

if TYPE_CHECKING:
    from governance.audit.compare import Comparison
    from governance.operations.audits import Audited

RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of an audit run.")]


@with_plain_door
def score_(door: Door, run: RunArgument) -> None:
    """Score a finished run again from its transcript; refuses partial or altered evidence."""
    from governance.operations import audits
    from governance.operations.requests import LocalPath

    answer = door.ask(audits.score, audits.ScoreRun(run=LocalPath(str(run))))
    if door.as_json:
        print_answer(answer)
    else:
        print_result(answer)


@with_plain_door
def show(
    door: Door,
    run: RunArgument,
    against: Annotated[
        Path | None, typer.Option(help="Another run of the same items, compared pairwise.")
    ] = None,
    worst: Annotated[int, typer.Option(min=0, help="How many failing items to list.")] = 10,
    html: Annotated[Path | None, typer.Option(help="Write a page with curves here.")] = None,
) -> None:
    """Show scores with bounds, curves by context, the worst items, judges; compare two runs."""
    from governance.kernel.files import write_atomically
    from governance.operations import audits
    from governance.operations.requests import LocalPath

    other = given_path(against)
    request = audits.ShowRun(run=LocalPath(str(run)), against=other, worst=worst)
    found = door.ask(audits.show, request)
    if html is not None:
        write_atomically(html, found.page)
        note(f"wrote {html}")
    if door.printed(found):
        return
    print_result(found)
    if found.worst:
        print_table(
            ("protocol", "item", "stem failed", "why", "answered"),
            [(i.protocol, i.item, i.failures, i.why, i.answered[:60]) for i in found.worst],
            title="worst items",
        )
    if found.judged is not None:
        print_judged(found.judged, found.judged_remarks, worst)
    elif found.judging_unfinished:
        note("judges: not all were asked; the same `underwriter audit judge` goes on")
    if found.comparison is not None:
        print_comparison(found.comparison)


def print_result(result: Audited) -> None:
    """Print scores, bounds and levels of an audit."""
    from governance.operations.audits import PROFILE_CAPTION, PROFILE_COLUMNS

    subject = result.manifest.subject
    paper = list(result.paper.model_dump().values())
    rows = [
        (
            name.upper(),
            _number(bound.score),
            _number(bound.lower),
            _number(paper[index]),
            _percent(result.coverage.get(name)),
        )
        for index, (name, bound) in enumerate(result.bounds.items())
    ]
    print_table(
        ("dimension", "score", "95 % lower bound", "as the paper counts", "readable"),
        rows,
        title=f"{subject.model} ({subject.spec})",
    )
    levels = _level_rows(result)
    if levels:
        print_table(("share by context", "0", "0.25", "0.5", "0.75", "1"), levels)
    for text in result.remarks:
        note(text)
    if result.profile_rows:
        print_table(PROFILE_COLUMNS, result.profile_rows, title=PROFILE_CAPTION)
    for text in result.profile_notes:
        note(text)


def print_comparison(found: Comparison) -> None:
    """Print a paired comparison."""
    rows: list[tuple[Any, ...]] = [
        (
            name.upper(),
            _number(found.scores[name][0]),
            _number(found.scores[name][1]),
            paired.items,
            paired.only_first,
            paired.only_second,
            f"{paired.p_value:.4f}",
        )
        for name, paired in found.dimensions.items()
    ]
    columns = ("dimension", "first", "second", "items", "lost", "gained", "McNemar p")
    print_table(columns, rows, title=f"{found.first} against {found.second}")


def _level_rows(result: Audited) -> list[tuple[str, ...]]:
    scores = result.scores
    series: dict[str, Any] = {}
    if scores.cc is not None:
        series |= {"CC writing": scores.cc.base, "CC tool calls": scores.cc.agentic}
    if scores.er is not None:
        series["factual accuracy"] = scores.er.accuracy
    return [
        (name, *(_number(level.share.rate) for level in levels))
        for name, levels in series.items()
        if len(levels) == 5
    ]


def _number(value: float | None) -> str:
    return "missing" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.0%}"
