"""API tokens of principals: made, listed, revoked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.identity.grants import roles_of
from governance.identity.known_by import BY_TOKEN
from governance.identity.roles import require_known
from governance.identity.secrets import hash_of, new_secret, new_token_id, token_text
from governance.kernel.errors import ConflictError, InputError, NotFoundError
from governance.kernel.value import Value
from governance.store.agents import Agent
from governance.store.principals import ApiToken, Principal
from governance.store.store import Store, Transaction

DEFAULT_TERM = timedelta(days=90)


class Made(NamedTuple):
    """A token that was made; ``text`` is shown once and stored nowhere."""

    row: ApiToken
    text: str


class TokenState(Value):
    """A token without its secret; ``state`` is active, expired, revoked or disabled."""

    id: str
    principal: str
    roles: tuple[str, ...]
    agent: str | None
    state: str
    created_by: str
    created_at: datetime
    expires: datetime | None
    revoked_at: datetime | None
    last_used_on: str | None


def create_token(
    transaction: Transaction,
    principal: Principal,
    *,
    roles: Sequence[str] = (),
    agent: Agent | None = None,
    term: timedelta = DEFAULT_TERM,
) -> Made:
    """Make a token with some of its owner's roles, or with all of them.

    Raises InputError for a role that the owner does not hold, ConflictError for a disabled owner.
    """
    if principal.state != "active":
        raise ConflictError(f"{principal.name!r} is disabled", field="name")
    taken = _roles_among(roles, roles_of(transaction.session, principal.id), principal)
    secret = new_secret(transaction.random_bytes)
    row = ApiToken(
        id=new_token_id(transaction.random_bytes),
        principal_id=principal.id,
        secret_hash=hash_of(secret),
        roles=taken,
        agent_id=None if agent is None else agent.id,
        created_by=transaction.actor,
        created_by_id=transaction.proof.actor_id,
        created_at=transaction.now,
        expires_at=transaction.now + term,
        revoked_at=None,
        last_used_on=None,
    )
    transaction.session.add(row)
    transaction.session.flush()
    payload = {"principal": principal.id, "name": principal.name, "roles": row.roles}
    transaction.record("token.created", row.id, {**payload, "agent": row.agent_id})
    return Made(row, token_text(row.id, secret))


def _roles_among(roles: Sequence[str], held: frozenset[str], principal: Principal) -> list[str]:
    require_known(roles)
    wider = sorted(set(roles) - held)
    if wider:
        raise InputError(
            f"{principal.name!r} does not hold {', '.join(wider)}",
            field="role",
            remedy=f"roles.grant {principal.name} {wider[0]}",
        )
    return sorted(set(roles) or held)


def revoke_token(transaction: Transaction, identifier: str) -> ApiToken:
    """Revoke a token, from this moment on; raises NotFoundError, or ConflictError where it is."""
    row = transaction.session.get(ApiToken, identifier)
    if row is None:
        raise NotFoundError(f"there is no token {identifier!r}", field="id", remedy="tokens.list")
    if row.revoked_at is not None:
        raise ConflictError("is revoked already", field="id")
    row.revoked_at = transaction.now
    transaction.record("token.revoked", row.id, {"principal": row.principal_id})
    return row


def list_tokens(
    session: Session, now: datetime, principal_id: str | None = None
) -> list[TokenState]:
    """Return every token, or those of one principal, the oldest first."""
    statement = (
        select(ApiToken, Principal, Agent.name)
        .join(Principal, Principal.id == ApiToken.principal_id)
        .outerjoin(Agent, Agent.id == ApiToken.agent_id)
        .order_by(ApiToken.created_at, ApiToken.id)
    )
    if principal_id is not None:
        statement = statement.where(ApiToken.principal_id == principal_id)
    return [
        TokenState(
            id=row.id,
            principal=owner.name,
            roles=tuple(row.roles),
            agent=agent,
            state=state_of(row.revoked_at, row.expires_at, owner.state, now),
            created_by=row.created_by,
            created_at=row.created_at,
            expires=row.expires_at,
            revoked_at=row.revoked_at,
            last_used_on=row.last_used_on,
        )
        for row, owner, agent in session.execute(statement)
    ]


def keep_last_use(store: Store, via: str) -> None:
    """Keep the day on which a token was used; `via` says which, as events do."""
    identifier = via.removeprefix(BY_TOKEN)
    today = store.clock.now().date().isoformat()
    with store.read() as session:
        if session.get_one(ApiToken, identifier).last_used_on == today:
            return
    with store.write() as transaction:
        transaction.session.get_one(ApiToken, identifier).last_used_on = today


def state_of(
    revoked_at: datetime | None, expires_at: datetime | None, owner: str, now: datetime
) -> str:
    """Return what a token is worth at a moment: active, revoked, expired or disabled.

    ``owner`` is the state of the principal that it is of.
    """
    if revoked_at is not None:
        return "revoked"
    if expires_at is not None and now >= expires_at:
        return "expired"
    return "active" if owner == "active" else "disabled"
