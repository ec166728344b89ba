"""An agent in the tree of delegations, as the database has it: what it used, who stands above."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, select
from sqlalchemy.orm import Session

from governance.economy.authority import STORED, read_used
from governance.gate.decide import Link, Situation, SubBudget, Used
from governance.gate.position import AgentPosition
from governance.kernel.errors import StorageError
from governance.store.agents import Agent
from governance.store.economy import Authority
from governance.store.economy_delegations import IS_ACTIVE, Delegation
from governance.store.economy_reservations import IS_HELD, Reservation
from governance.store.positions import POSITION, position_of, read_position
from governance.store.prepared import Prepared

MAX_CHAIN = 100  # a longer chain can only come from a tampered database


@dataclass(frozen=True)
class Node(Situation):
    """A situation with what the row says; ``stored`` is None before the first use."""

    stored: Used | None

    @property
    def window(self) -> str:
        """Return the name of the spending window of the moment."""
        return self.used.window


def node_of(
    position: AgentPosition,
    currency: str,
    at: datetime,
    stored: Used | None,
    links: tuple[Link, ...],
) -> Node:
    """Return a node, with what counts in the spending window of its moment."""
    used = (stored or Used()).in_window(position.spending_window(at))
    return Node(position, currency, at, used, links, stored)


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
        .scalar_subquery(),
        exists()
        .where(Reservation.agent_id == Agent.id, Reservation.expires_at <= bindparam("at"), IS_HELD)
        .correlate(Agent)
        .label("has_lapsed"),
    )
)


def read_node(session: Session, agent_id: str, currency: str, at: datetime) -> Node:
    """Return an agent with what it used and all sub-budgets above it; the agent must be there."""
    session.flush()
    row = _PLAIN.one(session, {"agent": agent_id, "money": currency})
    return _node(session, row, currency, at)[0]


def read_node_for(
    session: Session, agent_id: str, currency: str, at: datetime, key: str
) -> tuple[Node, str | None, bool]:
    """Return the node, the id of the reservation that the agent made under a key, and more.

    The last is whether a reservation is held past its deadline, in any currency.
    """
    session.flush()
    row = _WITH_KEY.one(session, {"agent": agent_id, "money": currency, "key": key, "at": at})
    node, more = _node(session, row, currency, at)
    return node, more[0], bool(more[1])


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
    return node_of(position, currency, at, stored, links), more


def _links(session: Session, agent_id: str, currency: str) -> tuple[Link, ...]:
    links: list[Link] = []
    delegation = active_delegation(session, agent_id, currency)
    while delegation is not None:
        if len(links) >= MAX_CHAIN:
            raise StorageError("the tree of delegations has a cycle", remedy="ledger.verify")
        parent = read_position(session, delegation.parent_id)
        used = read_used(session, delegation.parent_id, currency) or Used()
        links.append(Link(sub_budget_of(delegation), parent, used))
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


def sub_budget_of(row: Delegation) -> SubBudget:
    """Return a sub-budget as a value."""
    return SubBudget(
        id=row.id,
        amount=row.amount,
        penalties=row.penalties,
        spent=row.spent,
        reserved=row.reserved,
        delegated=row.delegated,
        expires_at=row.expires_at,
    )
