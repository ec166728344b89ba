"""From a scenario or portfolio to mean, VaR, TVaR, exceedance curve and their error bound."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from governance.kernel.errors import InputError
from governance.risk.compound import CompoundModel, Tail, TotalLaw, total_law
from governance.risk.compound.aggregate import AggregateLayerLaw
from governance.risk.compound.lattice import point_error
from governance.risk.compound.law import Point
from governance.risk.result import LayerFigures, RiskResult, plain
from governance.risk.scenario import Layer, Portfolio, Scenario

Level = float | str
CURVE_POINTS = 60
NAMED = 3  # scenarios named in one remark
FRAGILE = 0.3  # share of a mean beyond the elicited range from which a remark is made
FINEST_TOLERANCE = 1e-13


def quantify(
    subject: Scenario | Portfolio,
    *,
    levels: Sequence[Level] = (0.95, 0.99),
    thresholds: Sequence[Level] = (),
    tolerance: float = 1e-5,
    curve: bool = True,
) -> RiskResult:
    """Return the law of the total loss of a scenario or portfolio, in figures.

    ``levels`` are those of VaR and TVaR, inside (0, 1); ``thresholds`` are losses at which the
    probabilities of exceeding (``sf``) and of not exceeding (``cdf``) are wanted. Both may be
    given as text, which then names them in the result. ``tolerance`` is the relative error that
    the lattice is refined to. Raises InputError on a level, loss or tolerance out of range.
    """
    wanted = [(key_of(level), check_level(level)) for level in levels]
    losses = [(key_of(loss), check_loss(loss)) for loss in thresholds]
    check_tolerance(tolerance)
    if isinstance(subject, Portfolio) and simulated(subject):
        from governance.risk.simulate.portfolio import simulated_result

        return simulated_result(subject, wanted, losses)
    model = subject.model()
    law = law_of(subject, tolerance=tolerance, model=model)
    tails = law.tails([level for _, level in wanted])
    points = law.at([loss for _, loss in losses])
    warnings = [*fragile(subject, model, law), *missed(tails, points, tolerance)]
    return RiskResult(
        mean=finite(law.mean),
        sd=finite(math.sqrt(law.variance)),
        prob_zero=law.prob_zero,
        var={key: finite(t.var.value) for (key, _), t in zip(wanted, tails, strict=True)},
        tvar={
            key: None if t.tvar is None else finite(t.tvar.value)
            for (key, _), t in zip(wanted, tails, strict=True)
        },
        sf={key: p.sf.value for (key, _), p in zip(losses, points, strict=True)},
        cdf={key: p.cdf.value for (key, _), p in zip(losses, points, strict=True)},
        stop_loss={
            key: finite(max(law.mean - p.limited.value, 0.0))
            for (key, _), p in zip(losses, points, strict=True)
        },
        oep=_occurrence(model, losses),
        lec=exceedance_curve(law, [level for _, level in wanted]) if curve else (),
        error_bound=error_bound(tails, points),
        method=law.method,
        currency=currency_of(subject),
        horizon_years=subject.years,
        layer=_layer_figures(subject),
        warnings=tuple(warnings),
    )


def law_of(
    subject: Scenario | Portfolio, *, tolerance: float = 1e-5, model: CompoundModel | None = None
) -> TotalLaw:
    """Return the law of the total loss, after the aggregate layer where there is one.

    Exact, or simulated where a copula asks for it: every figure of a file comes from here.
    ``model`` stands in for the subject's own events (see ``events_of``), for example with another
    layer on each.
    """
    law: TotalLaw
    if simulated(subject):
        from governance.risk.simulate.sampled import sampled_law

        assert isinstance(subject, Portfolio)  # noqa: S101 - only portfolios have a dependence
        law = sampled_law(subject, events_of(subject) if model is None else model)
    else:
        law = total_law(subject.model() if model is None else model, tolerance=tolerance)
    layer = subject.aggregate_layer
    if layer is None:
        return law
    return AggregateLayerLaw(law, layer.deductible, layer.ceiling, retained=layer.retained)


def simulated(subject: Scenario | Portfolio) -> bool:
    """Return whether the total has no exact law, so that it is simulated."""
    return isinstance(subject, Portfolio) and not subject.dependence.exact


def events_of(subject: Scenario | Portfolio) -> CompoundModel:
    """Return the events of a subject after their own layers, common shocks among them.

    Of a copula these are the laws that it joins; the law of their sum is that of ``law_of``.
    """
    if isinstance(subject, Portfolio) and simulated(subject):
        return CompoundModel(subject.terms())
    return subject.model()


def exceedance_curve(
    law: TotalLaw, levels: Sequence[float], points: int = CURVE_POINTS
) -> tuple[tuple[float, float], ...]:
    """Return (loss, probability of exceeding it) pairs from small losses to beyond the levels."""
    zero = law.prob_zero
    if zero > 1.0 - 1e-9:
        return ()
    deepest = max([0.9999, *(1.0 - (1.0 - level) / 10.0 for level in levels)])
    deepest = max(deepest, 1.0 - (1.0 - zero) * 1e-3)
    spread = np.linspace(0.0, 1.0, points)
    survival = np.exp((1 - spread) * math.log((1 - zero) * 0.98) + spread * math.log(1 - deepest))
    losses, chances = law.curve((1.0 - survival).tolist())
    chances = np.minimum.accumulate(chances) if chances.size else chances
    return tuple(zip(losses.tolist(), chances.tolist(), strict=True))


def error_bound(tails: Iterable[Tail], points: Iterable[Point]) -> float:
    """Return the largest relative error bound of the figures, 1e-12 where all are closed forms."""
    worst = 1e-12
    for tail in tails:
        worst = max(worst, tail.var.relative() if math.isfinite(tail.var.value) else 0.0)
        worst = max(worst, 0.0 if tail.tvar is None else tail.tvar.relative())
    return max([worst, *(point_error(point) for point in points)])


def missed(tails: Sequence[Tail], points: Sequence[Point], tolerance: float) -> list[str]:
    """Return a warning where the bound stayed above the tolerance that was asked for."""
    bound = error_bound(tails, points)
    if bound <= max(tolerance, 1e-12):
        return []
    return [f"the error bound {bound:.1e} stayed above the tolerance {tolerance:.1e}"]


def fragile(subject: Scenario | Portfolio, model: CompoundModel, law: TotalLaw) -> list[str]:
    """Return remarks on results that are valid but rest on little."""
    remarks = []
    if not law.has_mean:
        names = [t.name for t in model.terms if math.isinf(t.mean)]
        remarks.append(
            f"the mean does not exist ({', '.join(names)}: the severity's tail is too heavy), so "
            "mean, sd and TVaR are undefined; VaR and probabilities are valid. A cap or limit "
            "would make them finite"
        )
    elif math.isinf(law.variance):
        remarks.append("the variance does not exist, so sd is undefined; TVaR converges slowly")
    return [*remarks, *_gathered(scenarios_of(subject))]


def _gathered(scenarios: Sequence[Scenario]) -> list[str]:
    """Return the remarks on ranges, scenarios with the same remark in one line."""
    names: dict[str, list[str]] = {}
    for scenario in scenarios:
        for remark in _range_remarks(scenario):
            names.setdefault(remark, []).append(scenario.id)
    lines = []
    for remark, ids in names.items():
        rest = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
        lines.append(f"{', '.join(ids[:NAMED])}{rest}: {remark}")
    return lines


def _range_remarks(scenario: Scenario) -> list[str]:
    severity = scenario.severity
    remarks = []
    if severity.type in ("lognormal_90ci", "lognormal_ci") and severity.cap is None:
        law = severity.law()
        beyond = 1.0 - float(law.limited(np.array([severity.high]))[0]) / law.mean
        if beyond > FRAGILE:
            remarks.append(
                f"{beyond:.0%} of the mean {plain(law.mean)} of one loss comes from "
                f"what lies beyond the high estimate {plain(severity.high)}; a cap (legal or "
                "contractual maximum) or a narrower range would steady it"
            )
    if severity.type == "empirical" and len(severity.losses) < 20:
        remarks.append(
            f"{len(severity.losses)} observed amounts are few; no loss above "
            f"{plain(max(severity.losses))} can happen in this model"
        )
    return remarks


def _occurrence(model: CompoundModel, losses: list[tuple[str, float]]) -> dict[str, float | None]:
    if not losses or (model.factor is None and not model.terms):
        return {}
    chances = model.largest(np.array([loss for _, loss in losses]))
    return {key: float(chance) for (key, _), chance in zip(losses, chances, strict=True)}


def _layer_figures(subject: Scenario | Portfolio) -> LayerFigures | None:
    if isinstance(subject, Portfolio) or subject.layer is None:
        return None
    return layer_figures(subject, subject.layer)


def layer_figures(scenario: Scenario, layer: Layer) -> LayerFigures:
    """Return what a per-event layer pays and leaves (Loss Models, chapter 8)."""
    law, count = scenario.severity.law(), scenario.frequency.law(scenario.years)
    low, top = layer.deductible, layer.deductible + layer.ceiling
    at = np.array([low])
    limited_low = float(law.limited(at)[0])
    limited_top = float(law.limited(np.array([top]))[0]) if math.isfinite(top) else law.mean
    exceeds = float(law.survival(at)[0])
    exhausts = float(law.survival(np.array([top]))[0]) if math.isfinite(top) else 0.0
    paid = limited_top - limited_low
    return LayerFigures(
        mean_per_event=finite(paid),
        prob_event_exceeds_deductible=exceeds,
        prob_event_exhausts_layer=exhausts,
        claim_frequency=count.mean * exceeds,
        prob_no_claim=count.generating(1.0 - exceeds),
        expected_ceded=finite(count.mean * paid),
        expected_retained=finite(count.mean * (law.mean - paid)),
        limited_at_deductible=limited_low,
        limited_at_top=finite(limited_top),
    )


def scenarios_of(subject: Scenario | Portfolio) -> tuple[Scenario, ...]:
    """Return the scenarios of a portfolio, or the one scenario itself."""
    return subject.scenarios if isinstance(subject, Portfolio) else (subject,)


def currency_of(subject: Scenario | Portfolio) -> str | None:
    """Return the currency of the figures, None where none was named."""
    return subject.money if isinstance(subject, Portfolio) else subject.currency


def finite(value: float) -> float | None:
    """Return the value, None where it is infinite or undefined."""
    return float(value) if math.isfinite(value) else None


def key_of(value: Level) -> str:
    """Return the text that names a level or loss in the result."""
    if isinstance(value, str):
        return value.strip()
    text = repr(float(value))
    return text[:-2] if text.endswith(".0") else text


def check_level(value: Level, field: str = "levels") -> float:
    """Return a level as a number inside (0, 1), or raise InputError at the field."""
    level = _number(value, field)
    if not 0.0 < level < 1.0:
        raise InputError(f"a level lies between 0 and 1, {value} does not", field=field)
    return level


def check_loss(value: Level) -> float:
    """Return a loss as a number of at least 0, or raise InputError."""
    loss = _number(value, "thresholds")
    if not 0.0 <= loss < math.inf:
        raise InputError(f"a loss is a number of 0 or more, {value} is not", field="thresholds")
    return loss


def check_tolerance(tolerance: float) -> None:
    """Raise InputError where a tolerance is not inside [1e-13, 0.1]."""
    if not FINEST_TOLERANCE <= tolerance <= 0.1:
        raise InputError(
            f"a tolerance lies between {FINEST_TOLERANCE:g} and 0.1, {tolerance:g} does not",
            field="tolerance",
        )


def _number(value: Level, field: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise InputError(f"{value!r} is not a number", field=field) from None
