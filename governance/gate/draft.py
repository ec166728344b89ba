"""The shape of a policy file: what is well typed, before any law is checked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StrictBool, StrictInt

from governance.gate.dimensions import AsVariant
from governance.kernel.money import Currency, MinorUnits
from governance.kernel.value import Value, absent

Number = Annotated[float, Field(strict=True)]
Share = Annotated[float, Field(strict=True, ge=0)]
FiveNumbers = tuple[Number, Number, Number, Number, Number]
SixAmounts = tuple[MinorUnits, MinorUnits, MinorUnits, MinorUnits, MinorUnits, MinorUnits]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Method = Literal["clopper_pearson", "confidence_sequence"]
IncidentEffect = Literal["note", "reaudit", "freeze", "demote"]


class Shape(Value):
    """Base of the parts of a policy; ``as`` is a word of Python, hence the aliases."""

    model_config = ConfigDict(
        validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )


class Thresholds(Shape):
    """Scores that T1..T5 demand in each dimension."""

    cc: FiveNumbers
    er: FiveNumbers
    as_: FiveNumbers = Field(alias="as")

    def of(self, dimension: str) -> FiveNumbers:
        """Return the five thresholds of ``cc``, ``er`` or ``as``."""
        return {"cc": self.cc, "er": self.er, "as": self.as_}[dimension]


class Hallucination(Shape):
    """What IH* demands and does; ``fresh_days`` makes a re-audit due when IH* is that old."""

    threshold: Number
    effect: Literal["hold_and_reaudit", "reaudit"] = "hold_and_reaudit"
    basis: Literal["point", "bound"] = "point"
    fresh_days: Number | None = 90.0


class Ceilings(Shape):
    """Money that T0..T5 may put at risk, in minor units of a currency."""

    currency: Currency
    minor_units: SixAmounts
    other_currencies: dict[Currency, SixAmounts] = Field(default_factory=dict)

    def tables(self) -> dict[str, SixAmounts]:
        """Return the six amounts of every currency, the main one first."""
        return {self.currency: self.minor_units, **self.other_currencies}


class Decay(Shape):
    """Exponential decay of the effective scores since the audit."""

    rate_per_day: Number


class Reaudit(Shape):
    """Spot audits: rates at T1..T5, the law that draws them, and the grace once one is due."""

    rates_per_day: FiveNumbers
    law: Literal["hazard", "literal"] = "hazard"
    overdue_days: Number = 7.0


class BasisRule(Shape):
    """Point scores or lower confidence bounds; alpha is per tier T1..T5.

    ``clopper_pearson`` needs a number of units fixed beforehand; ``confidence_sequence`` holds
    however the audit was stopped, at the price of a lower bound.
    """

    kind: Literal["point", "bound"] = "bound"
    method: Method = "clopper_pearson"
    alpha: FiveNumbers = (0.05, 0.05, 0.05, 0.025, 0.01)
    spending: Literal["inverse_square", "halving"] = "inverse_square"


class EvidenceRule(Shape):
    """Whether scores that somebody typed in carry authority."""

    declared_carries_authority: StrictBool = True


class Action(Shape):
    """An action with the tier that it needs."""

    name: Name
    tier: Annotated[StrictInt, Field(ge=-1000, le=1000)]


class DelegationRule(Shape):
    """Limits on delegation trees; both factors are of the parent's money."""

    max_depth: Annotated[StrictInt, Field(ge=0, le=1000)] = 3
    attenuation: Share = 1.0
    overcommit: Share = 1.0


class Safety(Shape):
    """Optional floor under the economy's aggregate safety S (Theorem 3 alone does not hold it)."""

    floor: Number | None = None


class IncidentRule(Shape):
    """What an incident on an agent does to the agent, by severity."""

    low: IncidentEffect = "note"
    medium: IncidentEffect = "reaudit"
    high: IncidentEffect = "freeze"
    critical: IncidentEffect = "demote"


class ContractRule(Shape):
    """Limits on one contract: days until its deadline, share of the ceiling."""

    max_days: Number = 90.0
    max_share: Number = 1.0


class ApprovalRule(Shape):
    """When a second person counts as one; whose grant enabled a change waits ``cooling_hours``.

    ``independent`` asks the same of grants to both by one person, and of those that the local user
    who proposes gave to who approves; of any other proposer that is asked always.
    """

    cooling_hours: Annotated[StrictInt, Field(ge=0, le=8760)] = 24
    independent: StrictBool = False


PAPER_ACTIONS = (
    Action(name="microtask", tier=1),
    Action(name="verified_contract", tier=2),
    Action(name="autonomous_contract", tier=3),
    Action(name="delegate", tier=4),
    Action(name="self_modify", tier=5),
)


class PolicyDraft(Shape):
    """A well-typed policy, which may break the laws that `governance.gate.laws` checks."""

    name: Name
    thresholds: Thresholds
    as_variant: AsVariant = "as_svs"
    ih: Hallucination
    ceilings: Ceilings
    window: Literal["certification", "day", "transaction"] = "certification"
    decay: Decay
    reaudit: Reaudit
    basis: BasisRule = BasisRule()
    evidence: EvidenceRule = EvidenceRule()
    actions: tuple[Action, ...] = PAPER_ACTIONS
    delegation: DelegationRule = DelegationRule()
    safety: Safety = Safety()
    incidents: IncidentRule = IncidentRule()
    contracts: ContractRule = ContractRule()
    # Left out where it is not stated: the digests of policies that do not know it stay as they are.
    approval: Annotated[ApprovalRule | None, Field(exclude_if=absent)] = None

    def approval_rule(self) -> ApprovalRule:
        """Return what approving asks: what the policy states, or the defaults."""
        return self.approval or ApprovalRule()
