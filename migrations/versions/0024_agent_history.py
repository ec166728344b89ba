"""Who registered an agent, whose digests it matched, and every digest that it ever declared."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

AGENT = sa.table("agent", sa.column("id"), sa.column("registered_by"))
PRINCIPAL = sa.table("principal", sa.column("id"), sa.column("name"))
DIGEST = sa.table("agent_digest", sa.column("agent_id"), sa.column("part"), sa.column("digest"))
EVENT = sa.table(
    "ledger_event",
    *(sa.column(name) for name in ("sequence", "kind", "subject", "actor", "payload")),
)


def upgrade() -> None:
    _create_agent_digest()
    op.add_column("agent", sa.Column("registered_by", sa.String(), nullable=True))
    op.add_column(
        "agent",
        sa.Column(
            "matches",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(
                    none_as_null=True,
                ),
                "postgresql",
            ),
            nullable=True,
        ),
    )
    op.create_index("ix_agent_registered_by", "agent", ["registered_by", "status"])
    _fill()


def downgrade() -> None:
    op.drop_index("ix_agent_registered_by", "agent")
    op.drop_column("agent", "matches")
    op.drop_column("agent", "registered_by")
    op.drop_table("agent_digest")


def _create_agent_digest() -> None:
    op.create_table(
        "agent_digest",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_agent_digest_agent_id_agent")
        ),
        sa.PrimaryKeyConstraint("agent_id", "part", "digest", name=op.f("pk_agent_digest")),
    )
    op.create_index(op.f("ix_agent_digest_digest"), "agent_digest", ["digest"], unique=False)


def _fill() -> None:
    """Take from the ledger who registered each agent and what it ever declared."""
    connection = op.get_bind()
    known = {row.id for row in connection.execute(sa.select(AGENT.c.id))}
    people = {row.name: row.id for row in connection.execute(sa.select(PRINCIPAL))}
    declared: dict[tuple[str, str, str], None] = {}
    events = sa.select(EVENT).where(EVENT.c.kind.in_(("agent.registered", "agent.changed")))
    for event in connection.execute(events.order_by(EVENT.c.sequence)).all():
        if event.subject not in known:
            continue
        if event.kind == "agent.registered":
            registered = sa.update(AGENT).where(AGENT.c.id == event.subject)
            connection.execute(
                registered.values(registered_by=people.get(event.actor, event.actor))
            )
        for part, digest in json.loads(event.payload).get("digests", {}).items():
            declared[event.subject, part, digest] = None
    rows = [{"agent_id": one, "part": part, "digest": digest} for one, part, digest in declared]
    if rows:
        connection.execute(sa.insert(DIGEST), rows)
