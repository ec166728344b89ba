"""Insurance layers: what they pay, how often, and an indicative premium."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from governance.kernel.errors import InputError
from governance.kernel.value import Value
from governance.risk.compound import TotalLaw
from governance.risk.compound.aggregate import AggregateLayerLaw
from governance.risk.inputs.fields import NonNegative
from governance.risk.quantify import currency_of, events_of, law_of, simulated
from governance.risk.scenario import Layer, Portfolio, Scenario

Principle = Literal["expected_value", "standard_deviation", "cost_of_capital"]


class Loading(Value):
    """How a premium rises above the expected payment.

    expected_value: mean (1 + rate); standard_deviation: mean + rate sd; cost_of_capital: mean +
    rate (TVaR99.5 - mean). ``expenses`` is the share of the premium that is not risk.
    """

    principle: Principle = "standard_deviation"
    rate: NonNegative = 0.3
    expenses: NonNegative = 0.15


class Quote(Value):
    """A layer's payments over the horizon and an indicative premium (no offer of any insurer)."""

    expected_payment: float
    sd_payment: float | None
    prob_payment: float
    prob_exhausted: float | None
    retained_mean: float | None
    risk_load: float
    premium: float
    rate_on_line: float | None
    loading: Loading
    currency: str | None
    horizon_years: float


class Exceedance(Value):
    """Occurrence and aggregate exceedance probabilities of one loss; no OEP under a copula."""

    loss: float
    oep: float | None
    aep: float


def quote(
    subject: Scenario | Portfolio,
    layer: Layer,
    *,
    aggregate: bool = False,
    loading: Loading | None = None,
    tolerance: float = 1e-6,
) -> Quote:
    """Return what a per-event layer (or an aggregate one) pays, and an indicative premium.

    Raises InputError where the payment has no mean or the principle's figure does not exist.
    """
    chosen = Loading() if loading is None else loading
    whole = law_of(subject, tolerance=tolerance)
    law = insured_law(subject, layer, aggregate=aggregate, tolerance=tolerance, whole=whole)
    if not law.has_mean:
        raise InputError("the layer's payment has no mean", field="layer", hint="give a limit")
    load = _load(chosen, law.mean, law.variance, law)
    gross = whole.mean
    premium = (law.mean + load) / (1.0 - min(chosen.expenses, 0.99))
    exhausted = None
    if aggregate and layer.limit is not None:
        exhausted = whole.at([layer.deductible + layer.limit])[0].sf.value
    return Quote(
        expected_payment=law.mean,
        sd_payment=math.sqrt(law.variance) if math.isfinite(law.variance) else None,
        prob_payment=1.0 - law.prob_zero,
        prob_exhausted=exhausted,
        retained_mean=gross - law.mean if math.isfinite(gross) else None,
        risk_load=load,
        premium=premium,
        rate_on_line=premium / layer.limit if layer.limit else None,
        loading=chosen,
        currency=currency_of(subject),
        horizon_years=subject.years,
    )


def insured_law(
    subject: Scenario | Portfolio,
    layer: Layer,
    *,
    aggregate: bool,
    tolerance: float,
    whole: TotalLaw | None = None,
) -> TotalLaw:
    """Return the law of what a layer on each event (or on the total) pays of a subject's loss.

    The layer comes on top of those in the file: it pays of what they leave. Of a common shock each
    event is one loss. Raises InputError for a layer on each event of a total that is cut already.
    """
    if aggregate:
        base = law_of(subject, tolerance=tolerance) if whole is None else whole
        return AggregateLayerLaw(base, layer.deductible, layer.ceiling, retained=layer.retained)
    if subject.aggregate_layer is not None:
        raise InputError(
            "a layer on each event cannot be priced under an aggregate layer: which event pays "
            "what of it is not known",
            field="aggregate_layer",
            hint="price a layer on the total (--aggregate), or leave the aggregate layer out",
        )
    events = events_of(subject)
    terms = tuple(replace(t, severity=layer.applied(t.severity)) for t in events.terms)
    return law_of(subject, tolerance=tolerance, model=replace(events, terms=terms))


def _load(loading: Loading, mean: float, variance: float, law: TotalLaw) -> float:
    if loading.principle == "expected_value":
        return loading.rate * mean
    if loading.principle == "standard_deviation":
        if math.isinf(variance):
            raise InputError(
                "the payment has no variance", field="loading.principle", hint="give a limit"
            )
        return loading.rate * math.sqrt(variance)
    (tail,) = law.tails([0.995])
    assert tail.tvar is not None  # noqa: S101 - the mean exists
    return loading.rate * (tail.tvar.value - mean)


def exceedance_table(
    subject: Scenario | Portfolio, losses: Sequence[float], *, tolerance: float = 1e-6
) -> list[Exceedance]:
    """Return OEP (largest single loss) and AEP (total loss) at each loss.

    For Poisson counts OEP(x) = 1 - exp(-rate P(X > x)); in general 1 - P_N(P(X <= x)).
    """
    if simulated(subject):  # a copula joins totals of a year, not single events
        return [
            Exceedance(loss=point.loss, oep=None, aep=point.sf.value)
            for point in law_of(subject).at(losses)
        ]
    model = subject.model()
    occurrence = model.largest(np.asarray(losses, dtype=np.float64))
    points = law_of(subject, tolerance=tolerance, model=model).at(losses)
    return [
        Exceedance(loss=loss, oep=float(chance), aep=point.sf.value)
        for loss, chance, point in zip(losses, occurrence, points, strict=True)
    ]


def occurrence_quantile(subject: Scenario | Portfolio, level: float) -> float:
    """Return the loss that the largest single event exceeds with probability 1 - level."""
    from governance.risk.arrays import crossing

    model = subject.model()

    def excess(x: float) -> float:
        return (1.0 - level) - float(model.largest(np.array([x]))[0])

    if excess(0.0) >= 0.0:
        return 0.0
    return crossing(excess, max(t.severity.quantile(0.5) for t in model.terms) or 1.0)
