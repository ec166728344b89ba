"""Who reviewed, assessed or owns: the principal's id beside the name, NULL where it was typed.

Names that were stored before were typed: nothing proved who stood behind them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

COLUMNS = (
    ("incident_review", "reviewer_id"),
    ("control_assessment", "owner_id"),
    ("control_assessment", "assessor_id"),
    ("ai_system", "owner_id"),
    ("registered_risk", "owner_id"),
)


def upgrade() -> None:
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, sa.String(), nullable=True))


def downgrade() -> None:
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column)
