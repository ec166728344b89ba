"""What the economy answers: values with plain names, money in minor units of the currency."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import PlainSerializer, SerializerFunctionWrapHandler, model_serializer

from governance.gate.safety import SafetyEffect
from governance.gate.standing import Reason
from governance.kernel.clock import format_time
from governance.kernel.value import Value
from governance.store.economy_contracts import Contract
from governance.store.economy_reservations import Reservation

Moment = Annotated[datetime, PlainSerializer(format_time, return_type=str, when_used="json")]


def _said(reasons: tuple[Reason, ...]) -> list[dict[str, str]]:
    return [{"code": one.code, "message": one.message} for one in reasons]


Reasons = Annotated[tuple[Reason, ...], PlainSerializer(_said, when_used="json")]


def _effect(safety: SafetyEffect | None) -> dict[str, float | None] | None:
    return None if safety is None else {"before": safety.before, "after": safety.after}


class Grant(Value):
    """The answer to a request, with every reason where it is no.

    ``ceiling`` is the lowest one until the deadline and ``available`` what is left of it after
    the answer. ``replayed`` says that the key was used before for the same request, and ``state``
    what has become of the reservation since; None where nothing was granted. ``safety`` is
    the economy's aggregate safety without and with the amount, where it was asked for.
    """

    granted: bool
    reservation: str | None
    reasons: Reasons
    exposure: int
    ceiling: int
    available: int
    currency: str
    tier: int
    expires: Moment
    state: str | None = None
    replayed: bool = False
    safety: Annotated[SafetyEffect | None, PlainSerializer(_effect, when_used="json")] = None


class DelegationAnswer(Value):
    """Whether a sub-budget was granted, with every reason against it."""

    granted: bool
    delegation: str | None
    reasons: Reasons
    exposure: int
    ceiling: int
    available: int
    currency: str
    expires: Moment


class ReservationState(Value):
    """A reservation as it stands; ``agent`` and ``sub_budget`` are ids."""

    id: str
    agent: str
    amount: int
    committed: int
    refunded: int
    currency: str
    state: str
    action: str
    key: str
    sub_budget: str | None
    created: Moment
    expires: Moment


def reservation_state(
    row: Reservation, at: datetime | None = None, **then: Any
) -> ReservationState:
    """Return a reservation as a value; ``then`` replaces what stood otherwise at a past moment.

    What is held past its deadline at the moment that is shown is told as expired, which the next
    tick will say too.
    """
    found = {"committed": row.committed, "refunded": row.refunded, "state": row.state, **then}
    if found["state"] == "held" and at is not None and row.expires_at <= at:
        found["state"] = "expired"
    return ReservationState(
        id=row.id,
        agent=row.agent_id,
        amount=row.amount,
        currency=row.currency,
        action=row.action,
        key=row.key,
        sub_budget=row.delegation_id,
        created=row.created_at,
        expires=row.expires_at,
        **found,
    )


class ContractState(Value):
    """A contract as it stands; ``agent`` and ``submission`` are ids."""

    id: str
    state: str
    outcome: str | None
    poster: str
    agent: str | None
    cosigner: str | None
    objective: str
    minimum_tier: int
    currency: str
    reward: int
    penalty: int
    deadline: Moment
    submission: str | None
    verdict: dict[str, Any] | None


def contract_state(row: Contract) -> ContractState:
    """Return a contract as a value."""
    return ContractState(
        id=row.id,
        state=row.state,
        outcome=row.outcome,
        poster=row.poster,
        agent=row.agent_id,
        cosigner=row.cosigner,
        objective=row.objective,
        minimum_tier=row.minimum_tier,
        currency=row.currency,
        reward=row.reward,
        penalty=row.penalty,
        deadline=row.deadline,
        submission=row.submission_id,
        verdict=row.verdict,
    )


class _Step(Value):
    """``done`` is the answer, ``changed`` whether it is new; what it is about lies flat beside."""

    done: bool
    changed: bool
    reasons: Reasons = ()

    @model_serializer(mode="wrap")
    def _flat(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in handler(self).items():
            found |= value if name in ("reservation", "contract") else {name: value}
        return found


class Outcome(_Step):
    """What became of a reservation."""

    reservation: ReservationState


class ContractAnswer(_Step):
    """What became of a contract."""

    contract: ContractState


class SubBudgetState(Value):
    """The sub-budget under which an agent acts."""

    id: str
    principal: str
    allocated: int
    available: int
    expires: Moment


class AuthorityView(Value):
    """An agent's authority at a moment; ``window`` names what its spend adds up over."""

    agent: str
    id: str
    currency: str
    at: Moment
    tier: int
    exposure: int
    ceiling: int
    available: int
    penalties: int
    spent: int
    reserved: int
    delegated: int
    window: str
    over_ceiling: int
    over_ceiling_cause: str | None
    sub_budget: SubBudgetState | None
    reasons: Reasons
    reservations: tuple[ReservationState, ...]


class Branch(Value):
    """One sub-budget with the names of both sides and those granted out of it."""

    id: str
    principal: str
    agent: str
    currency: str
    granted: int
    allocated: int
    spent: int
    reserved: int
    delegated: int
    penalties: int
    available: int
    state: str
    expires: Moment
    below: tuple[Branch, ...]
