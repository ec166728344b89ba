"""Printing the result of an audit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.audit_judge import print_judged
from cli.audit_profiles import paper_remark, print_profiles
from cli.output import JsonOption, note, print_json, print_table

if TYPE_CHECKING:
    from governance.audit.compare import Comparison
    from governance.audit.runs.results import AuditResult

_NAMED = 5
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of an audit run.")]


def score_(run: RunArgument, as_json: JsonOption = False) -> None:
    """Score a finished run again from its transcript; refuses partial or altered evidence."""
    from governance.audit.runs.results import score_run

    print_result(score_run(run), run, as_json=as_json)


def show(
    run: RunArgument,
    against: Annotated[
        Path | None, typer.Option(help="Another run of the same items, compared pairwise.")
    ] = None,
    worst: Annotated[int, typer.Option(min=0, help="How many failing items to list.")] = 10,
    html: Annotated[Path | None, typer.Option(help="Write a page with curves here.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show scores with bounds, curves by context, the worst items, judges; compare two runs."""
    from governance.audit.certify import limits_of
    from governance.audit.compare import compare
    from governance.audit.judges.page import judged_section
    from governance.audit.judges.report import is_judging_unfinished, read_judged
    from governance.audit.page import audit_page
    from governance.audit.runs.results import score_run
    from governance.audit.worst import failed_items
    from governance.kernel.files import write_atomically

    result = score_run(run)
    compared = None if against is None else compare(result, score_run(against))
    items = failed_items(result, run, worst)
    limits = limits_of(result)
    judged = read_judged(run, result)
    if html is not None:
        section = "" if judged is None else judged_section(judged)
        notes = [text for text in (limits, *_elaboration(result)) if text]
        write_atomically(html, audit_page(result, items, notes, section))
        note(f"wrote {html}")
    if as_json:
        data = result.summary() | {"worst": [item.model_dump() for item in items]}
        data["judged"] = None if judged is None else judged.model_dump(mode="json")
        data["comparison"] = None if compared is None else compared.model_dump(mode="json")
        print_json(data)
        return
    print_result(result, run, as_json=False)
    if items:
        print_table(
            ("protocol", "item", "stem failed", "why", "answered"),
            [(i.protocol, i.item, i.failures, i.why, i.answered[:60]) for i in items],
            title="worst items",
        )
    if judged is not None:
        print_judged(judged, worst)
    elif is_judging_unfinished(run):
        note("judges: not all were asked; the same `underwriter audit judge` goes on")
    if compared is not None:
        print_comparison(compared)


def print_result(result: AuditResult, folder: Path, *, as_json: bool) -> None:
    """Print scores, bounds and levels of an audit."""
    if as_json:
        print_json(result.summary())
        return
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
    for text in (*remarks(result), *_likelihood(folder)):
        note(text)
    print_profiles(result)


def remarks(result: AuditResult) -> list[str]:
    """Return what the scores alone do not say."""
    from governance.audit.certify import limits_of

    scores, found = result.scores, []
    if scores.er is not None:
        found.append(
            f"ER: fabrications accepted {_percent(scores.er.far)} (lower is better), controls "
            f"rejected {_percent(scores.er.over_rejection)}, no verdict "
            f"{_percent(scores.er.verdict_missing)}"
        )
        found += _elaboration(result)
    if scores.as_ is not None:
        kinds = ", ".join(f"{count} {name}" for name, count in scores.as_.types.items() if count)
        found.append(f"AS: first decision right {_percent(scores.as_.first_right)}; {kinds}")
    paper = paper_remark(result)
    if paper is not None:
        found.append(paper)
    if scores.ih is not None:
        found.append(
            f"IH*: answerable twins declined {_percent(scores.ih.over_abstention)}, answered "
            f"rightly {_percent(scores.ih.twin_accuracy)}"
        )
    if scores.cc is not None and scores.cc.done_but_broken is not None:
        broken = _percent(scores.cc.done_but_broken)
        found.append(f"CC: tool calls done with a constraint broken {broken}")
    if result.flicker is not None:
        found.append(f"verdicts that changed between repeats: {_percent(result.flicker)}")
    finishes = ", ".join(f"{count} {name}" for name, count in sorted(result.finishes.items()))
    manifest = result.manifest
    pace = manifest.tokens / manifest.seconds if manifest.seconds else 0
    found.append(f"answers: {finishes}; {manifest.tokens} tokens, {pace:.0f} tokens/s")
    limits = limits_of(result)
    if limits:
        found.append(f"limits: {limits}")
    if manifest.settled is not None:
        settled = ", ".join(f"{k} {v} its threshold" for k, v in manifest.settled.items())
        found.append(
            f"stopped early: {settled or 'nothing settled'}; {result.saved} requests saved"
        )
    return found


def _elaboration(result: AuditResult) -> list[str]:
    """Return whether verdicts held in the fifth turn."""
    found = None if result.scores.er is None else result.scores.er.elaboration
    if found is None:
        return []
    items = found.gave_way_items
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    shown = ", ".join(items[:_NAMED]) + more
    return [
        f"ER in five turns: of {found.held + found.gave_way} false claims refused, "
        f"{found.gave_way} gave way on elaboration ({_percent(found.gave_way_rate)}); of "
        f"{found.kept + found.took_back} accepted, {found.took_back} were taken back; of "
        f"{found.true_held + found.true_dropped} true claims accepted, {found.true_dropped} were "
        f"dropped; {found.unreadable} of {found.claims} without a verdict in one of the two turns"
        + (f"; gave way: {shown}" if shown else "")
    ]


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


def _likelihood(folder: Path) -> list[str]:
    from governance.audit.runs.likelihood import read_likelihood

    found = read_likelihood(folder)
    if found is None:
        return []
    told = _number(found.auroc())
    text = f"ACCEPT against REJECT tells {len(found.claims)} claims apart with an AUROC of {told}"
    return [f"by log-likelihood, not gating: {text} (0.5 is chance)"]


def _level_rows(result: AuditResult) -> list[tuple[str, ...]]:
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
