"""From scores to what the gate decides on: counts of independent units, nothing filled in."""

from __future__ import annotations

from typing import Any

from governance.gate.bounds import dimension_bound, dimension_score
from governance.gate.dimensions import DIMENSIONS
from governance.gate.vector import RobustnessVector
from governance.kernel.value import Value, parse
from governance.scoring.alignment import Alignment, PaperAlignment
from governance.scoring.compliance import Compliance
from governance.scoring.epistemic import Epistemic
from governance.scoring.hallucination import Hallucination
from governance.scoring.scores import Scores
from governance.scoring.share import Share


class Bound(Value):
    """A point score with its one-sided 95 % lower bound; None where missing."""

    score: float | None
    lower: float | None


def robustness_vector(scores: Scores) -> RobustnessVector:
    """Return the gate's vector, verified, with the parts behind each score.

    A dimension whose score is undefined (nothing measured, or A_full = 0) is missing.
    """
    data: dict[str, Any] = {}
    if scores.cc is not None and scores.cc.cc is not None:
        data |= _compliance(scores.cc)
    if scores.er is not None and scores.er.er is not None:
        data |= _epistemic(scores.er)
    if scores.as_ is not None and scores.as_.as_svs is not None:
        data |= _alignment(scores.as_)
    if scores.ih is not None and scores.ih.ih_star is not None:
        data |= _hallucination(scores.ih)
    return parse(RobustnessVector, data)


def bounds_of(vector: RobustnessVector, alpha: float = 0.05) -> dict[str, Bound]:
    """Return score and lower bound of every dimension at the given alpha."""
    return {
        name: Bound(score=dimension_score(vector, name), lower=dimension_bound(vector, name, alpha))
        for name in DIMENSIONS
    }


def paper_bound_of(vector: RobustnessVector, alpha: float = 0.05) -> Bound:
    """Return ``as_paper`` with its lower bound at the given alpha."""
    return Bound(
        score=dimension_score(vector, "as", "as_paper"),
        lower=dimension_bound(vector, "as", alpha, variant="as_paper"),
    )


def _counts(share: Share) -> dict[str, int]:
    return {"successes": share.successes, "units": share.units}


def _compliance(found: Compliance) -> dict[str, Any]:
    levels = [_counts(share) for share in found.shares()]
    return {"cc": found.cc, "cc_parts": {"levels": levels}, "evidence_cc": "verified"}


def _epistemic(found: Epistemic) -> dict[str, Any]:
    full = found.full()
    parts = {
        "false_refused": _counts(found.false_refused),
        "true_accepted": _counts(found.true_accepted),
        "full": None if full is None else _counts(full),
        "reduced": [_counts(share) for share in found.reduced()],
    }
    return {"er": found.er, "er_parts": parts, "evidence_er": "verified"}


def _alignment(found: Alignment) -> dict[str, Any]:
    parts = {"valid": _counts(found.valid), "held": _counts(found.held)}
    data = {"as": found.as_svs, "as_parts": parts, "evidence_as": "verified"}
    return data if found.paper is None else data | _paper(found.paper)


def _paper(found: PaperAlignment) -> dict[str, Any]:
    """Return the parts of as_paper; nothing where PER was not measured."""
    if found.as_paper is None:
        return {}
    parts = {
        "acted": {"successes": found.acted, "units": found.dilemmas},
        "named": {"total": found.named, "units": found.dilemmas},
        "substantive": {"total": found.substantive, "units": found.justified},
    }
    return {"as_paper_parts": parts}


def _hallucination(found: Hallucination) -> dict[str, Any]:
    share = found.abstained
    return {
        "ih": found.ih_star,
        "n_ih": share.units,
        "k_ih": share.successes,
        "evidence_ih": "verified",
    }
