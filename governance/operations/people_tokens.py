"""Credentials of principals: API tokens, and links that sign in once."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.identity.tokens import TokenState
from governance.kernel.value import IsoTime, Value
from governance.operations.people_principals import PrincipalNamed
from governance.operations.work import Reading, Writing


class NewToken(PrincipalNamed):
    """A token of a principal, with some of its roles or all of them."""

    roles: Annotated[
        tuple[str, ...], Field(description="Roles of the principal's; all of them if left out.")
    ] = ()
    agent: Annotated[str | None, Field(description="Agent that it acts for, and for no other.")] = (
        None
    )
    expires: Annotated[str, Field(description="How long it is good: 90d, 12h.")] = "90d"


class TokenMade(Value):
    """A token; ``token`` is shown this once and stored nowhere."""

    id: str
    token: str
    principal: str
    roles: tuple[str, ...]
    agent: str | None
    expires: IsoTime


class TokenFilter(Value):
    """Whose tokens are wanted."""

    name: Annotated[str | None, Field(description="Only this principal's.")] = None


class TokenNamed(Value):
    """A token."""

    id: Annotated[str, Field(description="Its id, which is no secret.")]


class TokenRevoked(Value):
    """A token that is good no more."""

    id: str
    principal: str
    state: str = "revoked"


class LinkMade(Value):
    """A path below the console's address that signs in once, until a moment."""

    path: str
    expires: IsoTime


def create(work: Writing, request: NewToken) -> TokenMade:
    """Make a token of a principal's; its text is shown once."""
    from governance.economy.durations import parse_duration
    from governance.identity.principals import find_principal
    from governance.identity.tokens import create_token
    from governance.registry.agents import find_agent

    principal = find_principal(work.session, request.name)
    agent = None if request.agent is None else find_agent(work.session, request.agent)
    made = create_token(
        work.transaction,
        principal,
        roles=request.roles,
        agent=agent,
        term=parse_duration(request.expires, field="expires"),
    )
    return TokenMade(
        id=made.row.id,
        token=made.text,
        principal=principal.name,
        roles=tuple(made.row.roles),
        agent=None if agent is None else agent.name,
        expires=made.row.expires_at,
    )


def list_tokens(work: Reading, request: TokenFilter) -> list[TokenState]:
    """List tokens without their secrets, the oldest first."""
    from governance.identity import tokens
    from governance.identity.principals import find_principal

    owner = None if request.name is None else find_principal(work.session, request.name).id
    return tokens.list_tokens(work.session, work.now, owner)


def revoke(work: Writing, request: TokenNamed) -> TokenRevoked:
    """Revoke a token; it is good for nothing from this moment on."""
    from governance.identity.tokens import revoke_token
    from governance.store.principals import Principal

    row = revoke_token(work.transaction, request.id)
    owner = work.session.get_one(Principal, row.principal_id)
    return TokenRevoked(id=row.id, principal=owner.name)


def link(work: Writing, request: PrincipalNamed) -> LinkMade:
    """Make a path that signs a principal in to the console, once and within ten minutes."""
    from governance.identity.links import create_link
    from governance.identity.principals import find_principal

    made = create_link(work.transaction, find_principal(work.session, request.name))
    return LinkMade(path=made.path, expires=made.expires)
