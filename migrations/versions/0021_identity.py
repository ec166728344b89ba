"""Principals, their roles and credentials; events say how who acted was known.

Whoever acted becomes a principal of kind person, marked local, and keeps the roles of that name;
administrators also get those that guard what everybody could do before. Where no role was in use,
the user who upgrades holds all of them.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from governance.kernel import system
from governance.kernel.ids import uuid7
from governance.store.base import UtcTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

LATER = ("actor_id", "via", "claimed")
BY = "migration"
# Whom events name who are nobody: a database that was of this revision before has such events.
NOBODY = (BY, "init", "unauthenticated")
BEGINNINGS = ("local:", "issuer:")
ROLES = (
    "administrator", "auditor", "backup", "compliance", "downgrade", "operator", "policy_owner",
    "reader", "restore", "rotate_keys", "treasurer", "trust",
)  # fmt: skip
UNGUARDED = ("backup", "compliance", "downgrade", "restore", "rotate_keys", "trust")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = UtcTime()

PRINCIPAL = sa.table(
    "principal",
    *(sa.column(name, sa.String()) for name in ("id", "name", "kind", "state", "local_user")),
    sa.column("created_by", sa.String()),
    sa.column("created_at", TIME),
)
GRANT = sa.table(
    "role_grant",
    *(sa.column(n, sa.String()) for n in ("principal_id", "role", "granted_by", "granted_by_id")),
    sa.column("granted_at", TIME),
)
OLD_GRANT = sa.table(
    "role_grant",
    *(sa.column(name, sa.String()) for name in ("actor", "role", "granted_by")),
    sa.column("granted_at", TIME),
)
EVENT = sa.table("ledger_event", sa.column("actor", sa.String()), sa.column("at", TIME))


def upgrade() -> None:
    for name in LATER:
        op.add_column("ledger_event", sa.Column(name, sa.String(), nullable=True))
    former = _former_grants()
    op.drop_table("role_grant")
    _create_tables()
    _move(former)


def downgrade() -> None:
    kept = _present_grants()
    for name in ("refusal_count", "external_identity", "sign_in_link"):
        op.drop_table(name)
    op.drop_index(op.f("ix_api_token_principal_id"), "api_token")
    op.drop_table("api_token")
    op.drop_table("role_grant")
    op.drop_table("principal")
    op.create_table(
        "role_grant",
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor", "role", name=op.f("pk_role_grant")),
    )
    if kept:
        op.get_bind().execute(OLD_GRANT.insert(), kept)
    for name in reversed(LATER):
        op.drop_column("ledger_event", name)


def _create_tables() -> None:
    op.create_table(
        "principal",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("local_user", sa.String(), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_principal")),
        sa.UniqueConstraint("local_user", name=op.f("uq_principal_local_user")),
        sa.UniqueConstraint("name", name=op.f("uq_principal_name")),
    )
    op.create_table(
        "role_grant",
        sa.Column("principal_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("granted_by_id", sa.String(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        _to_principal("role_grant"),
        sa.PrimaryKeyConstraint("principal_id", "role", name=op.f("pk_role_grant")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("principal_id", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("roles", JSON, nullable=False),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_by_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_on", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_api_token_agent_id_agent")
        ),
        _to_principal("api_token"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
    )
    op.create_index(op.f("ix_api_token_principal_id"), "api_token", ["principal_id"])
    _create_links()


def _create_links() -> None:
    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("principal_id", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _to_principal("sign_in_link"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sign_in_link_secret_hash")),
    )
    op.create_table(
        "external_identity",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("principal_id", sa.String(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        _to_principal("external_identity"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_external_identity_issuer")),
    )
    op.create_index(
        op.f("ix_external_identity_principal_id"), "external_identity", ["principal_id"]
    )
    op.create_table(
        "refusal_count",
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("reason", "subject", "hour", name=op.f("pk_refusal_count")),
    )


def _to_principal(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_principal_id_principal")
    return sa.ForeignKeyConstraint(["principal_id"], ["principal.id"], name=name)


def _former_grants() -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in op.get_bind().execute(sa.select(OLD_GRANT))]  # noqa: SLF001


def _present_grants() -> list[dict[str, Any]]:
    """Return the grants by name of those roles that the older program knows.

    Whoever is disabled keeps none: the older program would let them act.
    """
    known = ("administrator", "auditor", "policy_owner", "treasurer", "operator")
    joined = sa.select(
        PRINCIPAL.c.name.label("actor"), GRANT.c.role, GRANT.c.granted_by, GRANT.c.granted_at
    ).where(
        PRINCIPAL.c.id == GRANT.c.principal_id,
        GRANT.c.role.in_(known),
        PRINCIPAL.c.state == "active",
    )
    return [dict(row._mapping) for row in op.get_bind().execute(joined)]  # noqa: SLF001


def _move(former: list[dict[str, Any]]) -> None:
    since = _actors(former)
    if not since:
        return  # nobody has acted here yet
    user = _local_user()
    last = max(since.values())
    if not former:
        since.setdefault(user, last)
    ids = {name: uuid7(at, secrets.token_bytes) for name, at in since.items()}
    op.get_bind().execute(
        PRINCIPAL.insert(),
        [
            {"id": ids[name], "name": name, "kind": "person", "state": "active"}
            | {"local_user": name, "created_by": BY, "created_at": at}
            for name, at in sorted(since.items())
        ],
    )
    for row in [row for row in former if row["role"] == "administrator"]:
        former = former + [{**row, "role": role, "granted_by": BY} for role in UNGUARDED]
    grants = [
        {"principal_id": ids[row["actor"]], "role": row["role"], "granted_by": row["granted_by"]}
        | {"granted_by_id": ids.get(row["granted_by"]), "granted_at": row["granted_at"]}
        for row in former
    ] or [
        {"principal_id": ids[user], "role": role, "granted_by": BY}
        | {"granted_by_id": None, "granted_at": last}
        for role in ROLES
    ]
    op.get_bind().execute(GRANT.insert(), grants)


def _actors(former: list[dict[str, Any]]) -> dict[str, datetime]:
    """Return {name: since when} of whoever acted or holds a role."""
    acted = sa.select(EVENT.c.actor, sa.func.min(EVENT.c.at, type_=TIME)).group_by(EVENT.c.actor)
    found = {
        str(name): at
        for name, at in op.get_bind().execute(acted)
        if name and name not in NOBODY and not name.startswith(BEGINNINGS)
    }
    for row in former:
        found[row["actor"]] = min(found.get(row["actor"], row["granted_at"]), row["granted_at"])
    return found


def _local_user() -> str:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        return str(connection.scalar(sa.text("SELECT session_user")))
    return system.operating_system_user()
