"""Principals: persons, services and agents that can act."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from governance.identity.tokens import TokenState
from governance.kernel.value import IsoTime, Value
from governance.operations.requests import Nothing
from governance.operations.work import Reading, Writing

if TYPE_CHECKING:
    from governance.store.principals import Principal


class NewPrincipal(Value):
    """Somebody who is to act; where the name is known, the roles are added."""

    name: Annotated[str, Field(description="A name of its own.")]
    kind: Annotated[str, Field(description="person, service or agent.")] = "person"
    roles: Annotated[tuple[str, ...], Field(description="Roles; an agent has agent alone.")] = ()


class PrincipalNamed(Value):
    """A principal."""

    name: Annotated[str, Field(description="Name or id of the principal.")]


class PrincipalState(Value):
    """A principal with its roles; ``local`` says that the local user of that name is it."""

    id: str
    name: str
    kind: str
    state: str
    roles: tuple[str, ...]
    local: bool
    local_user: str | None
    created_by: str
    created_at: IsoTime


class PrincipalShown(PrincipalState):
    """A principal with its tokens and the identities of other issuers that are it."""

    tokens: tuple[TokenState, ...]
    external: tuple[str, ...]


class PrincipalChanged(Value):
    """A principal's state, and whether it is another now."""

    name: str
    state: str
    changed: bool


def add(work: Writing, request: NewPrincipal) -> PrincipalState:
    """Add somebody who can act; said again with other roles, it adds those."""
    from governance.identity.grants import roles_of
    from governance.identity.principals import add_principal

    added = add_principal(work.transaction, request.name, request.kind, request.roles)
    return _state(added, roles_of(work.session, added.id))


def list_principals(work: Reading, request: Nothing) -> list[PrincipalState]:
    """List every principal with its roles."""
    from governance.identity import principals
    from governance.identity.grants import list_grants

    held: dict[str, set[str]] = {}
    for grant in list_grants(work.session):
        held.setdefault(grant.actor_id, set()).add(grant.role)
    rows = principals.list_principals(work.session)
    return [_state(row, held.get(row.id, ())) for row in rows]


def show(work: Reading, request: PrincipalNamed) -> PrincipalShown:
    """Show a principal: roles, tokens without their secrets, identities of other issuers."""
    from governance.identity.external import identities_of
    from governance.identity.grants import roles_of
    from governance.identity.principals import find_principal
    from governance.identity.tokens import list_tokens

    row = find_principal(work.session, request.name)
    return PrincipalShown(
        **dict(_state(row, roles_of(work.session, row.id))),
        tokens=tuple(list_tokens(work.session, work.now, row.id)),
        external=tuple(identities_of(work.session, row.id)),
    )


def disable(work: Writing, request: PrincipalNamed) -> PrincipalChanged:
    """Let a principal act no more, whatever credentials it has, from this moment on."""
    from governance.identity.principals import disable_principal, find_principal

    row = find_principal(work.session, request.name)
    changed = disable_principal(work.transaction, row)
    return PrincipalChanged(name=row.name, state=row.state, changed=changed)


def enable(work: Writing, request: PrincipalNamed) -> PrincipalChanged:
    """Let a disabled principal act again."""
    from governance.identity.principals import enable_principal, find_principal

    row = find_principal(work.session, request.name)
    changed = enable_principal(work.transaction, row)
    return PrincipalChanged(name=row.name, state=row.state, changed=changed)


def _state(row: Principal, roles: Iterable[str]) -> PrincipalState:
    return PrincipalState(
        id=row.id,
        name=row.name,
        kind=row.kind,
        state=row.state,
        roles=tuple(sorted(roles)),
        local=row.local_user is not None,
        local_user=row.local_user,
        created_by=row.created_by,
        created_at=row.created_at,
    )
