"""Table of changes that wait for a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from governance.store.base import Base


class Proposal(Base):
    """A change that needs a second person; ``state`` is open, approved or rejected.

    ``against`` is what stood when it was proposed, and ``state_digest`` its digest; both are empty
    where it was proposed before they were kept.
    """

    __tablename__ = "proposal"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]  # policy | lift | registration | change
    role: Mapped[str]  # what the second person must hold too
    subject: Mapped[str]
    document: Mapped[dict[str, Any]]
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    proposed_by: Mapped[str]
    proposed_by_id: Mapped[str | None]
    proposed_via: Mapped[str | None]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_by_id: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    against: Mapped[dict[str, Any] | None]
    state_digest: Mapped[str | None]
