"""Agents by the tier that they hold at the moment, decay included."""

from __future__ import annotations

from collections import Counter

from governance.reports.context import Context
from governance.reports.overview.model import AgentOverview, AgentRow, TierCount
from governance.reports.state.agents import (
    AgentState,
    agent_states,
    fallen,
    why_not_more,
)
from governance.reports.words import mark
from governance.store.past import policy_at

TIERS = range(6)


def agent_overview(context: Context) -> AgentOverview:
    """Return every active agent at the context's moment, and how many hold which tier."""
    states = agent_states(context.session, context.at)
    policy = policy_at(context.session, context.at)
    rows = tuple(_row(state, context) for state in states if state.retired_at is None)
    counts = Counter(row.tier for row in rows)
    return AgentOverview(
        registered=len(rows),
        retired=len(states) - len(rows),
        tiers=tuple(
            TierCount(
                tier=tier,
                count=counts[tier],
                ceiling=None if policy is None else policy.ceiling(tier),
            )
            for tier in TIERS
        ),
        uncertified=counts[None],
        agents=rows,
        policy=None if policy is None else policy.name,
    )


def _row(state: AgentState, context: Context) -> AgentRow:
    agent, certification = state.agent, state.certification
    reasons = why_not_more(state, context.words)
    if certification is None:
        return AgentRow(id=agent.id, name=agent.name, tier=None, reasons=reasons)
    source = context.book.add(
        mark("certification"),
        certification.id,
        recorded_at=certification.certified_at,
        note=certification.evidence.source,
    )
    drops = state.position.drops(context.at)
    return AgentRow(
        id=agent.id,
        name=agent.name,
        tier=state.tier(context.at),
        ceiling=state.ceiling(context.at),
        certified_tier=certification.tier,
        evidence=certification.evidence.kind,
        evidence_source=certification.evidence.source,
        certificate=certification.id,
        certified_at=certification.certified_at,
        next_drop_at=drops[0].at if drops else None,
        next_tier=drops[0].tier if drops else None,
        reasons=(*fallen(state, context.at, context.words), *reasons),
        source=source,
    )
