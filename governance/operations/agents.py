"""Agents: registered, changed, shown, retired, and freed again."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.kernel.value import Value
from governance.operations.requests import AgentNamed, Moment
from governance.operations.work import Reading, Writing
from governance.registry.agent_history import History
from governance.registry.standing import AgentStanding

Digests = Annotated[
    dict[str, str],
    Field(default_factory=dict, description="sha256: digests of model, prompt and tools."),
]

ReasonToAgree = Annotated[
    str,
    Field(
        description="Why, where the digests are those of an agent that is frozen, retired or over "
        "its ceiling: a second person then decides."
    ),
]


class RegisterAgent(Value):
    """A new agent, and what it is made of."""

    name: Annotated[str, Field(description="A name of its own.")]
    digests: Digests
    group: Annotated[str, Field(description="Group whose policy rules it.")] = "default"
    description: Annotated[str, Field(description="What it is for.")] = ""
    reason: ReasonToAgree = ""


class Registered(Value):
    """An agent that was registered; it stands at T0 until it is certified.

    Where a second person has to agree, ``proposal`` is what waits for that, and ``id`` is None.
    """

    agent: str
    id: str | None
    tier: int = 0
    digests: dict[str, str]
    proposal: str | None = None


class ChangeAgent(AgentNamed):
    """What an agent is made of now."""

    digests: Digests
    reason: ReasonToAgree = ""


class Changed(Value):
    """The digests now, and the certifications that became void.

    Where a second person has to agree, ``proposal`` is what waits for that.
    """

    agent: str
    digests: dict[str, str]
    void: tuple[str, ...]
    proposal: str | None = None


class WithReason(AgentNamed):
    """Something done to an agent for a reason, which goes into the ledger."""

    reason: Annotated[str, Field(description="Why.")]


class StatusChanged(Value):
    """An agent's status."""

    agent: str
    status: str


class Unfrozen(StatusChanged):
    """An agent's status, and the proposal that waits for a second person."""

    proposal: str


class ShowAgent(AgentNamed):
    """An agent, now or at a past moment."""

    at: Moment = None


class AgentShown(AgentStanding):
    """Where an agent stands, and what follows it under any name."""

    history: History


class ListAgents(Value):
    """All agents, now or at a past moment."""

    at: Moment = None


def register(work: Writing, request: RegisterAgent) -> Registered:
    """Register an agent. It stands at T0 until it is certified.

    What a frozen or retired agent is made of, or one over its ceiling, is refused under any name;
    with a reason it is proposed, and a second person decides.
    """
    from governance.registry.changes import request_registration
    from governance.store.roles import Proposal

    made = request_registration(
        work.transaction,
        request.name,
        digests=request.digests,
        group=request.group,
        description=request.description,
        reason=request.reason,
    )
    if isinstance(made, Proposal):
        return Registered(agent=request.name, id=None, digests=request.digests, proposal=made.id)
    return Registered(agent=made.name, id=made.id, digests=made.digests)


def change(work: Writing, request: ChangeAgent) -> Changed:
    """Record that model, prompt or tools changed; the certification becomes void.

    What would be refused to a newly registered agent is refused here too, or proposed.
    """
    from governance.registry.agents import find_agent
    from governance.registry.changes import request_digests
    from governance.store.roles import Proposal

    agent = find_agent(work.session, request.agent)
    made = request_digests(work.transaction, agent, request.digests, request.reason)
    if isinstance(made, Proposal):
        return Changed(agent=agent.name, digests=agent.digests, void=(), proposal=made.id)
    return Changed(agent=agent.name, digests=agent.digests, void=tuple(row.id for row in made))


def retire(work: Writing, request: WithReason) -> StatusChanged:
    """Retire an agent for good."""
    from governance.registry.agents import find_agent, retire_agent

    agent = find_agent(work.session, request.agent)
    retire_agent(work.transaction, agent, request.reason)
    return StatusChanged(agent=agent.name, status=agent.status)


def unfreeze(work: Writing, request: WithReason) -> Unfrozen:
    """Propose to lift the freeze that an incident brought; a second person agrees to it."""
    from governance.registry.agents import find_agent
    from governance.registry.changes import request_lift

    agent = find_agent(work.session, request.agent)
    proposal = request_lift(work.transaction, agent, request.reason)
    return Unfrozen(agent=agent.name, status=agent.status, proposal=proposal.id)


def list_agents(work: Reading, request: ListAgents) -> list[AgentStanding]:
    """List every agent with the tier and ceiling that it has at a moment."""
    from governance.registry.standing import all_standings

    return all_standings(work.session, work.moment(request.at))


def show(work: Reading, request: ShowAgent) -> AgentShown:
    """Show where an agent stands at a moment, why, when it will fall, and its history.

    The history is that of its digests: attempts, and the agents that share them.
    """
    from governance.registry.agent_history import history_of
    from governance.registry.agents import find_agent
    from governance.registry.standing import standing_of_agent

    agent = find_agent(work.session, request.agent)
    at = work.moment(request.at)
    standing = standing_of_agent(work.session, agent, at)
    history = history_of(work.session, agent, at)
    return AgentShown(**dict(standing), history=history)
