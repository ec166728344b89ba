"""Tables of reservations and their refunds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from governance.store.base import Base
from governance.store.economy import Big

_HELD = text("state = 'held'")
_DELEGATED = text("delegation_id IS NOT NULL")


class Reservation(Base):
    """Money set aside for an agent's action until it is committed, released or expires."""

    __tablename__ = "reservation"
    __table_args__ = (
        UniqueConstraint("agent_id", "key"),
        CheckConstraint("amount > 0", name="positive"),
        CheckConstraint("committed >= 0 AND committed <= amount", name="committed_within"),
        CheckConstraint("refunded >= 0 AND refunded <= committed", name="refunded_within"),
        # Over the held ones only: they are few, and the path of money writes fewer pages.
        Index(
            "ix_reservation_held",
            "expires_at",
            "agent_id",
            sqlite_where=_HELD,
            postgresql_where=_HELD,
        ),
        Index(
            "ix_reservation_delegation",
            "delegation_id",
            sqlite_where=_DELEGATED,
            postgresql_where=_DELEGATED,
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agent.id"))
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(Big)
    committed: Mapped[int] = mapped_column(Big)
    refunded: Mapped[int] = mapped_column(Big)
    state: Mapped[str]  # held | committed | released | expired | refunded
    action: Mapped[str]
    key: Mapped[str]
    request: Mapped[str]  # digest of what was asked under the key
    delegation_id: Mapped[str | None] = mapped_column(ForeignKey("delegation.id"))
    certification_id: Mapped[str] = mapped_column(ForeignKey("certification.id"))
    policy_digest: Mapped[str] = mapped_column(ForeignKey("policy_version.digest"))
    ceiling: Mapped[int] = mapped_column(Big)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    close_reason: Mapped[str | None]
    spending_window: Mapped[str | None]  # the window in which the commit counts


# Written out, so that both databases see that the index over held reservations holds it; SQLite
# would plan a statement anew each time it is given the word.
IS_HELD = Reservation.state == literal_column("'held'")


class Refund(Base):
    """One refund of a committed reservation; its key makes a repetition harmless."""

    __tablename__ = "refund"
    __table_args__ = (CheckConstraint("amount > 0", name="positive"),)

    reservation_id: Mapped[str] = mapped_column(ForeignKey("reservation.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[int] = mapped_column(Big)
    refunded_at: Mapped[datetime]
