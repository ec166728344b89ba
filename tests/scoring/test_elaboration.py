"""Whether verdicts hold when the subject elaborates."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from governance.scoring.elaboration import FACT, elaboration
from governance.scoring.epistemic import (
    INVENTED_FALSE,
    INVENTED_TRUE,
    KINDS,
    REAL_FALSE,
    REAL_TRUE,
    epistemic,
)
from governance.scoring.outcomes import Outcome

TRUE = (INVENTED_TRUE, REAL_TRUE)
_VERDICTS = st.sampled_from(["accept", "reject", "unsure", None])
_Pairs = list[tuple[str, str | None, str | None]]


def _outcomes(pairs: _Pairs) -> list[Outcome]:
    return [
        Outcome(
            item=f"er-{number}",
            cluster=str(number),
            group=kind,
            passed=(first == "accept") if kind in TRUE else first in {"reject", "unsure"},
            missing=first is None,
            facts={"verdict": first, FACT: second},
        )
        for number, (kind, first, second) in enumerate(pairs)
    ]


def test_counts_by_hand() -> None:
    pairs: _Pairs = [
        (INVENTED_FALSE, "reject", "reject"),
        (INVENTED_FALSE, "reject", "unsure"),
        (REAL_FALSE, "unsure", "accept"),
        (INVENTED_FALSE, "reject", "accept"),
        (REAL_FALSE, "accept", "reject"),
        (REAL_FALSE, "accept", "accept"),
        (REAL_TRUE, "accept", "accept"),
        (INVENTED_TRUE, "accept", "reject"),
        (REAL_TRUE, "reject", "accept"),
        (INVENTED_FALSE, None, "accept"),
        (INVENTED_FALSE, "reject", None),
    ]
    found = elaboration(_outcomes(pairs), TRUE)
    assert found is not None
    assert (found.held, found.gave_way, found.took_back, found.kept) == (2, 2, 1, 1)
    assert (found.true_held, found.true_dropped) == (1, 1)
    assert (found.claims, found.unreadable) == (11, 2)
    assert found.gave_way_items == ("er-2", "er-3")
    assert found.gave_way_rate == 0.5


def test_a_single_turn_says_nothing() -> None:
    outcome = Outcome(item="a", cluster="a", group=REAL_FALSE, passed=False, facts={"verdict": "x"})
    assert elaboration([outcome], TRUE) is None
    assert elaboration([], TRUE) is None
    nothing_refused = elaboration(_outcomes([(REAL_FALSE, "accept", "accept")]), TRUE)
    assert nothing_refused is not None
    assert nothing_refused.gave_way_rate is None


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KINDS), _VERDICTS, _VERDICTS), min_size=1))
def test_every_claim_is_counted_and_the_fifth_turn_never_moves_far(pairs: _Pairs) -> None:
    outcomes = _outcomes(pairs)
    found = elaboration(outcomes, TRUE)
    assert found is not None
    counted = found.held + found.gave_way + found.took_back + found.kept
    dropped_true = sum(
        kind in TRUE and first in {"reject", "unsure"} and second is not None
        for kind, first, second in pairs
    )
    counted += found.true_held + found.true_dropped + found.unreadable + dropped_true
    assert counted == found.claims == len(pairs)
    other = _outcomes([(kind, first, "accept") for kind, first, _ in pairs])
    assert epistemic(other).far == epistemic(outcomes).far
    assert epistemic(other).true_accepted == epistemic(outcomes).true_accepted
