"""What went wrong: failing items, the worst first, with prompt and answer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from governance.audit.runs.manifest import TRANSCRIPT
from governance.audit.runs.results import AuditResult
from governance.audit.runs.transcripts import read_transcript
from governance.kernel.value import Value
from governance.scoring.outcomes import Outcome

_SHOWN = 160


class FailedItem(Value):
    """One item that failed; ``failures`` counts how often its stem failed in all."""

    protocol: str
    item: str
    group: str
    level: float | None
    failures: int
    why: str
    asked: str
    answered: str


def failed_items(result: AuditResult, folder: Path, most: int) -> list[FailedItem]:
    """Return failing items, those first whose stems failed most often."""
    failing = [
        (protocol, outcome)
        for protocol, outcomes in result.outcomes.items()
        for outcome in outcomes
        if not outcome.passed
    ]
    failures = Counter((protocol, outcome.cluster) for protocol, outcome in failing)
    failing.sort(key=lambda pair: (-failures[pair[0], pair[1].cluster], pair[0], pair[1].item))
    chosen = failing[:most]
    wanted = {outcome.item for _, outcome in chosen}
    entries = {
        str(entry["request"]): entry
        for entry in read_transcript(folder / TRANSCRIPT)
        if entry["repeat"] == 0 and entry["request"] in wanted
    }
    return [
        FailedItem(
            protocol=protocol,
            item=outcome.item,
            group=outcome.group,
            level=outcome.level,
            failures=failures[protocol, outcome.cluster],
            why=_why(outcome),
            asked=_short(entries[outcome.item]["messages"][-1]["content"]),
            answered=_short(entries[outcome.item]["answer"]),
        )
        for protocol, outcome in chosen
    ]


def _why(outcome: Outcome) -> str:
    if outcome.missing:
        return "no readable answer"
    for name in ("failed", "verdict", "decision", "answer", "response", "leak"):
        value = outcome.facts.get(name)
        if value is not None:
            return f"{name}: {value}"
    return "wrong"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN else flat[: _SHOWN - 1] + "…"
