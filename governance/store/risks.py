"""Table of the risk register: what the organisation itself must expect, and how often."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from governance.store.base import Base


class RegisteredRisk(Base):
    """A threat with the prior of its yearly frequency; linked incidents are the events.

    The prior is gamma with ``prior_shape`` events in ``prior_years`` years; observation began at
    ``observed_since``. ``owner_id`` is the principal that the owner is; None: the name was typed.
    """

    __tablename__ = "registered_risk"

    threat: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    prior_shape: Mapped[float]
    prior_years: Mapped[float]
    prior_basis: Mapped[str]
    observed_since: Mapped[datetime]
    owner: Mapped[str | None]
    owner_id: Mapped[str | None]
