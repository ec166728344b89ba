"""What follows an agent under any name: the attempts on its digests, and its kin."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from governance.kernel.value import Value
from governance.registry.attempts import attempts_on
from governance.registry.kin import Kin, kin_of
from governance.registry.kinship import Declared
from governance.store.agents import Agent
from governance.store.declared import digests_at
from governance.store.past import past


class History(Value):
    """What follows an agent under any name: all attempts on its digests, and its kin."""

    attempts: int
    kin: tuple[Kin, ...]


def history_of(session: Session, agent: Agent, at: datetime) -> History:
    """Return what follows an agent, now or at a past moment."""
    moment = past(session, at)
    declared = Declared(digests_at(session, agent, at), agent.registered_by, agent.id)
    return History(
        attempts=attempts_on(session, declared, moment), kin=kin_of(session, declared, at)
    )
