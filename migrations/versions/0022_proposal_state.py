"""The state that a proposal was made against, and who its people are; unknown for older ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

NAMES = ("state_digest", "proposed_by_id", "proposed_via", "decided_by_id")


def upgrade() -> None:
    state = sa.JSON(none_as_null=True).with_variant(
        postgresql.JSONB(none_as_null=True), "postgresql"
    )
    op.add_column("proposal", sa.Column("against", state, nullable=True))
    for name in NAMES:
        op.add_column("proposal", sa.Column(name, sa.String(), nullable=True))


def downgrade() -> None:
    for name in reversed(NAMES):
        op.drop_column("proposal", name)
    op.drop_column("proposal", "against")
