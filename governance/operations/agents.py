"""Agents: registered, changed, shown, retired, and freed again."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.kernel.value import Value
from governance.operations.requests import AgentNamed, Moment
from governance.operations.work import Reading, Writing
from governance.registry.standing import AgentStanding

Digests = Annotated[
    dict[str, str],
    Field(default_factory=dict, description="sha256: digests of model, prompt and tools."),
]


class RegisterAgent(Value):
    """A new agent, and what it is made of."""

    name: Annotated[str, Field(description="A name of its own.")]
    digests: Digests
    group: Annotated[str, Field(description="Group whose policy rules it.")] = "default"
    description: Annotated[str, Field(description="What it is for.")] = ""


class Registered(Value):
    """An agent that was registered; it stands at T0 until it is certified."""

    agent: str
    id: str
    tier: int = 0
    digests: dict[str, str]


class ChangeAgent(AgentNamed):
    """What an agent is made of now."""

    digests: Digests


class Changed(Value):
    """The digests now, and the certifications that became void."""

    agent: str
    digests: dict[str, str]
    void: tuple[str, ...]


class WithReason(AgentNamed):
    """Something done to an agent for a reason, which goes into the ledger."""

    reason: Annotated[str, Field(description="Why.")]


class StatusChanged(Value):
    """An agent's status."""

    agent: str
    status: str


class Unfrozen(StatusChanged):
    """An agent's status, and the proposal that waits for a second person, if any."""

    proposal: str | None


class ShowAgent(AgentNamed):
    """An agent, now or at a past moment."""

    at: Moment = None


class ListAgents(Value):
    """All agents, now or at a past moment."""

    at: Moment = None


def register(work: Writing, request: RegisterAgent) -> Registered:
    """Register an agent. It stands at T0 until it is certified."""
    from governance.registry.agents import register_agent

    agent = register_agent(
        work.transaction,
        request.name,
        digests=request.digests,
        group=request.group,
        description=request.description,
    )
    return Registered(agent=agent.name, id=agent.id, digests=agent.digests)


def change(work: Writing, request: ChangeAgent) -> Changed:
    """Record that model, prompt or tools changed; the certification becomes void."""
    from governance.registry.agents import change_agent, find_agent

    agent = find_agent(work.session, request.agent)
    void = tuple(row.id for row in change_agent(work.transaction, agent, request.digests))
    return Changed(agent=agent.name, digests=agent.digests, void=void)


def retire(work: Writing, request: WithReason) -> StatusChanged:
    """Retire an agent for good."""
    from governance.registry.agents import find_agent, retire_agent

    agent = find_agent(work.session, request.agent)
    retire_agent(work.transaction, agent, request.reason)
    return StatusChanged(agent=agent.name, status=agent.status)


def unfreeze(work: Writing, request: WithReason) -> Unfrozen:
    """Lift the freeze that an incident brought; where roles are in use, a second person agrees."""
    from governance.registry.agents import find_agent
    from governance.registry.changes import request_lift

    agent = find_agent(work.session, request.agent)
    proposal = request_lift(work.transaction, agent, request.reason)
    waiting = None if proposal is None else proposal.id
    return Unfrozen(agent=agent.name, status=agent.status, proposal=waiting)


def list_agents(work: Reading, request: ListAgents) -> list[AgentStanding]:
    """List every agent with the tier and ceiling that it has at a moment."""
    from governance.registry.standing import all_standings

    return all_standings(work.session, work.moment(request.at))


def show(work: Reading, request: ShowAgent) -> AgentStanding:
    """Show where an agent stands at a moment, why, and when it will fall."""
    from governance.registry.agents import find_agent
    from governance.registry.standing import standing_of_agent

    agent = find_agent(work.session, request.agent)
    return standing_of_agent(work.session, agent, work.moment(request.at))
