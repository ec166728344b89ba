"""Scenario and Portfolio: the file format of the risk calculator.

A scenario says how often something happens and what one event costs; a portfolio holds several
and how they depend on each other. Frequencies are per year unless ``per_years`` says otherwise,
and are brought to the ``horizon_years`` of the figures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from governance.kernel.documents import Document
from governance.kernel.errors import InputError
from governance.kernel.money import Currency
from governance.kernel.value import parse_document
from governance.risk.compound.model import CompoundModel, Term
from governance.risk.inputs.dependence import Dependence, Independent
from governance.risk.inputs.fields import NonNegative, OpenProbability, Positive, Spec
from governance.risk.inputs.frequency import Frequency, PoissonFrequency
from governance.risk.inputs.plain import check_plain
from governance.risk.inputs.severity import Severity
from governance.risk.severity import Layered, Retained, Scaled, SeverityLaw

MAX_SCENARIOS = 10_000
MOST_EVENTS = 1e15  # over the horizon
SMALLEST_LOSS, LARGEST_LOSS = 1e-100, 1e100  # of one loss, on average


class Layer(Spec):
    """A per-event or yearly layer: pays what exceeds the deductible, up to the limit.

    ``retained`` turns the figures from what the layer pays to what is kept beside it.
    """

    deductible: NonNegative = 0.0
    limit: Positive | None = None
    retained: bool = False

    @property
    def ceiling(self) -> float:
        """Return the limit, ``inf`` where there is none."""
        return float("inf") if self.limit is None else self.limit

    def applied(self, severity: SeverityLaw) -> SeverityLaw:
        """Return the law of what one loss means to this layer."""
        kind = Retained if self.retained else Layered
        return kind(severity, self.deductible, self.ceiling)


def _falling(curve: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Raise ValueError where a larger loss is tolerated more often than a smaller one."""
    ordered = sorted(curve)
    for (low, often), (high, rarer) in pairwise(ordered):
        if low == high:
            raise ValueError(f"the loss {low:g} stands twice")
        if rarer > often:
            raise ValueError(
                f"a loss above {high:g} is tolerated with probability {rarer:g}, one above {low:g} "
                f"with {often:g}: the larger loss includes the smaller"
            )
    return curve


ToleranceCurve = Annotated[
    tuple[tuple[NonNegative, OpenProbability], ...], AfterValidator(_falling)
]


class Range(Spec):
    """Where a figure of a scenario comes from, for example ``expert range`` or ``12 amounts``."""

    frequency: str | None = None
    severity: str | None = None


class Scenario(Spec):
    """One way to lose money: how often, and how much each time."""

    id: Annotated[str, Field(min_length=1, max_length=200)] = "scenario"
    title: str | None = None
    threat: str | None = None
    loss: tuple[str, ...] = ()
    currency: Currency | None = None
    horizon_years: Positive | None = None
    frequency: Frequency
    severity: Severity
    layer: Layer | None = None
    aggregate_layer: Layer | None = None
    tolerance_curve: ToleranceCurve = ()
    basis: Range | None = None
    unit: float | str | None = None
    note: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, data: Any) -> Any:
        """Read ``rate`` as a Poisson frequency and ``distribution`` as one certain loss."""
        if not isinstance(data, Mapping):
            return data
        data = dict(data)
        if "rate" in data and "frequency" not in data:
            data["frequency"] = {"type": "poisson", "mean": _rate(data.pop("rate"))}
        if "distribution" in data and "severity" not in data:
            data["severity"] = data.pop("distribution")
            data.setdefault("frequency", {"type": "empirical", "pmf": [0.0, 1.0]})
        return data

    @property
    def years(self) -> float:
        """Return the horizon in years, one where none is given."""
        return 1.0 if self.horizon_years is None else self.horizon_years

    def severity_law(self, factor: float = 1.0) -> SeverityLaw:
        """Return the law of one loss, times a factor, after the per-event layer."""
        law = self.severity.law()
        law = law if factor == 1.0 else Scaled(law, factor)
        return law if self.layer is None else self.layer.applied(law)

    def term(self, years: float) -> Term:
        """Return the random sum over a number of years; raises InputError."""
        try:
            count = self.frequency.law(years)
        except ValueError as error:
            raise InputError(str(error), field=f"{self.id}.frequency") from None
        severity = self.severity_law()
        if not count.mean <= MOST_EVENTS:
            raise InputError(
                f"{count.mean:g} events over the horizon are beyond what can be computed",
                field=f"{self.id}.frequency",
            )
        if not _computable(severity):
            raise InputError(
                f"one loss is of a size ({severity.mean:g} on average) beyond what can be computed",
                field=f"{self.id}.severity",
                hint="state amounts in another unit, or give a cap",
            )
        return Term(self.id, count, severity)

    def model(self) -> CompoundModel:
        """Return the collective model of the total loss over the horizon."""
        return CompoundModel((self.term(self.years),))


