"""Tables of who may act, by what roles, and by which credentials they are known."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from governance.store.base import Base


class Principal(Base):
    """Somebody who can act: a person, a service or an agent.

    ``local_user`` is the user of the operating system, or of the PostgreSQL server, who is this
    principal without further proof.
    """

    __tablename__ = "principal"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # person | service | agent
    state: Mapped[str]  # active | disabled
    local_user: Mapped[str | None] = mapped_column(unique=True)
    created_by: Mapped[str]
    created_at: Mapped[datetime]


class RoleGrant(Base):
    """A role that a principal holds, and who gave it; the giver's id where that is a principal."""

    __tablename__ = "role_grant"

    principal_id: Mapped[str] = mapped_column(ForeignKey("principal.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    granted_by: Mapped[str]
    granted_by_id: Mapped[str | None]
    granted_at: Mapped[datetime]


class ApiToken(Base):
    """A token of a principal: the SHA-256 of its secret, never the secret."""

    __tablename__ = "api_token"

    id: Mapped[str] = mapped_column(primary_key=True)
    principal_id: Mapped[str] = mapped_column(ForeignKey("principal.id"), index=True)
    secret_hash: Mapped[str]
    roles: Mapped[list[Any]]  # of the principal's, no wider
    agent_id: Mapped[str | None] = mapped_column(ForeignKey("agent.id"))
    created_by: Mapped[str]
    created_by_id: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_on: Mapped[str | None]  # the day alone, as ISO 8601


class SignInLink(Base):
    """A link that signs a principal in once; the SHA-256 of its secret, never the secret."""

    __tablename__ = "sign_in_link"

    id: Mapped[str] = mapped_column(primary_key=True)
    principal_id: Mapped[str] = mapped_column(ForeignKey("principal.id"))
    secret_hash: Mapped[str] = mapped_column(unique=True)
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ExternalIdentity(Base):
    """A subject of an identity provider, and the principal that it is here."""

    __tablename__ = "external_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    principal_id: Mapped[str] = mapped_column(ForeignKey("principal.id"), index=True)
    linked_at: Mapped[datetime]


class RefusalCount(Base):
    """How often credentials were refused for a reason in an hour; one event stands for many."""

    __tablename__ = "refusal_count"

    reason: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)  # id of a token, or nothing
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
