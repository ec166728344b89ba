"""Who asks for an operation, and what a permission allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from governance.identity.known_by import LOCAL
from governance.identity.roles import READING, ROLES

if TYPE_CHECKING:
    from governance.store.ledger import Proof

EVERYTHING = frozenset(ROLES)


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

    return Caller(None, system.operating_system_user(), frozenset({READING}))
