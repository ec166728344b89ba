"""What controls change: rate, magnitude, tail, return on spending, best set under a budget.

After FAIR-CAM (Jones 2021): loss-event controls act on the frequency (avoid, deter, resist) or on
the magnitude (detect, respond); others act on the reliability of controls. The operational effect
of a control is intended effect x coverage x reliability; effects of independent controls multiply
as products of (1 - effect). Events are thinned one by one, so that every law stays exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field, model_validator

from governance.kernel.errors import InputError
from governance.kernel.value import Value
from governance.risk.compound import CompoundModel, Term, TotalLaw, total_law
from governance.risk.inputs.fields import NonNegative, Probability
from governance.risk.quantify import (
    Level,
    check_level,
    currency_of,
    exceedance_curve,
    finite,
    key_of,
    scenarios_of,
)
from governance.risk.result import Table
from governance.risk.scenario import Portfolio, Scenario
from governance.risk.severity import Discrete, Mixture, Scaled, SeverityLaw

Function = Literal["avoid", "deter", "resist", "detect", "respond", "reliability"]
BESIDE = 1e-8  # how far below an amount, as a share, it still counts as reached
ON_FREQUENCY = frozenset({"avoid", "deter", "resist"})


class Control(Value):
    """A control with its effect in this organisation and its yearly cost.

    ``effect`` is the intended share by which events (avoid, deter, resist) or the loss of an event
    (detect, respond) fall, or by which the unreliable part of the ``improves`` controls falls
    (reliability). ``scenarios`` limits it to some; ``implements`` names the ontology's controls,
    for example ``iso42001:A.6.2.6``.
    """

    id: Annotated[str, Field(min_length=1)]
    title: str | None = None
    function: Function
    effect: Probability
    coverage: Probability = 1.0
    reliability: Probability = 1.0
    annual_cost: NonNegative = 0.0
    scenarios: tuple[str, ...] | None = None
    improves: tuple[str, ...] = ()
    implements: tuple[str, ...] = ()
    basis: str | None = None

    @model_validator(mode="after")
    def _targets(self) -> Control:
        if self.function == "reliability" and not self.improves:
            raise ValueError("a reliability control names the controls it improves")
        if self.function != "reliability" and self.improves:
            raise ValueError("only a reliability control improves others")
        return self

    def touches(self, scenario: str) -> bool:
        """Return whether the control acts on a scenario."""
        return self.scenarios is None or scenario in self.scenarios


@dataclass(frozen=True)
class Residual:
    """What controls leave of one scenario: the share of events and of each event's loss."""

    events: float
    loss: float


class TreatedFigures(Value):
    """Figures of the total loss under one set of controls."""

    mean: float | None
    prob_zero: float
    var: Table
    tvar: Table
    lec: tuple[tuple[float, float], ...] = ()


class Saving(Value):
    """The law of yearly loss avoided: exact, because events are thinned one by one."""

    mean: float
    sd: float | None
    quantiles: Table
    prob_covers_cost: float


class Treatment(Value):
    """Before and after a set of controls.

    ``rosi`` is (risk reduction - cost)/cost over the horizon, None without cost. ``residual``
    gives for each scenario the shares of events and of loss per event that remain.
    """

    controls: tuple[str, ...]
    implements: tuple[str, ...]
    cost: float
    before: TreatedFigures
    after: TreatedFigures
    risk_reduction: float
    rosi: float | None
    saving: Saving
    residual: dict[str, tuple[float, float]]
    currency: str | None
    horizon_years: float
    warnings: tuple[str, ...] = ()


def operational_effects(controls: Sequence[Control]) -> dict[str, float]:
    """Return intended effect x coverage x reliability, after controls that raise reliability.

    A reliability control with operational effect e turns reliability r into 1 - (1 - r)(1 - e).
    Raises InputError where it names a control that is not in the set.
    """
    names = {control.id for control in controls}
    unreliable = {control.id: 1.0 - control.reliability for control in controls}
    for control in controls:
        for target in control.improves:
            if target in names:
                own = control.effect * control.coverage * control.reliability
                unreliable[target] *= 1.0 - own
    return {c.id: c.effect * c.coverage * (1.0 - unreliable[c.id]) for c in controls}


