"""What agents declared of model, prompt and tools: now, at a moment, and at any time at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from governance.store.agents import Agent, AgentDigest
from governance.store.ledger import LedgerEvent
from governance.store.past import Until, past

CHANGED = "agent.changed"


def keep_digests(session: Session, agent: Agent) -> None:
    """Keep the digests that an agent declares, so that it is found by them for good."""
    known = select(AgentDigest.part, AgentDigest.digest).where(AgentDigest.agent_id == agent.id)
    new = agent.digests.items() - {(row.part, row.digest) for row in session.execute(known)}
    for part, digest in sorted(new):
        session.add(AgentDigest(agent_id=agent.id, part=part, digest=digest))
    session.flush()


def ever_declared(digests: Mapping[str, str]) -> Select[str]:
    """Return the statement of the ids of agents that declared one of the digests at some time."""
    each = [
        and_(AgentDigest.digest == digest, AgentDigest.part == part)
        for part, digest in sorted(digests.items())
    ]
    return select(AgentDigest.agent_id).where(or_(*each))


def digests_at(session: Session, agent: Agent, at: datetime) -> dict[str, str]:
    """Return the digests of what an agent was made of at a moment."""
    moment = past(session, at)
    if moment is None:
        return dict(agent.digests)
    (own,) = declared_sets(session, {agent.id: agent.digests}, moment, {})[agent.id]
    return own


def declared_sets(
    session: Session,
    now: Mapping[str, dict[str, Any]],
    moment: Until | None,
    since: Mapping[str, datetime],
    agents: Select[str] | None = None,
) -> dict[str, list[dict[str, str]]]:
    """Return every set of digests that agents declared from ``since`` until a moment, by id.

    ``now`` holds what they declare now; without a ``moment`` that is the end. An agent without a
    ``since`` has one set, that of the moment. ``agents`` selects the same ids in the database.
    """
    held = {identifier: [dict(digests)] for identifier, digests in now.items()}
    wanted = list(now) if agents is None else agents
    changes = select(LedgerEvent).where(
        LedgerEvent.kind == CHANGED, LedgerEvent.subject.in_(wanted)
    )
    for event in session.scalars(changes.order_by(LedgerEvent.sequence.desc())):
        if event.subject not in held:
            continue
        before = event.data()["before"]
        if moment is not None and not moment.holds(event):
            held[event.subject] = [before]
        elif event.subject in since and event.at >= since[event.subject]:
            held[event.subject].append(before)
    return held
