"""How far raters agree beyond chance: Fleiss' kappa and Krippendorff's alpha, nominal labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

_LEAST_RATINGS = 2


def fleiss_kappa(units: Sequence[Sequence[str]]) -> float | None:
    """Return kappa = (P - P_e) / (1 - P_e) of units that were all rated equally often.

    ``units``: the labels given to each unit, two or more. P is the mean share of agreeing pairs of
    ratings, P_e the sum of squared shares of the labels (Fleiss 1971, Psychological Bulletin 76,
    378-382). None where there is no unit, or all ratings are one label. Raises ValueError where
    the numbers of ratings differ.
    """
    if not units:
        return None
    ratings = len(units[0])
    if ratings < _LEAST_RATINGS or any(len(unit) != ratings for unit in units):
        raise ValueError("every unit needs the same number of ratings, two or more")
    total: Counter[str] = Counter()
    agreeing = 0
    for unit in units:
        counts = Counter(unit)
        total += counts
        agreeing += sum(count * (count - 1) for count in counts.values())
    if len(total) == 1:
        return None
    observed = agreeing / (len(units) * ratings * (ratings - 1))
    expected = sum(count**2 for count in total.values()) / (len(units) * ratings) ** 2
    return (observed - expected) / (1 - expected)


def krippendorff_alpha(units: Sequence[Sequence[str | None]]) -> float | None:
    """Return alpha = 1 - D_o / D_e for nominal labels; ratings may be missing (None).

    Units with fewer than two ratings pair with nothing and are left out (Krippendorff 2011,
    "Computing Krippendorff's Alpha-Reliability"). None where nothing pairs, or all that pairs is
    one label.
    """
    total: Counter[str] = Counter()
    disagreement = 0.0
    for unit in units:
        counts = Counter(label for label in unit if label is not None)
        ratings = counts.total()
        if ratings < _LEAST_RATINGS:
            continue
        total += counts
        same = sum(count * (count - 1) for count in counts.values())
        disagreement += (ratings * (ratings - 1) - same) / (ratings - 1)
    values = total.total()
    if len(total) < _LEAST_RATINGS:
        return None
    expected = values**2 - sum(count**2 for count in total.values())
    return 1 - (values - 1) * disagreement / expected
