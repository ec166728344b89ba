"""Tables of incidents: what came in, how it was coded, who reviewed it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from governance.store.base import Base
from governance.store.ledger import make_append_only


class IncidentImport(Base):
    """One import; ``finished_at`` is empty while it runs or after it was cut off."""

    __tablename__ = "incident_import"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    format: Mapped[str]
    content_digest: Mapped[str] = mapped_column(index=True)
    records: Mapped[int]
    added: Mapped[int]
    updated: Mapped[int]
    parts: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Incident(Base):
    """One incident; dates are texts that keep the precision they came in.

    ``happened_at`` is the earliest moment that the best known date allows, for order and search.
    ``merged_into`` names the incident that this one is a duplicate of.
    """

    __tablename__ = "incident"
    __table_args__ = (UniqueConstraint("source", "source_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    source_id: Mapped[str]
    content_digest: Mapped[str]
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    occurred: Mapped[str | None]
    discovered: Mapped[str | None]
    reported: Mapped[str | None]
    happened_at: Mapped[datetime | None] = mapped_column(index=True)
    status: Mapped[str | None]
    near_miss: Mapped[bool | None]
    affected_system: Mapped[str | None] = mapped_column(Text)
    affected_agent: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    licence: Mapped[str | None]
    source_labels: Mapped[dict[str, Any]]
    import_id: Mapped[str] = mapped_column(ForeignKey("incident_import.id"), index=True)
    stored_at: Mapped[datetime]
    # No foreign key: a backup restores rows by id, and this may name a later one.
    merged_into: Mapped[str | None] = mapped_column(index=True)


class IncidentLoss(Base):
    """One amount lost in an incident, in integer minor units."""

    __tablename__ = "incident_loss"

    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    basis: Mapped[str]  # point | range | aggregate
    currency: Mapped[str] = mapped_column(index=True)
    amount: Mapped[int | None] = mapped_column(BigInteger)
    low: Mapped[int | None] = mapped_column(BigInteger)
    high: Mapped[int | None] = mapped_column(BigInteger)
    category: Mapped[str | None]
    date: Mapped[str | None]
    source: Mapped[str | None] = mapped_column(Text)
    flag: Mapped[str | None]


class IncidentRevision(Base):
    """What an incident said before its source changed it."""

    __tablename__ = "incident_revision"

    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content_digest: Mapped[str]
    content: Mapped[dict[str, Any]]
    import_id: Mapped[str] = mapped_column(ForeignKey("incident_import.id"))
    replaced_at: Mapped[datetime]


class ClassificationRun(Base):
    """One run of one classifier over stored incidents."""

    __tablename__ = "classification_run"

    id: Mapped[str] = mapped_column(primary_key=True)
    model_name: Mapped[str]
    model_version: Mapped[str]
    edition: Mapped[str | None]
    started_at: Mapped[datetime]
    incidents: Mapped[int]
    parts: Mapped[int]


class IncidentClassification(Base):
    """What one run said about one incident; the current one has no ``superseded_at``."""

    __tablename__ = "incident_classification"
    __table_args__ = (
        Index("ix_incident_classification_current", "incident_id", "superseded_at"),
        Index("ix_incident_classification_code", "domain", "sub_threat"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"))
    run_id: Mapped[str] = mapped_column(ForeignKey("classification_run.id"), index=True)
    model_name: Mapped[str]
    model_version: Mapped[str]
    content_digest: Mapped[str]
    domain: Mapped[str]
    sub_threat: Mapped[str | None]
    confidence: Mapped[float]
    abstained: Mapped[bool]
    abstain_reason: Mapped[str | None]
    result: Mapped[dict[str, Any]]  # alternatives, losses, evidence, rule, as the classifier says
    classified_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]


class IncidentReview(Base):
    """One reviewer's word on one incident; never changed, a later one counts."""

    __tablename__ = "incident_review"
    __table_args__ = (Index("ix_incident_review_incident", "incident_id", "reviewer"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"))
    classification_id: Mapped[str | None] = mapped_column(ForeignKey("incident_classification.id"))
    content_digest: Mapped[str]
    reviewer: Mapped[str] = mapped_column(index=True)
    reviewer_id: Mapped[str | None]  # the principal; None: the name was typed
    verdict: Mapped[str]  # accept | correct | comment
    domain: Mapped[str | None]
    sub_threat: Mapped[str | None]
    losses: Mapped[list[Any] | None]
    comment: Mapped[str | None] = mapped_column(Text)
    reviewed_at: Mapped[datetime]


make_append_only(IncidentReview.__table__)  # type: ignore[arg-type]
