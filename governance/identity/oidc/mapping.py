"""Who a verified token is about, in this program's words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

from governance.identity.oidc.tokens import OpenedToken
from governance.kernel.errors import InputError
from governance.kernel.value import Value

MAX_NAME = 200
Kind = Literal["person", "service"]


class ExternalIdentity(Value):
    """Somebody whom a provider vouches for.

    Issuer and subject together tell who it is. The name is for reading: at some providers people
    choose it themselves.
    """

    issuer: str
    subject: str
    name: str
    kind: Kind
    roles: tuple[str, ...]


class RoleMapping(Value):
    """Where a token has its groups, and which roles each group gives."""

    claim: str
    roles: dict[str, tuple[str, ...]]


def role_mapping(
    groups: Mapping[str, list[str]], claim: str, roles: Collection[str]
) -> RoleMapping:
    """Return the mapping of the settings; raises InputError on a role that there is not."""
    for group, given in groups.items():
        for role in given:
            if role not in roles:
                raise InputError(
                    f"there is no role {role!r}",
                    field=f"oidc_roles.{group}",
                    hint=f"roles: {', '.join(sorted(roles))}",
                )
    return RoleMapping(claim=claim, roles={group: tuple(given) for group, given in groups.items()})


def identity(token: OpenedToken, kind: Kind, mapping: RoleMapping) -> ExternalIdentity:
    """Return who a verified token is about; a group that is not mapped gives nothing."""
    groups = groups_in(token.claims, mapping.claim)
    return ExternalIdentity(
        issuer=token.issuer,
        subject=token.subject,
        name=_name(token),
        kind=kind,
        roles=tuple(sorted({role for group in groups for role in mapping.roles.get(group, ())})),
    )


def groups_in(claims: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """Return the groups of a token: a text or a list of texts, whatever else it is gives none.

    The path is a claim's whole name, or else the way to it: ``realm_access.roles``.
    """
    found: Any = claims.get(path)
    if path not in claims:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return (found,)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def _name(token: OpenedToken) -> str:
    email = token.claims.get("email") if token.claims.get("email_verified") is True else None
    for candidate in (token.claims.get("preferred_username"), email):
        if isinstance(candidate, str) and _is_name(candidate):
            return candidate
    return token.subject


def _is_name(text: str) -> bool:
    return 0 < len(text) <= MAX_NAME and text.isprintable() and text.strip() == text
