"""Tables of AI systems, the threats that they face, control assessments and their evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from governance.store.base import Base
from governance.store.ledger import make_append_only


class AiSystem(Base):
    """One AI system; role and risk class are the organisation's own words.

    ``owner_id`` is the principal that the owner is; None: the name was typed.
    """

    __tablename__ = "ai_system"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(Text)
    owner: Mapped[str]
    owner_id: Mapped[str | None]
    role: Mapped[str | None]
    risk_class: Mapped[str | None]
    status: Mapped[str]  # planned | in_use | retired
    facts: Mapped[dict[str, Any]]
    registered_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class AiSystemThreat(Base):
    """A sub-threat or domain that a system is said to face; ``removed_at`` ends it."""

    __tablename__ = "ai_system_threat"

    id: Mapped[str] = mapped_column(primary_key=True)
    system_id: Mapped[str] = mapped_column(ForeignKey("ai_system.id"), index=True)
    threat: Mapped[str]
    edition: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    stated_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class ControlAssessment(Base):
    """One word on one control, of the organisation or of one system; a later one counts.

    Dates without a time are ISO texts. ``owner_id`` and ``assessor_id`` are principals; None: the
    name was typed.
    """

    __tablename__ = "control_assessment"
    __table_args__ = (Index("ix_control_assessment_control", "control", "system_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    control: Mapped[str]
    edition: Mapped[str]
    system_id: Mapped[str | None] = mapped_column(ForeignKey("ai_system.id"))
    status: Mapped[str]  # verified | declared | not_assessed
    applicable: Mapped[bool | None]
    justification: Mapped[str] = mapped_column(Text)
    owner: Mapped[str]
    owner_id: Mapped[str | None]
    assessor: Mapped[str]
    assessor_id: Mapped[str | None]
    target: Mapped[str | None]
    due: Mapped[str | None]
    review_on: Mapped[str | None]
    recorded_at: Mapped[datetime] = mapped_column(index=True)


class ControlEvidence(Base):
    """A file by its digest or a link, that an assessment rests on."""

    __tablename__ = "control_evidence"

    id: Mapped[str] = mapped_column(primary_key=True)
    assessment_id: Mapped[str] = mapped_column(ForeignKey("control_assessment.id"), index=True)
    title: Mapped[str]
    digest: Mapped[str | None]
    location: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime]


make_append_only(ControlAssessment.__table__)  # type: ignore[arg-type]
make_append_only(ControlEvidence.__table__)  # type: ignore[arg-type]
