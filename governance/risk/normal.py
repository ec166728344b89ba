"""The normal law without the quarter of a second that importing scipy.special takes.

The first values go through the C library's erfc, so that one figure is there at once; where scipy
is loaded already, or as soon as more work would have paid for loading it, its vectorised function
is used. Both are exact to about one unit in the last place.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

import numpy as np

from governance.risk.arrays import FloatArray

_WORTH_LOADING = 1 << 17  # values that take about as long one by one as scipy takes to load
_done = [0]
_vectorised: list[Callable[[FloatArray], FloatArray]] = []
_ROOT = math.sqrt(0.5)


def ndtr(z: FloatArray) -> FloatArray:
    """Return P(Z <= z) of a standard normal, elementwise."""
    if _vectorised:
        return _vectorised[0](z)
    _done[0] += np.size(z)
    if "scipy.special" in sys.modules or _done[0] > _WORTH_LOADING:
        from scipy.special import ndtr as vectorised

        _vectorised.append(vectorised)
        return ndtr(z)
    erfc = math.erfc
    scaled = (np.ravel(z) * -_ROOT).tolist()
    return np.reshape(np.array([0.5 * erfc(value) for value in scaled]), np.shape(z))


def normal_cdf(z: float) -> float:
    """Return P(Z <= z) of a standard normal."""
    return 0.5 * math.erfc(-z * _ROOT)


def normal_quantile(level: float) -> float:
    """Return z with P(Z <= z) = level, by Newton steps on erfc from a rational start.

    The start is formula 26.2.23 of Abramowitz and Stegun (error below 5e-4).
    """
    if not 0.0 < level < 1.0:
        return math.copysign(math.inf, level - 0.5)
    if level > 0.5:
        return -normal_quantile(1.0 - level)
    t = math.sqrt(-2.0 * math.log(level))
    top = 2.515517 + t * (0.802853 + t * 0.010328)
    z = top / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t
    for _ in range(4):
        density = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
        if density == 0.0:
            break
        step = (normal_cdf(z) - level) / density
        z -= step / (1.0 + 0.5 * z * step)
    return z
