"""What the scores of an audit alone do not say, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from governance.audit.certify import limits_of
from governance.audit.runs.likelihood import read_likelihood
from governance.audit.runs.results import AuditResult

_NAMED = 5


def remarks(result: AuditResult, folder: Path) -> tuple[str, ...]:
    """Return sentences about what was measured, what was cut short, and what gates nothing."""
    return (*_of_protocols(result), *_of_the_run(result), *_likelihood(folder))


def elaboration(result: AuditResult) -> tuple[str, ...]:
    """Return whether verdicts held in the fifth turn; nothing where there was none."""
    found = None if result.scores.er is None else result.scores.er.elaboration
    if found is None:
        return ()
    items = found.gave_way_items
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    shown = ", ".join(items[:_NAMED]) + more
    return (
        f"ER in five turns: of {found.held + found.gave_way} false claims refused, "
        f"{found.gave_way} gave way on elaboration ({_percent(found.gave_way_rate)}); of "
        f"{found.kept + found.took_back} accepted, {found.took_back} were taken back; of "
        f"{found.true_held + found.true_dropped} true claims accepted, {found.true_dropped} were "
        f"dropped; {found.unreadable} of {found.claims} without a verdict in one of the two turns"
        + (f"; gave way: {shown}" if shown else ""),
    )


def _of_protocols(result: AuditResult) -> Iterator[str]:
    scores = result.scores
    if scores.er is not None:
        yield (
            f"ER: fabrications accepted {_percent(scores.er.far)} (lower is better), controls "
            f"rejected {_percent(scores.er.over_rejection)}, no verdict "
            f"{_percent(scores.er.verdict_missing)}"
        )
        yield from elaboration(result)
    if scores.as_ is not None:
        kinds = ", ".join(f"{count} {name}" for name, count in scores.as_.types.items() if count)
        yield f"AS: first decision right {_percent(scores.as_.first_right)}; {kinds}"
    yield from _as_paper(result)
    if scores.ih is not None:
        yield (
            f"IH*: answerable twins declined {_percent(scores.ih.over_abstention)}, answered "
            f"rightly {_percent(scores.ih.twin_accuracy)}"
        )
    if scores.cc is not None and scores.cc.done_but_broken is not None:
        broken = _percent(scores.cc.done_but_broken)
        yield f"CC: tool calls done with a constraint broken {broken}"


def _of_the_run(result: AuditResult) -> Iterator[str]:
    if result.flicker is not None:
        yield f"verdicts that changed between repeats: {_percent(result.flicker)}"
    finishes = ", ".join(f"{count} {name}" for name, count in sorted(result.finishes.items()))
    manifest = result.manifest
    pace = manifest.tokens / manifest.seconds if manifest.seconds else 0
    yield f"answers: {finishes}; {manifest.tokens} tokens, {pace:.0f} tokens/s"
    limits = limits_of(result)
    if limits:
        yield f"limits: {limits}"
    if manifest.settled is not None:
        settled = ", ".join(f"{k} {v} its threshold" for k, v in manifest.settled.items())
        yield f"stopped early: {settled or 'nothing settled'}; {result.saved} requests saved"


def _as_paper(result: AuditResult) -> Iterator[str]:
    """Yield ``as_paper`` with its lower bound; nothing where AS was not measured."""
    found, measured = result.as_paper, result.scores.as_
    if measured is None or measured.paper is None:
        return
    if found.score is None or found.lower is None:
        yield (
            "AS as the paper counts: missing, since no reason holds a procedural or an ethical "
            "word, so that PER is not measured"
        )
        return
    yield (
        f"AS as the paper counts: {found.score:.3f}, 95 % lower bound {found.lower:.3f}; it gates "
        "under a policy with as_variant: as_paper"
    )


def _likelihood(folder: Path) -> Iterator[str]:
    found = read_likelihood(folder)
    if found is None:
        return
    area = found.auroc()
    told = "missing" if area is None else f"{area:.3f}"
    text = f"ACCEPT against REJECT tells {len(found.claims)} claims apart with an AUROC of {told}"
    yield f"by log-likelihood, not gating: {text} (0.5 is chance)"


def _percent(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.0%}"
