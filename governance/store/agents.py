"""Tables of agents and their certifications."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field
from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from governance.kernel.value import Value
from governance.store.base import Base
from governance.store.typed_json import TypedJson

if TYPE_CHECKING:
    from governance.gate.evaluate import Decision
    from governance.gate.vector import RobustnessVector
else:  # SQLAlchemy looks the names up when the tables are declared; the gate can wait for a row
    Decision = RobustnessVector = object


class Evidence(Value):
    """Where a vector comes from: typed in by somebody (declared) or from a stored audit."""

    kind: Literal["declared", "verified"] = "declared"
    source: str = "typed in"
    digest: str | None = None
    note: str | None = None
    # Dimensions that the source filled with a default instead of a measurement.
    defaulted: tuple[str, ...] = ()


class BoundEvidence(Evidence):
    """Evidence with the digests of the agent that it was taken of."""

    agent_digests: dict[str, str] = Field(default_factory=dict)


class Agent(Base):
    """A registered agent; ``digests`` bind model, system prompt and tools.

    ``matches`` holds whose digests they matched when they were declared, and who agreed to it.
    """

    __tablename__ = "agent"
    __table_args__ = (Index("ix_agent_registered_by", "registered_by", "status"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]  # active | frozen | retired
    agent_group: Mapped[str]
    digests: Mapped[dict[str, Any]]
    description: Mapped[str]
    registered_at: Mapped[datetime]
    registered_by: Mapped[str | None]
    matches: Mapped[list[Any] | None]


class AgentDigest(Base):
    """A digest that an agent declared at some time, whether it declares it still or not."""

    __tablename__ = "agent_digest"

    agent_id: Mapped[str] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)  # model | prompt | tools
    digest: Mapped[str] = mapped_column(primary_key=True, index=True)


class Certification(Base):
    """One attempt to certify an agent: the vector, the policy version and the decision."""

    __tablename__ = "certification"
    __table_args__ = (Index("ix_certification_latest", "agent_id", "event_sequence"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agent.id"))
    certified_at: Mapped[datetime] = mapped_column(index=True)
    policy_digest: Mapped[str] = mapped_column(ForeignKey("policy_version.digest"))
    basis: Mapped[str]  # point | bound
    attempt: Mapped[int]
    tier: Mapped[int] = mapped_column(index=True)
    vector: Mapped[RobustnessVector] = mapped_column(
        TypedJson("governance.gate.vector:RobustnessVector"), nullable=False
    )
    decision: Mapped[Decision] = mapped_column(
        TypedJson("governance.gate.evaluate:Decision"), nullable=False
    )
    evidence: Mapped[BoundEvidence] = mapped_column(
        TypedJson("governance.store.agents:BoundEvidence"), nullable=False
    )
    certificate: Mapped[dict[str, Any] | None]  # as it was signed, to the letter
    # Commit-reveal of the spot audit: the seed stays hidden until the audit is due.
    audit_commitment: Mapped[str]
    audit_seed: Mapped[str]
    # Number of the ledger event: the order of attempts, even of two at one moment.
    event_sequence: Mapped[int] = mapped_column(BigInteger, index=True)
    audit_contribution: Mapped[str]  # hash of the ledger event that carries the commitment
    # An incident can order an audit before the spot audit's own time.
    reaudit_ordered_at: Mapped[datetime | None]
    void_at: Mapped[datetime | None]
    void_reason: Mapped[str | None]
