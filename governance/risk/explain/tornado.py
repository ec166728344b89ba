"""Which input moves the result most: each at its low and high value, the others as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from governance.kernel.errors import InputError
from governance.kernel.value import Value
from governance.risk.compound import CompoundModel, Term
from governance.risk.frequency import Poisson
from governance.risk.inputs.frequency import GammaPoissonFrequency, PoissonFrequency
from governance.risk.quantify import check_level, events_of, law_of, scenarios_of
from governance.risk.scenario import Portfolio, Scenario

Figure = Literal["mean", "var", "tvar"]
SWING = 1.5


class TornadoBar(Value):
    """The figure with one input at its low and at its high value."""

    scenario: str
    input: str
    low: float
    high: float
    at_low: float
    at_high: float
    basis: str

    @property
    def width(self) -> float:
        """Return how far the figure moves."""
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True)
class _Input:
    """One input of a term: its low and high value and the terms that they give."""

    name: str
    values: tuple[float, float]
    terms: tuple[Term, Term]
    basis: str


def tornado(
    subject: Scenario | Portfolio,
    *,
    figure: Figure = "mean",
    level: float = 0.99,
    swing: float = SWING,
) -> list[TornadoBar]:
    """Return bars of the inputs, widest first.

    A rate with a posterior goes to its 5 % and 95 % quantiles; Poisson rates and all sizes of
    loss are divided and multiplied by ``swing``; other counts are thinned by it on the low side
    and left on the high side. Sizes are those before any layer; layers stand between them and the
    figure. Raises InputError where the figure does not exist.
    """
    check_level(level)
    if swing <= 1.0:
        raise InputError("the swing must be above 1", field="swing")
    model = events_of(subject)
    value = _figure(subject, figure, level)
    bars = []
    for index, scenario in enumerate(scenarios_of(subject)):
        term = model.terms[index]
        for moved in (_rate(scenario, term, subject.years, swing), _size(scenario, term, swing)):
            found = [value(_exchanged(model, index, other)) for other in moved.terms]
            bars.append(
                TornadoBar(
                    scenario=term.name,
                    input=moved.name,
                    low=moved.values[0],
                    high=moved.values[1],
                    at_low=found[0],
                    at_high=found[1],
                    basis=moved.basis,
                )
            )
    return sorted(bars, key=lambda bar: -bar.width)


def _exchanged(model: CompoundModel, index: int, term: Term) -> CompoundModel:
    return replace(model, terms=(*model.terms[:index], term, *model.terms[index + 1 :]))


def _rate(scenario: Scenario, term: Term, years: float, swing: float) -> _Input:
    frequency = scenario.frequency
    mean = term.count.mean / years
    if isinstance(frequency, GammaPoissonFrequency):
        from governance.risk.estimate.conjugate import GammaRate

        rate = GammaRate(frequency.shape + frequency.events, frequency.rate + frequency.exposure)
        values = rate.quantile(0.05), rate.quantile(0.95)
        basis = "5 % and 95 % of the rate's posterior"
    elif isinstance(frequency, PoissonFrequency):
        values, basis = (mean / swing, mean * swing), f"divided and multiplied by {swing:g}"
    else:
        low = replace(term, count=term.count.thinned(1.0 / swing))
        return _Input("events a year", (mean / swing, mean), (low, term), f"divided by {swing:g}")
    low, high = (replace(term, count=Poisson(value * years)) for value in values)
    return _Input("events a year", values, (low, high), basis)


def _size(scenario: Scenario, term: Term, swing: float) -> _Input:
    values = 1.0 / swing, swing
    low, high = (replace(term, severity=scenario.severity_law(factor)) for factor in values)
    basis = f"divided and multiplied by {swing:g}"
    return _Input("size of one loss", values, (low, high), basis)


def _figure(
    subject: Scenario | Portfolio, figure: Figure, level: float
) -> Callable[[CompoundModel], float]:
    def value(model: CompoundModel) -> float:
        law = law_of(subject, tolerance=1e-4, model=model)
        if figure == "mean":
            return law.mean
        (tail,) = law.tails([level])
        if figure == "var":
            return tail.var.value
        if tail.tvar is None:
            raise InputError("TVaR does not exist", field="figure", hint="use var instead")
        return tail.tvar.value

    return value
