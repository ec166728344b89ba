"""Who asks for an operation, and what a permission allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from governance.store.ledger import Proof

# The roles of `governance.identity.roles`, which says what each may do.
Permission = Literal[
    "reader",  # reads, and runs what stores nothing
    "operator",
    "auditor",
    "policy_owner",
    "treasurer",
    "compliance",
    "administrator",
    "agent",  # what an agent may do for itself
    "backup",
    "restore",  # making, filling and upgrading a database
    "downgrade",  # drops rows
    "rotate_keys",
    "trust",
]
EVERYTHING: frozenset[str] = frozenset(get_args(Permission))
LOCAL = "local"


@dataclass(frozen=True)
class Caller:
    """Who asks: the principal's id, the name that events say, and how it was proved.

    ``permissions`` are those that the credential gave when it was shown; `perform` asks again
    whether they still stand. ``principal`` is None for whoever is no principal: the owner of the
    database, or the local user where there is no database. ``agent`` is the id of the agent that a
    token is bound to, ``claimed`` a name from the environment, which proves nothing.
    """

    principal: str | None
    name: str
    permissions: frozenset[str]
    via: str = LOCAL
    claimed: str | None = None
    agent: str | None = None
    owner: bool = False

    @property
    def proof(self) -> Proof:
        """What events keep beside the name."""
        from governance.store.ledger import Proof

        return Proof(self.principal, self.via, self.claimed)


def local_reader() -> Caller:
    """Return the local user, who may do what stores nothing: no database is asked who it is."""
    from governance.kernel import system

    return Caller(None, system.operating_system_user(), frozenset({"reader"}))
