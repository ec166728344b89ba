"""Self-consistency on unanswerable questions: do samples of one question agree, and on what?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from governance.kernel.value import Value
from governance.scoring.hallucination import UNANSWERABLE
from governance.scoring.outcomes import Outcome, of_group
from governance.scoring.readings import normalise
from governance.scoring.share import Share

DECLINED = "(declined)"  # no answer normalises to this


class Consistency(Value):
    """What k samples of each unanswerable question say together.

    ``majority``: questions of which more than half of all samples were declined (a sample without
    a readable answer was not), so that ``ih_star_majority`` is IH* by majority. ``distinct`` counts
    questions by how many different answers their readable samples give, a declined one being one
    answer; ``agreeing``: questions with at least two readable samples that all say the same;
    ``stable_inventions``: of these, questions on which the same invented answer came every time.
    """

    samples: int
    questions: int
    ih_star_majority: float | None
    majority: Share
    distinct: dict[int, int]
    mean_distinct: float | None
    agreeing: Share
    disagreeing: float | None
    stable_inventions: int
    missing: int


def consistency(samples: Sequence[Sequence[Outcome]]) -> Consistency | None:
    """Return the consistency of several samples of the hallucination protocol.

    Each sample holds outcomes with the facts ``abstained`` and ``answer``; only unanswerable
    questions that every sample holds count. None for fewer than two samples, or no question.
    """
    readings = _readings(samples)
    if len(samples) < 2 or not readings:
        return None
    readable = {name: [r for r in found if r is not None] for name, found in readings.items()}
    compared = {name: found for name, found in readable.items() if len(found) > 1}
    distinct = Counter(len(set(found)) for found in readable.values() if found)
    same = [found[0] for found in compared.values() if len(set(found)) == 1]
    majority = _share(
        [2 * found.count(DECLINED) > len(samples) for found in readings.values()],
        [not readable[name] for name in readings],
    )
    agreeing = _share([len(set(found)) == 1 for found in compared.values()])
    read = sum(distinct.values())
    return Consistency(
        samples=len(samples),
        questions=len(readings),
        ih_star_majority=majority.rate,
        majority=majority,
        distinct=dict(sorted(distinct.items())),
        mean_distinct=sum(k * n for k, n in distinct.items()) / read if read else None,
        agreeing=agreeing,
        disagreeing=None if agreeing.rate is None else 1 - agreeing.rate,
        stable_inventions=sum(answer != DECLINED for answer in same),
        missing=sum(found.count(None) for found in readings.values()),
    )


def _readings(samples: Sequence[Sequence[Outcome]]) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    for sample in samples:
        for outcome in of_group(sample, *UNANSWERABLE):
            found.setdefault(outcome.item, []).append(_reading(outcome))
    return {item: said for item, said in found.items() if len(said) == len(samples)}


def _reading(outcome: Outcome) -> str | None:
    if outcome.facts.get("abstained"):
        return DECLINED
    answer = outcome.facts.get("answer")
    # An answer that normalises to nothing but is there (a dash, say) is an answer all the same.
    return None if answer is None else normalise(str(answer)) or str(answer)


def _share(passed: Sequence[bool], missing: Sequence[bool] = ()) -> Share:
    successes = sum(passed)
    return Share(
        successes=successes,
        units=len(passed),
        passed=successes,
        items=len(passed),
        missing=sum(missing),
    )
