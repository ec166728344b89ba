"""The tolerance line that a loss exceedance curve is held against, from a file."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from governance.kernel.canonical import digest
from governance.kernel.documents import Document
from governance.kernel.money import Currency
from governance.kernel.value import Value, parse_document
from governance.reports.overview.model import Tolerance


class TolerancePoint(Value):
    """At most this probability of losing more than this much within the horizon."""

    loss: Annotated[float, Field(gt=0)]
    probability: Annotated[float, Field(gt=0, le=1)]


class ToleranceFile(Value):
    """The whole line, by rising loss and falling probability."""

    currency: Currency
    points: Annotated[tuple[TolerancePoint, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _falls(self) -> Self:
        for before, after in zip(self.points, self.points[1:], strict=False):
            if after.loss <= before.loss or after.probability > before.probability:
                raise ValueError("losses must rise and probabilities must not")
        return self


def tolerance_of(document: Document) -> Tolerance:
    """Return the line in a document; raises InputError naming file, line and field."""
    found = parse_document(ToleranceFile, document)
    return Tolerance(
        currency=found.currency,
        points=tuple((point.loss, point.probability) for point in found.points),
        source=digest(found.model_dump(mode="json")),
    )
