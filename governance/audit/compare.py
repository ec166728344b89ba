"""Two audits of one agent on the same items."""

from __future__ import annotations

from governance.audit.protocols.requests import PROFILES
from governance.audit.runs.results import AuditResult
from governance.kernel.errors import InputError
from governance.kernel.value import Value
from governance.scoring.paired import Paired, mcnemar
from governance.scoring.share import share_of


class Comparison(Value):
    """Per dimension: the paired test and both point scores."""

    first: str
    second: str
    dimensions: dict[str, Paired]
    scores: dict[str, tuple[float | None, float | None]]


def compare(first: AuditResult, second: AuditResult) -> Comparison:
    """Compare verdicts item by item (McNemar's exact test, by protocol).

    Raises InputError where the two asked other items: then nothing is paired.
    """
    one, two = first.manifest.plan, second.manifest.plan
    if one.requests_digest != two.requests_digest:
        raise InputError(
            "the two audits asked other items, so that nothing can be paired",
            file=second.folder,
            hint="run the second with the same --seed, --tier, --limit and bank",
        )
    points = _points(first), _points(second)
    return Comparison(
        first=first.folder,
        second=second.folder,
        dimensions={
            name: mcnemar(_passed(first, name), _passed(second, name)) for name in first.outcomes
        },
        scores={
            name: (points[0].get(name), points[1].get(name))
            for name in dict.fromkeys((*points[0], *points[1]))
        },
    )


def _points(result: AuditResult) -> dict[str, float | None]:
    """Return the point scores, and for profiles the share of items that passed."""
    shares: dict[str, float | None] = {
        name: share_of(found).item_rate
        for name, found in result.outcomes.items()
        if name in PROFILES
    }
    return {**result.scores.points(), **shares}


def _passed(result: AuditResult, protocol: str) -> dict[str, bool]:
    return {outcome.item: outcome.passed for outcome in result.outcomes[protocol]}
