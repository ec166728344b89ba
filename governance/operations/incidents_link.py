"""An incident reaches the agent that it happened on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.kernel.value import Value
from governance.operations.work import Writing
from governance.registry.incident_effects import Severity


class LinkOrder(Value):
    """Which incident happened on which agent, and how grave it is."""

    incident: Annotated[str, Field(description="Id of the incident, or SOURCE:ID.")]
    agent: Annotated[str, Field(description="Name or id of the agent.")]
    severity: Annotated[
        Severity, Field(description="How grave it is; the policy says what follows.")
    ]
    reason: Annotated[str, Field(description="Why; it goes into the ledger.")]


class Linked(Value):
    """What followed for the agent: the effect, and the tier and status that it has now."""

    incident: str
    agent: str
    severity: Severity
    effect: str
    tier: int
    status: str


def link_incident(work: Writing, request: LinkOrder) -> Linked:
    """Link an incident to an agent and run the policy's trigger: note, re-audit, freeze, demote.

    The frequency of the incident's threat in the risk register is updated with it.
    """
    from governance.incidents.view import find_incident
    from governance.registry import incident_effects
    from governance.registry.agents import find_agent
    from governance.registry.standing import standing_of_agent

    incident = find_incident(work.session, request.incident)
    agent = find_agent(work.session, request.agent)
    made = incident_effects.link_incident(
        work.transaction, incident, agent, request.severity, request.reason
    )
    work.session.flush()
    return Linked(
        incident=made.incident_id,
        agent=agent.name,
        severity=request.severity,
        effect=made.effect,
        tier=standing_of_agent(work.session, agent, work.now).tier,
        status=agent.status,
    )