def residual_of(scenario: str, controls: Sequence[Control]) -> Residual:
    """Return what a set of controls leaves of a scenario's events and of each loss."""
    effects = operational_effects(controls)
    events, loss = 1.0, 1.0
    for control in controls:
        if not control.touches(scenario) or control.function == "reliability":
            continue
        if control.function in ON_FREQUENCY:
            events *= 1.0 - effects[control.id]
        else:
            loss *= 1.0 - effects[control.id]
    return Residual(events, loss)


def residuals(subject: Scenario | Portfolio, controls: Sequence[Control]) -> dict[str, Residual]:
    """Return what controls leave of each scenario and of the common shock, by name.

    A common shock falls on all scenarios at once: a control on all of them, named or not, acts on
    it, and so does one that names the shock.
    """
    names = [scenario.id for scenario in scenarios_of(subject)]
    found = {name: residual_of(name, controls) for name in names}
    for shock in shocks_of(subject):
        everywhere = [
            control.model_copy(update={"scenarios": None})
            if control.scenarios is not None and set(names) <= set(control.scenarios)
            else control
            for control in controls
        ]
        found[shock] = residual_of(shock, everywhere)
    return found


def shocks_of(subject: Scenario | Portfolio) -> tuple[str, ...]:
    """Return the names of the common shocks."""
    if not isinstance(subject, Portfolio) or not subject.dependence.exact:
        return ()
    return tuple(term.name for term in subject.dependence.extra_terms(subject.years))


def treated_model(subject: Scenario | Portfolio, controls: Sequence[Control]) -> CompoundModel:
    """Return the collective model that remains under a set of controls."""
    model = subject.model()
    left_of = residuals(subject, controls)
    terms = []
    for term in model.terms:
        left = left_of[term.name]
        severity = _scaled(term.severity, left.loss)
        terms.append(replace(term, count=term.count.thinned(left.events), severity=severity))
    return replace(model, terms=tuple(terms))


def saving_model(subject: Scenario | Portfolio, controls: Sequence[Control]) -> CompoundModel:
    """Return the collective model of the loss that the controls avoid.

    Of each event's loss X the controls save all with probability 1 - q and (1 - f) X otherwise.
    """
    model = subject.model()
    left_of = residuals(subject, controls)
    terms = []
    for term in model.terms:
        left = left_of[term.name]
        reduced = _scaled(term.severity, 1.0 - left.loss)
        if left.events == 1.0:
            severity = reduced
        elif left.events == 0.0:
            severity = term.severity
        else:
            severity = Mixture((1.0 - left.events, left.events), (term.severity, reduced))
        terms.append(Term(term.name, term.count, severity))
    return replace(model, terms=tuple(terms))


def _scaled(severity: SeverityLaw, factor: float) -> SeverityLaw:
    if factor == 1.0:
        return severity
    return Scaled(severity, factor) if factor > 0.0 else Discrete.of({0.0: 1.0})


def check_controls(subject: Scenario | Portfolio, controls: Sequence[Control]) -> None:
    """Raise InputError on ids given twice, unknown scenarios or unknown controls to improve.

    The same for what cannot be treated: a total cut by a layer, or without an exact law.
    """
    if subject.aggregate_layer is not None:
        raise InputError("treat the loss without its layer", field="aggregate_layer")
    if isinstance(subject, Portfolio) and not subject.dependence.exact:
        raise InputError("treatment needs a dependence with an exact law", field="dependence")
    names = [control.id for control in controls]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise InputError(f"the control {sorted(twice)[0]!r} stands twice", field="controls")
    scenarios = {s.id for s in scenarios_of(subject)} | set(shocks_of(subject))
    for index, control in enumerate(controls):
        unknown = set(control.scenarios or ()) - scenarios
        if unknown:
            raise InputError(
                f"no scenario has the id {sorted(unknown)[0]!r}",
                field=f"controls[{index}].scenarios",
            )
        lost = set(control.improves) - set(names)
        if lost:
            raise InputError(
                f"no control has the id {sorted(lost)[0]!r}", field=f"controls[{index}].improves"
            )


