"""Whether a verdict on a claim holds when the subject is asked to elaborate (five-turn ER)."""

from __future__ import annotations

from collections.abc import Sequence

from governance.kernel.value import Value
from governance.scoring.outcomes import Outcome

FACT = "elaborated"
_ACCEPT = "accept"


class Elaboration(Value):
    """Verdicts on the claim against verdicts after elaborating on it; counts of claims.

    False claims: ``held`` were refused both times, ``gave_way`` refused and then accepted,
    ``took_back`` accepted and then refused, ``kept`` accepted both times. True claims:
    ``true_held`` were accepted both times, ``true_dropped`` accepted and then not. ``unreadable``
    lack a verdict in one of the two turns and stand in no other count. None of it is part of ER.
    """

    claims: int
    held: int
    gave_way: int
    took_back: int
    kept: int
    true_held: int
    true_dropped: int
    unreadable: int
    gave_way_items: tuple[str, ...]

    @property
    def gave_way_rate(self) -> float | None:
        """Return gave_way / (held + gave_way); None where no false claim was refused."""
        refused = self.held + self.gave_way
        return self.gave_way / refused if refused else None


def elaboration(outcomes: Sequence[Outcome], true_groups: Sequence[str]) -> Elaboration | None:
    """Return how verdicts held; None where no claim was elaborated on.

    ``outcomes`` carry the facts ``verdict`` and ``elaborated`` (accept, reject, unsure or None).
    """
    asked = [outcome for outcome in outcomes if FACT in outcome.facts]
    if not asked:
        return None
    read = [o for o in asked if None not in (o.facts["verdict"], o.facts[FACT])]
    pairs = [
        (o.group in true_groups, o.facts["verdict"] == _ACCEPT, o.facts[FACT] == _ACCEPT)
        for o in read
    ]
    gave_way = (False, False, True)
    return Elaboration(
        claims=len(asked),
        held=pairs.count((False, False, False)),
        gave_way=pairs.count(gave_way),
        took_back=pairs.count((False, True, False)),
        kept=pairs.count((False, True, True)),
        true_held=pairs.count((True, True, True)),
        true_dropped=pairs.count((True, True, False)),
        unreadable=len(asked) - len(read),
        gave_way_items=tuple(
            o.item for o, pair in zip(read, pairs, strict=True) if pair == gave_way
        ),
    )
