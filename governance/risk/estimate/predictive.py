"""Plug-in and posterior-predictive figures side by side: what parameter uncertainty costs."""

from __future__ import annotations

from collections.abc import Sequence

from governance.kernel.errors import InputError
from governance.kernel.value import Value
from governance.risk.compound import CompoundModel, Tail, Term, TotalLaw, total_law
from governance.risk.compound.lattice import LatticeLaw
from governance.risk.compound.model import MixedModel
from governance.risk.estimate.conjugate import JEFFREYS_RATE, GammaRate
from governance.risk.estimate.scenario import ExpertRange
from governance.risk.estimate.severity import LognormalPosterior
from governance.risk.inputs.frequency import GammaPoissonFrequency
from governance.risk.quantify import Level, check_level, finite, key_of
from governance.risk.result import Table
from governance.risk.scenario import Scenario
from governance.risk.severity import Capped, Lognormal, SeverityLaw


class Predicted(Value):
    """Figures of a total loss under one treatment of the parameters."""

    basis: str
    mean: float | None
    prob_zero: float
    var: Table
    tvar: Table
    warnings: tuple[str, ...] = ()


class Comparison(Value):
    """Both treatments, and the ratio of the predictive VaR to the plug-in VaR at each level."""

    plug_in: Predicted
    predictive: Predicted
    ratio: Table


def compare_predictive(
    events: int,
    exposure_years: float,
    amounts: Sequence[float],
    *,
    levels: Sequence[Level] = (0.95, 0.99),
    years: float = 1.0,
    prior: GammaRate = JEFFREYS_RATE,
    cap: float | None = None,
    tolerance: float = 1e-4,
) -> Comparison:
    """Return the law of the yearly loss with parameters as if known, and with their uncertainty.

    The rate's posterior makes the count exactly negative binomial; the severity's is a mixture
    over 96 nodes of (mu, sigma), all on one lattice. Without a cap the predictive law has no mean:
    sigma could be anything, and the mean grows as exp(sigma^2 / 2).
    """
    rate = prior.updated(events, exposure_years)
    severity = LognormalPosterior.of(amounts)
    wanted = [(key_of(level), check_level(level)) for level in levels]
    plug = total_law(
        CompoundModel(
            (Term("plug-in", rate.plug_in(years), _law(severity.mu, severity.sigma, cap)),)
        ),
        tolerance=tolerance,
    )
    full = LatticeLaw(predictive_model(rate, severity, years, cap), tolerance)
    first = _figures("plug-in: parameters taken as known", plug, wanted)
    second = _figures("posterior predictive: parameters uncertain", full, wanted)
    return Comparison(plug_in=first, predictive=second, ratio=_ratio(first, second))


def side_by_side(
    scenario: Scenario,
    severity: ExpertRange | Sequence[float],
    *,
    levels: Sequence[Level] = (0.95, 0.99),
    tolerance: float = 1e-4,
) -> Comparison:
    """Return both treatments of an estimated scenario.

    An expert range has no sample behind it, so that only the rate is uncertain then; with
    amounts the severity is, too.
    """
    frequency = scenario.frequency
    if not isinstance(frequency, GammaPoissonFrequency):
        raise InputError("the scenario's frequency has no posterior", field="frequency")
    rate = GammaRate(frequency.shape + frequency.events, frequency.rate + frequency.exposure)
    wanted = [(key_of(level), check_level(level)) for level in levels]
    law = scenario.severity_law()
    plug = CompoundModel((Term("plug-in", rate.plug_in(scenario.years), law),))
    first = _figures(
        "plug-in: parameters taken as known", total_law(plug, tolerance=tolerance), wanted
    )
    if isinstance(severity, ExpertRange):
        full = total_law(scenario.model(), tolerance=tolerance)
    else:
        posterior = LognormalPosterior.of(severity)
        model = predictive_model(rate, posterior, scenario.years, scenario.severity.cap)
        full = LatticeLaw(model, tolerance)
    second = _figures("posterior predictive: parameters uncertain", full, wanted)
    return Comparison(plug_in=first, predictive=second, ratio=_ratio(first, second))


def _ratio(first: Predicted, second: Predicted) -> Table:
    ratio: Table = {}
    for key, low in first.var.items():
        high = second.var[key]
        ratio[key] = high / low if low and high else None
    return ratio


def predictive_model(
    rate: GammaRate, severity: LognormalPosterior, years: float, cap: float | None
) -> MixedModel:
    """Return the mixture of collective models over the posterior of rate and severity."""
    rows, weights = severity.nodes()
    count = rate.predictive(years)
    parts = tuple(
        CompoundModel((Term("predictive", count, _law(float(mu), float(sigma), cap)),))
        for mu, sigma in rows
    )
    return MixedModel(tuple(weights.tolist()), parts, mean_exists=cap is not None)


def _law(mu: float, sigma: float, cap: float | None) -> SeverityLaw:
    law = Lognormal(mu, sigma)
    return law if cap is None else Capped(law, cap)


def _figures(basis: str, law: TotalLaw, wanted: list[tuple[str, float]]) -> Predicted:
    tails: list[Tail] = law.tails([level for _, level in wanted])
    warnings = () if law.has_mean else ("no cap is given, so that mean and TVaR do not exist",)
    return Predicted(
        basis=basis,
        mean=finite(law.mean),
        prob_zero=law.prob_zero,
        var={key: finite(t.var.value) for (key, _), t in zip(wanted, tails, strict=True)},
        tvar={
            key: None if t.tvar is None else finite(t.tvar.value)
            for (key, _), t in zip(wanted, tails, strict=True)
        },
        warnings=warnings,
    )
