"""Types of arrays, and the few numeric helpers that several modules of this package share."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
ComplexArray: TypeAlias = npt.NDArray[np.complex128]
IntArray: TypeAlias = npt.NDArray[np.int64]


def exponential(z: object) -> ComplexArray:
    """Return e^z elementwise for complex z; numpy's annotations lose the kind of product."""
    result: Any = np.exp(cast("ComplexArray", z))
    return cast("ComplexArray", result)


def log_one_plus(z: ComplexArray) -> ComplexArray:
    """Return log(1 + z) elementwise, with all its digits where z is small.

    numpy's own log1p of a complex number goes through |1 + z| and keeps none of a tiny z.
    """
    x, y = z.real, z.imag
    with np.errstate(divide="ignore"):  # 1 + z = 0 has the logarithm -inf, as it should
        near = 0.5 * np.log1p(np.maximum(x * (2.0 + x) + y * y, -1.0))
        far = np.log(np.hypot(1.0 + x, y))
    result: ComplexArray = np.empty(z.shape, dtype=np.complex128)
    result.real = np.where((np.abs(x) < 0.5) & (np.abs(y) < 0.5), near, far)
    result.imag = np.arctan2(y, 1.0 + x)
    return result


def as_floats(values: object) -> FloatArray:
    """Return values as a float64 array without copying where they are one already."""
    return np.asarray(values, dtype=np.float64)


@lru_cache(maxsize=8)
def legendre(order: int) -> tuple[FloatArray, FloatArray]:
    """Return the nodes and weights of Gauss-Legendre quadrature on [-1, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    nodes.flags.writeable = False
    weights.flags.writeable = False
    return nodes, weights


def integrate(
    function: Callable[[FloatArray], FloatArray], edges: FloatArray, *, order: int = 20
) -> float:
    """Integrate over consecutive panels by Gauss-Legendre quadrature of the given order."""
    nodes, weights = legendre(order)
    half = np.diff(edges) / 2.0
    middle = (edges[1:] + edges[:-1]) / 2.0
    points = middle[:, None] + half[:, None] * nodes[None, :]
    return float((function(points) * weights[None, :] * half[:, None]).sum())


def bisect(function: Callable[[float], float], low: float, high: float) -> float:
    """Return the point where an increasing function crosses zero, to the last bit or so."""
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if function(middle) < 0.0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def crossing(function: Callable[[float], float], start: float) -> float:
    """Return where an increasing function of x > 0 crosses zero, bracketed from a guess."""
    low, high = start, start
    while function(high) < 0.0 and high < 1e300:
        low, high = high, high * 4.0
    while function(low) >= 0.0 and low > 1e-300:
        low, high = low / 4.0, low
    return bisect(function, low, high)
