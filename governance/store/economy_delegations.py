"""Table of sub-budgets: what one agent handed to another, and what was done with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from governance.store.base import Base
from governance.store.economy import Big

_ACTIVE = text("state = 'active'")


class Delegation(Base):
    """A sub-budget; the database itself refuses to let a node use more than was allocated.

    ``closing`` means revoked while penalties of active contracts are still at risk under it.
    """

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint(
            "penalties >= 0 AND spent >= 0 AND reserved >= 0 AND delegated >= 0",
            name="not_negative",
        ),
        CheckConstraint("penalties + spent + reserved + delegated <= amount", name="conserved"),
        CheckConstraint("parent_id <> child_id", name="two_agents"),
        # A tree: an agent acts for one principal at a time.
        Index(
            "uq_delegation_active_child",
            "child_id",
            "currency",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    parent_id: Mapped[str] = mapped_column(ForeignKey("agent.id"), index=True)
    child_id: Mapped[str] = mapped_column(ForeignKey("agent.id"), index=True)
    # The sub-budget out of which the parent granted this one; None at the root.
    above_id: Mapped[str | None] = mapped_column(index=True)
    currency: Mapped[str]
    granted: Mapped[int] = mapped_column(Big)  # as it was granted
    amount: Mapped[int] = mapped_column(Big)  # what is still allocated
    penalties: Mapped[int] = mapped_column(Big)
    spent: Mapped[int] = mapped_column(Big)
    reserved: Mapped[int] = mapped_column(Big)
    delegated: Mapped[int] = mapped_column(Big)
    state: Mapped[str]  # active | closing | revoked | expired
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


# Written out, so that both databases see that the index over active sub-budgets holds it; SQLite
# would plan a statement anew each time it is given the word.
IS_ACTIVE = Delegation.state == literal_column("'active'")