class Portfolio(Spec):
    """Several scenarios in one currency over one horizon, and how they depend on each other."""

    title: str | None = None
    currency: Currency | None = None
    horizon_years: Positive | None = None
    scenarios: Annotated[tuple[Scenario, ...], Field(min_length=1, max_length=MAX_SCENARIOS)]
    dependence: Dependence = Independent(type="independent")
    aggregate_layer: Layer | None = None
    tolerance_curve: ToleranceCurve = ()
    note: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_scenarios(cls, data: Any) -> Any:
        """Give scenarios without an id the names S1, S2, ..."""
        if not isinstance(data, Mapping) or not isinstance(data.get("scenarios"), list | tuple):
            return data
        named = [
            {"id": f"S{number}", **item} if isinstance(item, Mapping) else item
            for number, item in enumerate(data["scenarios"], start=1)
        ]
        return {**data, "scenarios": named}

    @field_validator("scenarios")
    @classmethod
    def _alike(cls, value: tuple[Scenario, ...], info: ValidationInfo) -> tuple[Scenario, ...]:
        names = [scenario.id for scenario in value]
        if len(set(names)) != len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"the id {twice!r} stands twice")
        currencies = {s.currency for s in value} | {info.data.get("currency")}
        currencies.discard(None)
        if len(currencies) > 1:
            listed = ", ".join(sorted(str(c) for c in currencies))
            raise ValueError(f"mixed currencies ({listed}): convert them first")
        horizons = {s.horizon_years for s in value} | {info.data.get("horizon_years")}
        horizons.discard(None)
        if len(horizons) > 1:
            raise ValueError("the scenarios' horizons differ")
        for scenario in value:
            if scenario.aggregate_layer is not None:
                raise ValueError(f"{scenario.id}: an aggregate layer belongs to the portfolio here")
        return value

    @model_validator(mode="after")
    def _dependence_names(self) -> Portfolio:
        self.dependence.check([scenario.id for scenario in self.scenarios])
        return self

    @property
    def years(self) -> float:
        """Return the horizon in years, one where none is given."""
        given = [self.horizon_years, *(s.horizon_years for s in self.scenarios)]
        return next((years for years in given if years is not None), 1.0)

    @property
    def money(self) -> str | None:
        """Return the currency of the figures."""
        given = [self.currency, *(s.currency for s in self.scenarios)]
        return next((code for code in given if code is not None), None)

    def terms(self) -> tuple[Term, ...]:
        """Return the random sum of each scenario over the horizon."""
        return tuple(scenario.term(self.years) for scenario in self.scenarios)

    def model(self) -> CompoundModel:
        """Return the collective model; raises InputError where only simulation can give it."""
        if not self.dependence.exact:
            raise InputError(
                "a copula joins the scenarios' totals of a year: it says nothing of single events, "
                "and no transform gives the sum",
                field="dependence",
            )
        terms = self.terms()
        factor = self.dependence.factor({term.name: term.count.mean for term in terms})
        if factor is not None:
            _poisson_only(self, factor.members)
        return CompoundModel((*terms, *self.dependence.extra_terms(self.years)), factor)


def _rate(value: Any) -> Any:
    """Return a rate; raises ValueError that names it, because the file has no frequency.mean."""
    if isinstance(value, int | float) and not 0.0 <= value < float("inf"):
        raise ValueError(f"rate: a rate is a number of 0 or more, {value} is not")
    return value


def _computable(severity: SeverityLaw) -> bool:
    """Return whether one loss lies where its square and its reciprocal are numbers."""
    mean = severity.mean
    size = mean if mean < math.inf else severity.quantile(0.5)
    return mean >= 0.0 and (size == 0.0 or SMALLEST_LOSS <= size <= LARGEST_LOSS)


def _poisson_only(portfolio: Portfolio, members: frozenset[str]) -> None:
    for index, scenario in enumerate(portfolio.scenarios):
        if scenario.id in members and not isinstance(scenario.frequency, PoissonFrequency):
            raise InputError(
                "a shared rate factor multiplies Poisson rates only",
                field=f"scenarios[{index}].frequency",
            )


def read_scenario(data: object, *, file: str | None = None) -> Scenario | Portfolio:
    """Return the scenario or, where ``scenarios`` is given, the portfolio in parsed data.

    Raises InputError that names the field at fault.
    """
    return subject_of(Document(data, file or "", ""))


def subject_of(document: Document) -> Scenario | Portfolio:
    """Return the scenario or portfolio in a document; errors name file, line and field."""
    check_plain(document)
    if isinstance(document.data, Mapping) and "scenarios" in document.data:
        return parse_document(Portfolio, document)
    return parse_document(Scenario, document)
