"""Collecting the report on one agent."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select

from governance.gate.dimensions import DIMENSION_NAMES, DIMENSIONS
from governance.gate.explain import explain
from governance.gate.policy import Policy
from governance.gate.position import View
from governance.incidents.links import links_at
from governance.kernel.errors import InputError
from governance.registry.agents import find_agent
from governance.reports.agent.model import (
    AgentFacts,
    AgentIncident,
    AgentReport,
    Attempt,
    Certificate,
    DimensionRow,
    Drop,
)
from governance.reports.context import Context
from governance.reports.model import Coverage, Gap, Status
from governance.reports.state.agents import (
    AgentState,
    agent_state,
    fallen,
    why_not_more,
)
from governance.reports.state.authority import at_risk, contracts_of
from governance.reports.words import mark
from governance.store.agents import Agent, Certification
from governance.store.declared import digests_at
from governance.store.incident_links import IncidentLink
from governance.store.incidents import Incident

NOT_SHOWN = (
    mark("How the agent behaves outside the conditions of its audit."),
    mark("Whether a declared score is true: nobody has checked it."),
    mark("When the next spot audit falls due: that stays hidden until it does."),
    mark("What the agent spends elsewhere, without asking for authorisation here."),
)


def collect(context: Context) -> AgentReport:
    """Return the report on the agent that the context names; raises InputError if unknown."""
    agent = find_agent(context.session, context.subject or "")
    if agent.registered_at > context.at:
        raise InputError(f"{agent.name!r} was registered later", field="at")
    state = agent_state(context.session, agent, context.at)
    ontology = context.ontology()
    certificate = _certificate(state, context)
    at = context.at
    dimensions = _dimensions(state)
    title = context.words.tr("Certificate of an agent")
    head = context.head("agent", title, ontology, subject=agent.name)
    return AgentReport(
        head=head,
        coverage=_coverage(dimensions),
        nothing_assessed=certificate is None,
        not_assessed=_gaps(dimensions),
        not_shown=NOT_SHOWN,
        agent=_facts(agent, state, context),
        tier=state.tier(at),
        ceiling=state.ceiling(at),
        certificate=certificate,
        dimensions=dimensions,
        drops=_drops(state, at),
        reasons=(*fallen(state, at, context.words), *why_not_more(state, context.words)),
        needs=_needs(state),
        attempts=_attempts(agent, context),
        at_risk=at_risk(context.session, agent.id, at),
        contracts=contracts_of(context.session, agent.id, at),
        incidents=_incidents(agent, context),
        sources=context.book.all(),
    )


def _facts(agent: Agent, state: AgentState, context: Context) -> AgentFacts:
    return AgentFacts(
        id=agent.id,
        name=agent.name,
        group=agent.agent_group,
        description=agent.description,
        registered_at=agent.registered_at,
        status=_status(state),
        retired_at=state.retired_at,
        digests=digests_at(context.session, agent, context.at),
    )


def _status(state: AgentState) -> Literal["active", "frozen", "retired"]:
    if state.retired_at is not None:
        return "retired"
    return "active" if state.frozen is None else "frozen"


def _certificate(state: AgentState, context: Context) -> Certificate | None:
    row, own = state.certification, _own(state)
    if row is None or own is None:
        return None
    policy = own.policy
    return Certificate(
        id=row.id,
        certified_at=row.certified_at,
        tier=row.tier,
        basis="bound" if row.basis == "bound" else "point",
        attempt=row.attempt,
        alpha=row.decision.alpha,
        policy_name=policy.name,
        policy_digest=row.policy_digest,
        evidence=row.evidence.kind,
        evidence_source=row.evidence.source,
        evidence_digest=row.evidence.digest,
        evidence_note=row.evidence.note,
        signed=row.certificate is not None,
        in_force=state.in_force,
        void_reason=state.void,
        decay_rate_per_day=policy.decay.rate_per_day,
        source=_source(row, context),
    )


def _source(row: Certification, context: Context) -> str:
    return context.book.add(
        mark("certification"),
        row.id,
        recorded_at=row.certified_at,
        note=row.evidence.source,
    )


def _dimensions(state: AgentState) -> tuple[DimensionRow, ...]:
    row, own = state.certification, _own(state)
    if row is None or own is None:
        return tuple(
            DimensionRow(
                dimension=name,
                name=DIMENSION_NAMES[name],
                status="not_assessed",
                score=None,
                thresholds=(),
            )
            for name in DIMENSIONS
        )
    return tuple(_dimension(name, row, own.policy) for name in DIMENSIONS)


def _dimension(name: str, row: Certification, policy: Policy) -> DimensionRow:
    decision, vector = row.decision, row.vector
    score = decision.scores[name]
    status: Status = "not_assessed" if score is None else vector.evidence(name)
    if score is not None and row.evidence.kind == "verified":
        status = "verified"
    return DimensionRow(
        dimension=name,
        name=DIMENSION_NAMES[name],
        status=status,
        score=score,
        units=vector.units(name),
        compared=decision.effective[name],
        thresholds=(policy.ih.threshold,) if name == "ih" else policy.thresholds.of(name),
        step=decision.steps.get(name),
        binding=name in decision.binding,
        gap=decision.gaps.get(name),
    )


def _coverage(rows: tuple[DimensionRow, ...]) -> Coverage:
    return Coverage(
        verified=sum(row.status == "verified" for row in rows),
        declared=sum(row.status == "declared" for row in rows),
        not_assessed=sum(row.status == "not_assessed" for row in rows),
    )


def _gaps(rows: tuple[DimensionRow, ...]) -> tuple[Gap, ...]:
    missing = tuple(row.name for row in rows if row.status == "not_assessed")
    if not missing:
        return ()
    what = mark("Dimensions of robustness without a score")
    return (Gap(what=what, count=len(missing), items=missing, remedy="underwriter agent certify"),)


def _drops(state: AgentState, at: datetime) -> tuple[Drop, ...]:
    return tuple(
        Drop(at=drop.at, tier=drop.tier, because=drop.dimensions)
        for drop in state.position.drops(at)
    )


def _needs(state: AgentState) -> tuple[str, ...]:
    row, own = state.certification, _own(state)
    if row is None or own is None or not state.in_force:
        return ()
    basis = own.standing.basis
    return explain(row.vector, own.policy, basis=basis, attempts=row.attempt).changes


def _own(state: AgentState) -> View | None:
    """Return the certification as the policy saw it under which it was decided."""
    return None if state.position.certified is None else state.position.certified.own


def _attempts(agent: Agent, context: Context) -> tuple[Attempt, ...]:
    statement = (
        select(Certification)
        .where(Certification.agent_id == agent.id, Certification.certified_at <= context.at)
        .order_by(Certification.event_sequence.desc())
    )
    return tuple(_attempt(row, context) for row in context.session.scalars(statement))


def _attempt(row: Certification, context: Context) -> Attempt:
    void = row.void_at is not None and row.void_at <= context.at
    return Attempt(
        id=row.id,
        at=row.certified_at,
        tier=row.tier,
        basis=row.basis,
        attempt=row.attempt,
        evidence=row.evidence.kind,
        evidence_source=row.evidence.source,
        void_at=row.void_at if void else None,
        void_reason=row.void_reason if void else None,
        source=_source(row, context),
    )


def _incidents(agent: Agent, context: Context) -> tuple[AgentIncident, ...]:
    """Return the incidents linked to the agent, then those whose source names it."""
    links = links_at(context.session, context.at, agent_id=agent.id)
    titles = _titles([link.incident_id for link in links], context)
    linked = [_linked(link, titles.get(link.incident_id, ""), context) for link in links]
    known = {row.id for row in linked}
    statement = (
        select(Incident.id, Incident.title)
        .where(
            Incident.affected_agent.in_(_names(agent, context)),
            Incident.stored_at <= context.at,
            Incident.merged_into.is_(None),
        )
        .order_by(Incident.id)
    )
    named = [
        AgentIncident(id=row.id, title=row.title)
        for row in context.session.execute(statement)
        if row.id not in known
    ]
    return (*linked, *named)


def _names(agent: Agent, context: Context) -> tuple[str, ...]:
    """Return what a source may call the agent: its id, and its name unless that is another's id."""
    if context.session.get(Agent, agent.name) is not None:
        return (agent.id,)
    return agent.name, agent.id


def _titles(identifiers: list[str], context: Context) -> dict[str, str]:
    statement = select(Incident.id, Incident.title).where(Incident.id.in_(identifiers))
    return {row.id: row.title for row in context.session.execute(statement)}


def _linked(link: IncidentLink, title: str, context: Context) -> AgentIncident:
    lifted = link.lifted_at if link.lifted_at and link.lifted_at <= context.at else None
    return AgentIncident(
        id=link.incident_id,
        title=title,
        severity=link.severity,
        effect=link.effect,
        linked_at=link.linked_at,
        lifted_at=lifted,
        source=context.book.add(
            mark("incident on an agent"), link.id, recorded_at=link.linked_at, note=link.reason
        ),
    )
