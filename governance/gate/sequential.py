"""Audits that may stop early: evidence that stays valid whenever one looks.

For a threshold theta and k successes among n units so far, the average likelihood ratio of all
rates above theta against theta itself,

    e = integral from theta to 1 of L(p) dp / ((1 - theta) L(theta)), L(p) = p^k (1-p)^(n-k),

is a supermartingale wherever the true rate is at most theta: one step's expectation of the ratio
rises with the true rate and is 1 at theta. By Ville's inequality it ever reaches 1/alpha with
chance alpha at most, so an audit may look after every unit and stop once the tier is settled. The
price beside a fixed number of units is a somewhat lower bound.
"""

from __future__ import annotations

import math
from functools import lru_cache

from governance.gate.vector import Counts
from governance.kernel.value import Value

_PRECISION = 1e-9


class Settlement(Value):
    """What an unfinished audit of one dimension has already settled about one threshold.

    ``above``: the rate is above it at the level asked for; ``below``: it is below; neither: go on.
    """

    above: bool
    below: bool

    @property
    def settled(self) -> bool:
        """Return whether more units cannot be needed at this level."""
        return self.above or self.below


def log_evidence_above(successes: float, units: float, threshold: float) -> float:
    """Return the logarithm of e for the rate being above the threshold, 0 before any unit.

    Raises ValueError where the threshold is not inside (0, 1).
    """
    from scipy.special import betaincc, betaln, xlog1py, xlogy

    if not 0 < threshold < 1:
        raise ValueError("the threshold lies between 0 and 1")
    failures = units - successes
    mass = float(betaincc(successes + 1, failures + 1, threshold))
    if mass == 0.0:
        return -math.inf
    average = math.log(mass) + float(betaln(successes + 1, failures + 1)) - math.log1p(-threshold)
    return average - float(xlogy(successes, threshold) + xlog1py(failures, -threshold))


def log_evidence_below(successes: float, units: float, threshold: float) -> float:
    """Return the logarithm of e for the rate being below the threshold."""
    return log_evidence_above(units - successes, units, 1.0 - threshold)


def settle(counts: Counts, threshold: float, alpha: float) -> Settlement:
    """Return what the units so far settle about a threshold at level alpha."""
    wanted = -math.log(alpha)
    return Settlement(
        above=log_evidence_above(counts.successes, counts.units, threshold) >= wanted,
        below=log_evidence_below(counts.successes, counts.units, threshold) >= wanted,
    )


@lru_cache(maxsize=4096)
def sequence_lower_bound(successes: float, units: int, alpha: float) -> float:
    """Return a 1 - alpha lower bound of a proportion that holds for all sample sizes at once.

    The largest theta below which every threshold is passed with e >= 1/alpha; 0 without success.
    ``successes`` may be a sum of values in [0, 1]: L is convex in each of them, so that e stays a
    supermartingale and the bound is one of their mean.
    """
    if successes == 0:
        return 0.0
    wanted = -math.log(alpha)
    low, high = 0.0, successes / units
    while high - low > _PRECISION:
        middle = (low + high) / 2
        if log_evidence_above(successes, units, middle) >= wanted:
            low = middle
        else:
            high = middle
    return low
