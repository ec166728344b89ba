"""Tables of who may do what, and of changes that wait for a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from governance.store.base import Base


class RoleGrant(Base):
    """A role that an actor holds."""

    __tablename__ = "role_grant"

    actor: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    granted_by: Mapped[str]
    granted_at: Mapped[datetime]


class Proposal(Base):
    """A change that needs a second person; ``state`` is open, approved or rejected."""

    __tablename__ = "proposal"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]  # policy | lift | registration | change
    role: Mapped[str]  # what the second person must hold too
    subject: Mapped[str]
    document: Mapped[dict[str, Any]]
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
