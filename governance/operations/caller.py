"""Who asks for an operation, and what a permission allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

# Roles, of which `governance.store.access.ROLES` says what each may do alone, and what is so
# grave that no role includes it.
Permission = Literal[
    "reader",  # reads, and runs what stores nothing
    "operator",
    "auditor",
    "policy_owner",
    "treasurer",
    "compliance",  # incidents, controls, systems, risks
    "administrator",
    "agent",  # what an agent may do for itself
    "backup",
    "restore",  # making, filling and upgrading a database
    "downgrade",  # drops rows
    "rotate_keys",
]


@dataclass(frozen=True)
class Caller:
    """Who asks: the principal, the name that events say, the permissions, and how it was proved.

    ``via`` says how the principal was authenticated; ``local`` is whoever can open the database.
    """

    principal: str
    name: str
    permissions: frozenset[str]
    via: str = "local"


def local_caller(actor: str | None = None) -> Caller:
    """Return the operating system's user, who may do everything that the database's roles allow.

    ``actor`` is the name that events say instead of the user's.
    """
    import getpass

    user = getpass.getuser()
    return Caller(f"local:{user}", actor or user, frozenset(get_args(Permission)))
