"""Keys of the names that are taken, so that no other name may look like one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from governance.store.names import stored_keys

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "name_key",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_name_key")),
    )
    _take_names(table)


def downgrade() -> None:
    op.drop_table("name_key")


def _take_names(table: sa.Table) -> None:
    """Give each key to the agent that was registered first; who looks like it keeps its name."""
    agents = op.get_bind().execute(sa.text("SELECT id, name FROM agent ORDER BY registered_at, id"))
    rows: dict[str, dict[str, str]] = {}
    for identifier, name in agents:
        for key in stored_keys(name):
            row = {"kind": "agent", "key": key, "name": name, "subject_id": identifier}
            rows.setdefault(key, row)
    if rows:
        op.bulk_insert(table, list(rows.values()))
