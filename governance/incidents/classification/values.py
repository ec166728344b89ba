"""What goes into a classification and what comes out: frozen values."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from governance.kernel.value import Value

NONE = "NONE"
DOMAINS = ("MIS", "POI", "PRV", "ADV", "BIA", "UNR", "DRF", "SUP", "IPT")
LOSS_NAMES = ("Confidentiality", "Integrity", "Availability", "Legal", "Reputation")
ASSERTED = 0.5

AbstainReason = Literal["low_text", "language", "no_ai_incident", "low_confidence"]


class IncidentText(Value):
    """One incident to classify: an id, a title and a description, each possibly empty."""

    id: str = Field(max_length=500)
    title: str = ""
    description: str = ""

    @field_validator("id", mode="before")
    @classmethod
    def _number_to_text(cls, value: object) -> object:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("title", "description", mode="before")
    @classmethod
    def _nothing_to_empty(cls, value: object) -> object:
        return "" if value is None else value

    @property
    def whole(self) -> str:
        """The text that offsets of evidence index: title, one line feed, description."""
        return f"{self.title}\n{self.description}"


class Alternative(Value):
    """A sub-threat with its domain and joint probability."""

    domain: str
    sub_threat: str
    confidence: float


class LossEstimate(Value):
    """A loss category with its probability; 0.5 and more asserts it."""

    category: str
    confidence: float


class Evidence(Value):
    """A span of ``IncidentText.whole`` and its part in the decision.

    ``start`` and ``end`` count Unicode code points, end exclusive, so that
    ``whole[start:end] == text``. ``weight`` is the span's share of the log-odds of the chosen
    class against the others, in nats.
    """

    text: str
    start: int
    end: int
    weight: float


class RunnerUp(Value):
    """The second domain, and the words that speak most for the first against it."""

    domain: str
    confidence: float
    separated_by: tuple[str, ...]


class AppliedRule(Value):
    """The coding rule that separates the chosen domain from the runner-up."""

    id: str
    text: str


class ModelReference(Value):
    """Which model said so."""

    name: str
    version: str


class Classification(Value):
    """The answer for one incident.

    ``domain`` is a three-letter code, or NONE where the text is no AI incident or cannot be
    read; then ``abstained`` is true and ``abstain_reason`` says which. A row of low confidence
    keeps its best domain with ``abstained`` true. ``confidence`` is the calibrated probability
    of ``domain``. ``alternatives`` ranks sub-threats, the chosen one
    first; for NONE it says what the text would be if it were an incident.
    """

    id: str
    domain: str
    sub_threat: str | None
    confidence: float
    abstained: bool
    abstain_reason: AbstainReason | None
    alternatives: tuple[Alternative, ...]
    losses: tuple[LossEstimate, ...]
    evidence: tuple[Evidence, ...]
    rule: AppliedRule | None = None
    runner_up: RunnerUp | None = None
    domain_set: tuple[str, ...] | None = None
    model: ModelReference
