"""Keys of the names that are taken, so that no other name may look like one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from governance.store.names import stored_keys

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

QUERIES = {
    "agent": "SELECT id, name FROM agent ORDER BY registered_at, id",
    "principal": "SELECT id, name FROM principal ORDER BY created_at, id",
}


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
    """Give each key to whoever was there first; who looks like that one keeps the name too."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for kind, query in QUERIES.items():
        for identifier, name in op.get_bind().execute(sa.text(query)):
            for key in stored_keys(name):
                row = {"kind": kind, "key": key, "name": name, "subject_id": identifier}
                rows.setdefault((kind, key), row)
    if rows:
        op.bulk_insert(table, list(rows.values()))
