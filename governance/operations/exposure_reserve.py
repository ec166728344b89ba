"""What to hold against a loss, and what an insurance layer may cost."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.kernel.value import Value, parse
from governance.operations.exposure import SubjectFile
from governance.operations.work import Work
from governance.risk import reserve as reserves
from governance.risk.insurance import Loading, Principle, Quote, quote
from governance.risk.quantify import Level, check_level
from governance.risk.reserve import Reserve
from governance.risk.scenario import Layer, Portfolio, Scenario, subject_of


class ReserveQuestion(Value):
    """At which level a reserve is held; with a deductible or limit also which layer is priced."""

    file: SubjectFile
    level: Annotated[Level, Field(description="Level that the reserve is held at.")] = "0.8"
    deductible: Annotated[float | None, Field(description="The layer's deductible.")] = None
    limit: Annotated[float | None, Field(description="The layer's limit.")] = None
    aggregate: Annotated[bool, Field(description="The layer is on the total loss.")] = False
    principle: Annotated[Principle, Field(description="How the premium is loaded.")] = (
        "standard_deviation"
    )
    rate: Annotated[float, Field(description="The principle's loading.")] = 0.3


class ReserveFigures(Reserve):
    """The reserve, and the layer's price where one was asked for."""

    layer: Quote | None


def reserve(work: Work, request: ReserveQuestion) -> ReserveFigures:
    """Return the contingency reserve above the mean, its shortfall, and a layer's price."""
    subject = subject_of(request.file.document())
    check_level(request.level, "level")
    found = reserves.reserve(subject, request.level)
    return ReserveFigures(**dict(found), layer=_layer(subject, request))


def _layer(subject: Scenario | Portfolio, request: ReserveQuestion) -> Quote | None:
    if request.deductible is None and request.limit is None:
        return None
    loading = parse(Loading, {"principle": request.principle, "rate": request.rate})
    layer = parse(Layer, {"deductible": request.deductible or 0.0, "limit": request.limit})
    return quote(subject, layer, aggregate=request.aggregate, loading=loading)
