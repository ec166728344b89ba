"""What a scenario or portfolio may cost: the law of its total loss, in figures and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from governance.kernel.value import Value, absent
from governance.operations.requests import TextFile
from governance.operations.work import Work
from governance.risk import quantify as calculator
from governance.risk.quantify import Level, currency_of
from governance.risk.result import RiskResult, plain
from governance.risk.scenario import Portfolio, Scenario, subject_of

__all__ = ["plain"]

LEVELS: tuple[Level, ...] = ("0.95", "0.99")

SubjectFile = Annotated[TextFile, Field(description="A scenario or portfolio, YAML or JSON.")]
LevelsField = Annotated[
    tuple[Level, ...],
    Field(description="Levels of VaR and TVaR inside (0, 1); text names the figures as it stands."),
]
PictureField = Annotated[bool, Field(description="Draw the loss exceedance curve as well.")]
# An SVG picture of the answer, for doors that show pictures; no part of the JSON.
Picture = Annotated[str | None, Field(exclude=True)]


class LossQuestion(Value):
    """What is asked of the law of a total loss."""

    file: SubjectFile
    levels: LevelsField = LEVELS
    thresholds: Annotated[
        tuple[Level, ...], Field(description="Losses whose probability of being exceeded counts.")
    ] = ()
    tolerance: Annotated[float, Field(description="Relative error that figures keep to.")] = 1e-5
    explain: Annotated[bool, Field(description="Say in words what the figures mean.")] = False
    picture: PictureField = False


class LossFigures(RiskResult):
    """The law in figures, and in words where they were asked for."""

    explanation: Annotated[tuple[str, ...] | None, Field(exclude_if=absent)] = None
    picture: Picture = None


def quantify(work: Work, request: LossQuestion) -> LossFigures:
    """Return mean, VaR, TVaR and the loss exceedance curve of a scenario or portfolio."""
    subject = subject_of(request.file.document())
    result = calculator.quantify(
        subject, levels=request.levels, thresholds=request.thresholds, tolerance=request.tolerance
    )
    picture = explanation = None
    if request.picture:
        picture = picture_of(subject, [("loss exceedance", result.lec)], result.var)
    if request.explain:
        from governance.risk.explain import summary

        explanation = tuple(summary(subject, result))
    return LossFigures(**dict(result), explanation=explanation, picture=picture)


def picture_of(
    subject: Scenario | Portfolio,
    curves: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    marks: Mapping[str, float | None],
) -> str:
    """Return curves as SVG, with the subject's tolerance line and the VaR marked."""
    from governance.risk.explain import curve_svg

    return curve_svg(
        curves,
        title=subject.title or "Loss exceedance",
        currency=currency_of(subject),
        horizon_years=subject.years,
        tolerance=subject.tolerance_curve,
        marks=[(f"VaR {level}", value) for level, value in marks.items() if value],
    )