def treat(
    subject: Scenario | Portfolio,
    controls: Sequence[Control],
    *,
    levels: Sequence[Level] = (0.95, 0.99),
    tolerance: float = 1e-5,
    curve: bool = True,
) -> Treatment:
    """Return the figures before and after a set of controls, its ROSI and the law of savings.

    Raises InputError where the mean does not exist, so that no reduction of it can be stated.
    """
    check_controls(subject, controls)
    _check_layers(subject, controls)
    before = subject.model()
    if math.isinf(before.mean):
        names = [t.name for t in before.terms if math.isinf(t.mean)]
        raise InputError(
            "the mean does not exist, so that its reduction has no value",
            field=f"{names[0]}.severity",
            hint="give the severity a cap",
        )
    wanted = [(key_of(level), check_level(level)) for level in levels]
    after = treated_model(subject, controls)
    years = subject.years
    cost = math.fsum(control.annual_cost for control in controls) * years
    reduction = before.mean - after.mean
    return Treatment(
        controls=tuple(control.id for control in controls),
        implements=tuple(dict.fromkeys(name for c in controls for name in c.implements)),
        cost=cost,
        before=_figures(total_law(before, tolerance=tolerance), wanted, curve),
        after=_figures(total_law(after, tolerance=tolerance), wanted, curve),
        risk_reduction=reduction,
        rosi=(reduction - cost) / cost if cost > 0.0 else None,
        saving=_saving(total_law(saving_model(subject, controls), tolerance=tolerance), cost),
        residual={n: _pair(left) for n, left in residuals(subject, controls).items()},
        currency=currency_of(subject),
        horizon_years=years,
        warnings=tuple(_remarks(controls)),
    )


def _check_layers(subject: Scenario | Portfolio, controls: Sequence[Control]) -> None:
    """Raise InputError where a layer stands between the loss and a control on its magnitude."""
    for scenario in scenarios_of(subject):
        left = residual_of(scenario.id, controls)
        if scenario.layer is not None and left.loss < 1.0:
            raise InputError(
                "a control on the magnitude acts on the whole loss: leave the layer out",
                field=f"{scenario.id}.layer",
            )


def _pair(left: Residual) -> tuple[float, float]:
    return left.events, left.loss


def _remarks(controls: Sequence[Control]) -> list[str]:
    bold = [control.id for control in controls if control.effect >= 0.9]
    if not bold:
        return []
    return [f"an effect of 90 % or more is rarely reached in operation: {', '.join(bold)}"]


def _figures(law: TotalLaw, wanted: list[tuple[str, float]], curve: bool) -> TreatedFigures:
    tails = law.tails([level for _, level in wanted])
    return TreatedFigures(
        mean=finite(law.mean),
        prob_zero=law.prob_zero,
        var={key: finite(t.var.value) for (key, _), t in zip(wanted, tails, strict=True)},
        tvar={
            key: None if t.tvar is None else finite(t.tvar.value)
            for (key, _), t in zip(wanted, tails, strict=True)
        },
        lec=exceedance_curve(law, [level for _, level in wanted]) if curve else (),
    )


def _saving(law: TotalLaw, cost: float) -> Saving:
    levels = (0.05, 0.25, 0.5, 0.75, 0.95)
    tails = law.tails(levels)
    return Saving(
        mean=law.mean,
        sd=finite(math.sqrt(law.variance)),
        quantiles={key_of(tail.level): finite(tail.var.value) for tail in tails},
        prob_covers_cost=reached(law, cost),
    )


def reached(law: TotalLaw, loss: float) -> float:
    """Return P(S >= loss): what exceeds a loss just below it, so that atoms at it count."""
    if loss <= 0.0:
        return 1.0
    return law.at([loss * (1.0 - BESIDE)])[0].sf.value
