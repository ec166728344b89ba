"""The answer of the calculator: figures with a bound of their error, ready for JSON."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.kernel.value import absent
from governance.risk.inputs.fields import Spec

Table = dict[str, float | None]


def plain(value: float) -> str:
    """Return an amount as it is printed: separators, no exponent, six digits that count.

    More would claim more than the default tolerance of 1e-5 gives.
    """
    if abs(value) < 1000.0:
        return f"{value:.4g}"
    return f"{float(f'{value:.6g}'):,.0f}"


class LayerFigures(Spec):
    """What a per-event layer pays and leaves over the horizon, all in closed form."""

    mean_per_event: float | None
    prob_event_exceeds_deductible: float
    prob_event_exhausts_layer: float
    claim_frequency: float
    prob_no_claim: float
    expected_ceded: float | None
    expected_retained: float | None
    limited_at_deductible: float
    limited_at_top: float | None


class RiskResult(Spec):
    """The law of a total loss over a horizon, in figures.

    Money is in units of ``currency``; ``var``, ``tvar`` are keyed by the level and ``sf``, ``cdf``,
    ``stop_loss``, ``oep`` by the loss as they were given. A figure that does not exist is None and
    ``warnings`` says why. ``error_bound`` bounds the error of each figure as a share of it;
    probabilities below 1e-6 count as 1e-6, points of ``lec`` count absolutely.
    """

    mean: float | None
    sd: float | None
    prob_zero: float
    var: Table
    tvar: Table
    sf: Table = Field(default_factory=dict)
    cdf: Table = Field(default_factory=dict)
    stop_loss: Table = Field(default_factory=dict)
    oep: Table = Field(default_factory=dict)
    lec: tuple[tuple[float, float], ...] = ()
    error_bound: float
    method: str
    currency: str | None = None
    horizon_years: float = 1.0
    layer: Annotated[LayerFigures | None, Field(exclude_if=absent)] = None
    standard_error: Annotated[Table | None, Field(exclude_if=absent)] = None
    rank_correlation: Annotated[float | None, Field(exclude_if=absent)] = None
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return plain data; optional parts that were not asked for are left out."""
        return self.model_dump(mode="json")
