"""A contract's terms as they are posted: C = (O, Phi, V, T_min, r, p) with a deadline."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, StrictInt, StringConstraints, model_validator

from governance.economy.checkers import AnyConstraint
from governance.economy.checkers.judge import check_constraints
from governance.economy.checkers.kinds import Cosigner
from governance.gate.dimensions import TIERS
from governance.kernel.clock import format_time, parse_time
from governance.kernel.errors import InputError
from governance.kernel.money import Money, parse_money
from governance.kernel.value import Value

REVIEW_DAYS = 7.0


def _money(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return parse_money(value)
    except InputError as error:
        raise ValueError(str(error)) from None


def _moment(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return parse_time(value)
    except InputError as error:
        raise ValueError(str(error)) from None


def _has_nul(value: object) -> bool:
    if isinstance(value, dict):
        return any(_has_nul(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return any(map(_has_nul, value))
    return isinstance(value, str) and "\0" in value


Amount = Annotated[Money, BeforeValidator(_money)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, strip_whitespace=True)]


class Terms(Value):
    """What a contract asks and pays.

    Every constraint that is not ``soft`` must pass, and of the soft ones at least the share
    ``soft_share``. Soft constraints leave room for judgement, so they ask for one tier more.
    The agent's penalty stays at risk until ``review_days`` after the deadline at most.
    """

    objective: Text
    constraints: Annotated[tuple[AnyConstraint, ...], Field(min_length=1, max_length=100)]
    minimum_tier: Annotated[StrictInt, Field(ge=1, le=TIERS)] = 1
    reward: Amount
    penalty: Amount
    deadline: Moment
    soft_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    review_days: Annotated[float, Field(gt=0, le=365)] = REVIEW_DAYS

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if _has_nul(self.model_dump()):
            raise ValueError("a text has a NUL character, which no database holds")
        if self.reward.currency != self.penalty.currency:
            raise ValueError(
                f"reward in {self.reward.currency}, penalty in {self.penalty.currency}"
            )
        if self.reward.amount < 0 or self.penalty.amount < 0:
            raise ValueError("reward and penalty must not be negative")
        if self.reward.amount == 0 and self.penalty.amount == 0:
            raise ValueError("a contract without reward and penalty moves nothing")
        if self.deadline.tzinfo is None:
            raise ValueError("the deadline needs a zone")
        if len(self.cosigners) > 1:
            raise ValueError("only one person can take the liability")
        return self

    @property
    def cosigners(self) -> list[str]:
        """Return the persons who take the liability; at most one."""
        return [one.person for one in self.constraints if isinstance(one, Cosigner)]

    @property
    def cosigner(self) -> str | None:
        """Return the person who takes the liability; None where the agent bears it."""
        return next(iter(self.cosigners), None)

    @property
    def needed_tier(self) -> int:
        """Return the tier that accepting needs: one more where a constraint is soft."""
        soft = any(one.soft for one in self.constraints)
        return min(TIERS, self.minimum_tier + soft)

    @property
    def at_risk_until(self) -> datetime:
        """Return the moment until which the penalty may be at risk."""
        try:
            return self.deadline + timedelta(days=self.review_days)
        except OverflowError:
            raise InputError("is beyond the calendar", field="deadline") from None

    def to_json(self) -> dict[str, object]:
        """Return plain JSON data that reads back as the same terms."""
        data = self.model_dump(mode="json", by_alias=True)
        data["deadline"] = format_time(self.deadline)
        return data


def check_terms(terms: Terms, now: datetime) -> None:
    """Raise InputError on terms that nobody can fulfil: a past deadline, an unusable schema."""
    if terms.deadline <= now:
        raise InputError(
            f"{format_time(terms.deadline)} is past", field="deadline", hint="a time to come"
        )
    if terms.at_risk_until.year >= 9999:
        raise InputError("is beyond the calendar", field="deadline")
    check_constraints(terms.constraints)
