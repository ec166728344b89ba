"""Indexes for the path of money: fewer pages a reservation, and the last certification at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_reservation_agent", "reservation")
    op.drop_index("ix_reservation_due", "reservation")
    op.drop_index("ix_reservation_delegation_id", "reservation")
    op.drop_index("ix_posting_debit", "posting")
    op.drop_index("ix_posting_credit", "posting")
    op.drop_index("ix_certification_agent_id", "certification")
    op.create_index("ix_certification_latest", "certification", ["agent_id", "event_sequence"])
    _create_partial("ix_reservation_held", ["expires_at", "agent_id"], "state = 'held'")
    _create_partial("ix_reservation_delegation", ["delegation_id"], "delegation_id IS NOT NULL")


def downgrade() -> None:
    op.drop_index("ix_reservation_held", "reservation")
    op.drop_index("ix_reservation_delegation", "reservation")
    op.create_index("ix_reservation_agent", "reservation", ["agent_id", "state"])
    op.create_index("ix_reservation_due", "reservation", ["state", "expires_at"])
    op.create_index("ix_reservation_delegation_id", "reservation", ["delegation_id"])
    op.create_index("ix_posting_debit", "posting", ["debit"])
    op.create_index("ix_posting_credit", "posting", ["credit"])
    op.drop_index("ix_certification_latest", "certification")
    op.create_index("ix_certification_agent_id", "certification", ["agent_id"])


def _create_partial(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "reservation", columns, sqlite_where=where, postgresql_where=where)
