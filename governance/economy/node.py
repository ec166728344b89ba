"""An agent in the tree of delegations: its limits, what it used, and who stands above it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import and_, bindparam, exists, select
from sqlalchemy.orm import Session

from governance.economy.authority import STORED, Used, read_used
from governance.economy.standing import POSITION, AgentPosition, position_of, read_position
from governance.economy.windows import spending_window
from governance.gate.standing import Reason
from governance.kernel.errors import StorageError
from governance.store.agents import Agent
from governance.store.economy import Authority
from governance.store.economy_delegations import IS_ACTIVE, Delegation
from governance.store.economy_reservations import Reservation
from governance.store.prepared import Prepared

MAX_CHAIN = 100  # a longer chain can only come from a tampered database


@dataclass(frozen=True)
class Link:
    """One sub-budget on the way up, and the agent that granted it."""

    delegation: Delegation
    parent: AgentPosition
    parent_used: Used


@dataclass(frozen=True)
class Limit:
    """The lowest tier and ceiling (minor units) of an agent and of all above it."""

    tier: int
    ceiling: int


@dataclass(frozen=True)
class Node:
    """An agent in one currency, at one moment; ``links`` go upwards, the own principal first."""

    position: AgentPosition
    currency: str
    at: datetime
    stored: Used | None
    links: tuple[Link, ...]

    @cached_property
    def window(self) -> str:
        """Return the name of the spending window of the moment."""
        return spending_window(self.position, self.at)

    @cached_property
    def used(self) -> Used:
        """Return what counts now."""
        return (self.stored or Used()).in_window(self.window)

    @property
    def delegation(self) -> Delegation | None:
        """Return the sub-budget under which the agent acts; None where it acts on its own."""
        return self.links[0].delegation if self.links else None

    def limit(self, until: datetime) -> Limit:
        """Return the lowest tier and ceiling until a moment, over the agent and all above it.

        A delegate's ceiling is at most the attenuation times its principal's.
        """
        tier, ceiling = self.position.forward(self.at, until, self.currency)
        above: int | None = None
        for link in reversed(self.links):
            its_tier, its_ceiling = link.parent.forward(self.at, until, self.currency)
            tier = min(tier, its_tier)
            its_ceiling = its_ceiling if above is None else min(its_ceiling, above)
            above = int(link.parent.policy.delegation.attenuation * its_ceiling)
        return Limit(tier, ceiling if above is None else min(ceiling, above))

    def available(self, limit: Limit) -> int:
        """Return what may still be put at risk; never negative."""
        free = limit.ceiling - self.used.exposure
        if self.delegation is not None:
            free = min(free, delegation_free(self.delegation))
        return max(0, free)

    def refusals_above(self) -> list[Reason]:
        """Return why those above the agent may not stand for it now."""
        found: list[Reason] = []
        for link in self.links:
            barred = link.parent.barred(self.at)
            if barred is not None:
                found.append(Reason(f"principal_{barred.code}", None, barred.message))
                continue
            _, ceiling = link.parent.forward(self.at, self.at, self.currency)
            if link.parent_used.at_risk > ceiling:
                message = f"the principal {link.parent.name} is over its ceiling"
                found.append(Reason("principal_over_ceiling", None, message))
        return found


_NODE = POSITION.add_columns(
    *STORED,
    exists()
    .where(
        Delegation.child_id == Agent.id,
        Delegation.currency == bindparam("money"),
        IS_ACTIVE,
    )
    .label("has_principal"),
).outerjoin(
    Authority, and_(Authority.agent_id == Agent.id, Authority.currency == bindparam("money"))
)
_PLAIN = Prepared(_NODE)
_WITH_KEY = Prepared(
    _NODE.add_columns(
        select(Reservation.id)
        .where(Reservation.agent_id == Agent.id, Reservation.key == bindparam("key"))
        .correlate(Agent)
        .scalar_subquery()
    )
)


def read_node(session: Session, agent_id: str, currency: str, at: datetime) -> Node:
    """Return an agent with what it used and all sub-budgets above it; the agent must be there."""
    session.flush()
    row = _PLAIN.one(session, {"agent": agent_id, "money": currency})
    return _node(session, row, currency, at)[0]


def read_node_for(
    session: Session, agent_id: str, currency: str, at: datetime, key: str
) -> tuple[Node, str | None]:
    """Return the node, and the id of the reservation that the agent made under a key."""
    session.flush()
    row = _WITH_KEY.one(session, {"agent": agent_id, "money": currency, "key": key})
    node, more = _node(session, row, currency, at)
    return node, more[0]


def _node(
    session: Session, row: tuple[Any, ...] | None, currency: str, at: datetime
) -> tuple[Node, tuple[Any, ...]]:
    """Return the node of a row of `_NODE`, and the columns behind it."""
    assert row is not None  # noqa: S101 - callers have the agent's row
    position, behind = position_of(session, row)
    own = len(STORED)
    used, has_principal, more = behind[:own], behind[own], behind[own + 1 :]
    stored = None if used[0] is None else Used(*used)
    links = _links(session, position.id, currency) if has_principal else ()
    return Node(position, currency, at, stored, links), more


def _links(session: Session, agent_id: str, currency: str) -> tuple[Link, ...]:
    links: list[Link] = []
    delegation = active_delegation(session, agent_id, currency)
    while delegation is not None:
        if len(links) >= MAX_CHAIN:
            raise StorageError("the tree of delegations has a cycle", hint="underwriter ledger")
        parent = read_position(session, delegation.parent_id)
        used = read_used(session, delegation.parent_id, currency) or Used()
        links.append(Link(delegation, parent, used))
        above = delegation.above_id
        delegation = None if above is None else read_delegation(session, above)
    return tuple(links)


def active_delegation(session: Session, agent_id: str, currency: str) -> Delegation | None:
    """Return the sub-budget under which an agent acts in a currency."""
    return session.scalar(
        select(Delegation)
        .where(
            Delegation.child_id == agent_id,
            Delegation.currency == currency,
            IS_ACTIVE,
        )
        .execution_options(populate_existing=True)
    )


def read_delegation(session: Session, delegation_id: str) -> Delegation | None:
    """Return a sub-budget as it is stored now."""
    return session.get(Delegation, delegation_id, populate_existing=True)


def delegation_free(delegation: Delegation) -> int:
    """Return allocated - penalties - spent - reserved - delegated."""
    used = delegation.penalties + delegation.spent + delegation.reserved + delegation.delegated
    return delegation.amount - used
