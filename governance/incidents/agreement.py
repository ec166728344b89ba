"""Cohen's kappa: how far two reviewers agree beyond chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from governance.kernel.value import Value


class Reviewer(NamedTuple):
    """Who reviewed: a principal by name and id, or a name that was typed."""

    name: str
    id: str | None = None


class Agreement(Value):
    """Agreement of two reviewers on the domain of the incidents that both decided.

    ``kappa`` is None where it has no meaning: no incident in common, or both used one and the
    same domain throughout. ``confusion`` maps "first/second" to a count. A reviewer without an id
    is a name that was typed.
    """

    first: str
    first_id: str | None
    second: str
    second_id: str | None
    incidents: int
    agreed: int
    kappa: float | None
    disagreements: tuple[str, ...]
    confusion: dict[str, int]


def agreement(
    first: Reviewer, second: Reviewer, decided: Sequence[tuple[str, str, str]]
) -> Agreement:
    """Return the agreement over (incident, first's domain, second's domain).

    kappa = (observed - expected) / (1 - expected), the expected agreement from both reviewers'
    own shares of each domain (J. Cohen, Educational and Psychological Measurement 20, 1960).
    """
    total = len(decided)
    agreed = sum(left == right for _, left, right in decided)
    kappa = None
    if total:
        lefts = Counter(left for _, left, _ in decided)
        rights = Counter(right for _, _, right in decided)
        expected = sum(lefts[domain] * rights[domain] for domain in lefts) / total**2
        kappa = None if expected == 1 else (agreed / total - expected) / (1 - expected)
    return Agreement(
        first=first.name,
        first_id=first.id,
        second=second.name,
        second_id=second.id,
        incidents=total,
        agreed=agreed,
        kappa=kappa,
        disagreements=tuple(incident for incident, left, right in decided if left != right),
        confusion=dict(Counter(f"{left}/{right}" for _, left, right in sorted(decided))),
    )
