"""What follows an agent under any name: the attempts on its digests, and its kin."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select, type_coerce
from sqlalchemy.orm import Session

from governance.kernel.value import Value
from governance.registry.kin import Kin, kin_of
from governance.registry.kinship import Declared, may_be_kin, same_subject
from governance.store.agents import Agent, Certification
from governance.store.base import JsonColumn
from governance.store.declared import digests_at
from governance.store.past import Until, past


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


def attempts_on(session: Session, declared: Declared, moment: Until | None = None) -> int:
    """Return how many attempts were made on digests, by whatever agents.

    What counts is what an agent declared when the attempt was made.
    """
    tested = type_coerce(Certification.evidence, JsonColumn)["agent_digests"].label("digests")
    others = select(Agent.id).where(may_be_kin(declared, moment))
    made = select(tested).where(
        or_(Certification.agent_id == declared.agent_id, Certification.agent_id.in_(others))
    )
    if moment is not None:
        made = made.where(moment.certification())
    each = made.subquery()
    counts = session.execute(select(each.c.digests, func.count()).group_by(each.c.digests))
    return sum(number for on, number in counts if same_subject(on or {}, declared.digests))
