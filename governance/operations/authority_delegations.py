"""Sub-budgets: parts of an agent's authority, handed to another and taken back."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.economy.answers import Branch, DelegationAnswer
from governance.kernel.value import Value
from governance.operations.authority import Amount
from governance.operations.work import Reading, Writing


class GrantSubBudget(Value):
    """A part of one agent's authority for another."""

    principal: Annotated[str, Field(description="The principal's name or id.")]
    delegate: Annotated[str, Field(description="The delegate's name or id.")]
    amount: Amount
    expires_in: Annotated[str | None, Field(description="How long it lasts: 8h, 1d.")] = None


class RevokeSubBudget(Value):
    """A sub-budget that is taken back, and why."""

    delegation: Annotated[str, Field(description="The sub-budget's id.")]
    reason: Annotated[str, Field(description="Why.")] = "revoked"


class Ended(Value):
    """A sub-budget that ended."""

    id: str
    state: str
    allocated: int


class Taken(Value):
    """The sub-budgets that ended together; none where it had ended already."""

    delegation: str
    changed: bool
    ended: tuple[Ended, ...]


class ShowTree(Value):
    """Whose sub-budgets are wanted; all where nobody is named."""

    agent: Annotated[str | None, Field(description="An agent's name or id.")] = None
    ended: Annotated[bool, Field(description="Show ended ones too.")] = False


def grant(work: Writing, request: GrantSubBudget) -> DelegationAnswer:
    """Hand a part of an agent's authority to another, or say every reason why not."""
    from governance.economy.delegations import grant_delegation
    from governance.economy.durations import parse_duration
    from governance.registry.agents import find_agent

    lasts = request.expires_in
    return grant_delegation(
        work.transaction,
        find_agent(work.session, request.principal),
        find_agent(work.session, request.delegate),
        request.amount,
        term=None if lasts is None else parse_duration(lasts, field="expires_in"),
    )


def revoke(work: Writing, request: RevokeSubBudget) -> Taken:
    """Take a sub-budget back with all below it; held money is released."""
    from governance.economy.delegations import find_delegation
    from governance.economy.revoking import revoke as revoke_branch

    row = find_delegation(work.session, request.delegation)
    ended = revoke_branch(work.transaction, row, request.reason)
    states = tuple(Ended(id=one.id, state=one.state, allocated=one.amount) for one in ended)
    return Taken(delegation=request.delegation, changed=bool(ended), ended=states)


def tree(work: Reading, request: ShowTree) -> list[Branch]:
    """Show who handed what to whom, and what is left of it."""
    from governance.economy.tree import delegation_tree
    from governance.registry.agents import find_agent

    named = request.agent
    agent = None if named is None else find_agent(work.session, named)
    return delegation_tree(work.session, work.moment(), agent=agent, ended=request.ended)
