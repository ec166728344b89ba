"""Which agents are kin: by the digests that they declare, never by their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import aliased

from governance.store.agents import Agent
from governance.store.declared import ever_declared
from governance.store.incident_links import FREEZE, IncidentLink
from governance.store.ledger import LedgerEvent
from governance.store.past import Until
from governance.store.store import Store, Transaction

ABANDONED = ("frozen", "retired")


@dataclass(frozen=True)
class Declared:
    """What is looked for: digests, who registered them, and the agent that they are of, if any."""

    digests: Mapping[str, str]
    registered_by: str | None
    agent_id: str | None = None


def who_registers(acting: Transaction | Store) -> str:
    """Return what stands for the person or program that registers an agent."""
    return acting.proof.actor_id or acting.actor


def compatible(first: Mapping[str, str], second: Mapping[str, str]) -> bool:
    """Return whether two declarations can be of one agent: some part is in both, and none differs.

    So to leave a part out, or to add one, makes no other agent of it.
    """
    shared = first.keys() & second.keys()
    return bool(shared) and all(first[part] == second[part] for part in shared)


def same_subject(first: Mapping[str, str], second: Mapping[str, str]) -> bool:
    """Return whether attempts on the one count for the other: compatible, or both undeclared."""
    return compatible(first, second) or not (first or second)


def may_be_kin(declared: Declared, moment: Until | None) -> ColumnElement[bool]:
    """Return the condition on agents that may be kin, now or when the ledger had come so far.

    Of an agent without digests: what the same hand had registered by then and is frozen or retired.
    To share the attempts of all that it registered, a fleet would have to be one agent.
    """
    found = [Agent.id != declared.agent_id] if declared.agent_id is not None else []
    if moment is not None:
        found.append(Agent.registered_at <= moment.at)
    if declared.digests:
        return and_(Agent.id.in_(ever_declared(declared.digests)), *found)
    if declared.registered_by is None:
        return false()
    if declared.agent_id is not None:
        itself = aliased(Agent)
        mine = select(itself.registered_at).where(itself.id == declared.agent_id)
        found.append(Agent.registered_at <= mine.scalar_subquery())
    return and_(Agent.registered_by == declared.registered_by, abandoned(moment), *found)


def abandoned(moment: Until | None) -> ColumnElement[bool]:
    """Return the condition on agents that are frozen or retired, now or at a past moment."""
    if moment is None:
        return Agent.status.in_(ABANDONED)
    frozen = select(IncidentLink.agent_id).where(
        IncidentLink.effect == FREEZE,
        IncidentLink.linked_at <= moment.at,
        or_(IncidentLink.lifted_at.is_(None), IncidentLink.lifted_at > moment.at),
    )
    retired = select(LedgerEvent.subject).where(LedgerEvent.kind == "agent.retired", moment.event())
    return or_(Agent.id.in_(frozen), Agent.id.in_(retired))
