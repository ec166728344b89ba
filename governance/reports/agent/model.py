"""The frozen value behind the report on one agent."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from governance.kernel.money import Currency, Money
from governance.kernel.value import Value
from governance.reports.model import Count, Report, Status

Score = Annotated[float, Field(ge=0, le=1)]
Tier = Annotated[int, Field(ge=0, le=5)]


class AgentFacts(Value):
    """Who the agent is and what it is made of."""

    id: str
    name: str
    group: str
    description: str
    registered_at: datetime
    status: Literal["active", "frozen", "retired"]
    retired_at: datetime | None = None
    digests: dict[str, str]


class DimensionRow(Value):
    """One dimension of robustness: what was measured and what the gate made of it.

    ``compared`` is the number held against the thresholds (the score, or its lower confidence
    bound), ``thresholds`` those of T1..T5 (one for IH*), ``gap`` what is missing to the next tier.
    """

    dimension: str
    name: str
    status: Status
    score: Score | None
    units: Count | None = None
    compared: float | None = None
    thresholds: tuple[float, ...]
    step: int | None = None
    binding: bool = False
    gap: float | None = None


class Drop(Value):
    """After this moment time alone leaves the agent at a lower tier."""

    at: datetime
    tier: Tier
    because: tuple[str, ...]


class Attempt(Value):
    """One attempt at a certification."""

    id: str
    at: datetime
    tier: Tier
    basis: str
    attempt: int
    evidence: Status
    evidence_source: str
    void_at: datetime | None = None
    void_reason: str | None = None
    source: str


class Certificate(Value):
    """The certification that alone says where the agent stands."""

    id: str
    certified_at: datetime
    tier: Tier
    basis: Literal["point", "bound"]
    attempt: int
    alpha: tuple[float, ...] | None
    policy_name: str
    policy_digest: str
    evidence: Status
    evidence_source: str
    evidence_digest: str | None
    evidence_note: str | None
    signed: bool
    in_force: bool
    void_reason: str | None
    decay_rate_per_day: float
    source: str


class AgentIncident(Value):
    """An incident on the agent; without a severity its source names the agent, nobody linked it."""

    id: str
    title: str
    severity: str | None = None
    effect: str | None = None
    linked_at: datetime | None = None
    lifted_at: datetime | None = None
    source: str | None = None


class AtRisk(Value):
    """All money at risk in one currency; ``spent`` counts within the policy's window."""

    currency: Currency
    penalties: Money
    spent: Money
    reserved: Money
    delegated: Money
    total: Money


class ContractRow(Value):
    """A contract that the agent accepted."""

    id: str
    objective: str
    reward: Money
    penalty: Money
    deadline: datetime
    state: Literal["open", "closed"]
    outcome: str | None


class AgentReport(Report):
    """What an agent may do at a moment, why, on which evidence, and for how long."""

    agent: AgentFacts
    tier: Tier | None
    ceiling: Money | None
    certificate: Certificate | None
    dimensions: tuple[DimensionRow, ...] = ()
    drops: tuple[Drop, ...] = ()
    reasons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    at_risk: tuple[AtRisk, ...] = ()
    contracts: tuple[ContractRow, ...] = ()
    incidents: tuple[AgentIncident, ...] = ()


MODEL = AgentReport
