"""The state that a proposal was made against, and its digest; unknown for those from before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    state = sa.JSON(none_as_null=True).with_variant(
        postgresql.JSONB(none_as_null=True), "postgresql"
    )
    op.add_column("proposal", sa.Column("against", state, nullable=True))
    op.add_column("proposal", sa.Column("state_digest", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("proposal", "state_digest")
    op.drop_column("proposal", "against")
