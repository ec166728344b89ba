"""The row that says how much of an agent's authority is used, and the one statement that adds."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    case,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from governance.economy.books import (
    AUTHORITY_KINDS,
    DELEGATION_KINDS,
    Transfer,
    account_id,
    open_accounts,
)
from governance.gate.decide import Used
from governance.store.agents import Agent, Certification
from governance.store.economy import Authority
from governance.store.economy_delegations import IS_ACTIVE, Delegation
from governance.store.prepared import Prepared

AT_RISK = ("penalties", "reserved", "delegated")
USED = ("penalties", "spent", "reserved", "delegated")


# The columns of a row that make a `Used`, in its order.
STORED = (
    Authority.penalties,
    Authority.spent,
    Authority.reserved,
    Authority.delegated,
    Authority.spending_window,
)
_READ = Prepared(
    select(*STORED).where(
        Authority.agent_id == bindparam("agent"), Authority.currency == bindparam("money")
    )
)


def read_used(session: Session, agent_id: str, currency: str) -> Used | None:
    """Return the row as stored; None before the first use."""
    row = _READ.one(session, {"agent": agent_id, "money": currency})
    return None if row is None else Used(*row)


def open_authority(session: Session, agent_id: str, currency: str, window: str) -> Used:
    """Make the row and the accounts of an agent that never used its authority."""
    session.execute(
        insert(Authority),
        {
            "agent_id": agent_id,
            "currency": currency,
            **dict.fromkeys(USED, 0),
            "spending_window": window,
        },
    )
    open_accounts(session, f"agent/{agent_id}", AUTHORITY_KINDS, currency)
    return Used(window=window)


def _amount(name: str) -> BindParameter[int]:
    return bindparam(name, type_=BigInteger())


_COUNTED = case((Authority.spending_window == bindparam("window"), Authority.spent), else_=0)
_ADDED: ColumnElement[int] = _amount("penalty") + _amount("reserve") + _amount("delegate")
_LATEST = (
    select(Certification.id)
    .where(Certification.agent_id == bindparam("agent"))
    .order_by(Certification.event_sequence.desc())
    .limit(1)
    .scalar_subquery()
)
_WITHIN = and_(
    Authority.agent_id == bindparam("agent"),
    Authority.currency == bindparam("money"),
    Authority.penalties + Authority.reserved + Authority.delegated + _COUNTED + _ADDED
    <= _amount("ceiling"),
    exists().where(Agent.id == bindparam("agent"), Agent.status == "active"),
    bindparam("certification") == _LATEST,
)
_CLAIM = (
    update(Authority)
    .where(_WITHIN)
    .values(
        spent=_COUNTED,
        spending_window=bindparam("window"),
        penalties=Authority.penalties + _amount("penalty"),
        reserved=Authority.reserved + _amount("reserve"),
        delegated=Authority.delegated + _amount("delegate"),
    )
)
_CLAIM_ALONE = Prepared(_CLAIM)
_CLAIM_UNDER = Prepared(
    _CLAIM.where(
        exists().where(
            Delegation.id == bindparam("delegation"),
            IS_ACTIVE,
            Delegation.penalties
            + Delegation.spent
            + Delegation.reserved
            + Delegation.delegated
            + _ADDED
            <= Delegation.amount,
        )
    )
)
_ARGUMENT = {"penalties": "penalty", "reserved": "reserve", "delegated": "delegate"}


@dataclass(frozen=True)
class Claim:
    """What the deciding statement is asked: add ``amount`` to ``kind`` if all of it fits."""

    agent_id: str
    currency: str
    kind: str  # one of AT_RISK
    amount: int
    ceiling: int
    certification_id: str
    window: str
    delegation_id: str | None


def claim(session: Session, asked: Claim) -> bool:
    """Add to what is at risk if it fits under the ceiling and in the sub-budget; else do nothing.

    One conditional statement decides: what it compares is what it changes.
    """
    amounts = {"penalty": 0, "reserve": 0, "delegate": 0, _ARGUMENT[asked.kind]: asked.amount}
    parameters = {
        "agent": asked.agent_id,
        "money": asked.currency,
        "ceiling": asked.ceiling,
        "certification": asked.certification_id,
        "window": asked.window,
        **amounts,
    }
    if asked.delegation_id is None:
        return _CLAIM_ALONE.changes(session, parameters) == 1
    parameters["delegation"] = asked.delegation_id
    granted = _CLAIM_UNDER.changes(session, parameters) == 1
    if granted:
        shift_delegation(session, asked.delegation_id, {asked.kind: asked.amount})
    return granted


def shift_authority(
    session: Session, agent_id: str, currency: str, changes: dict[str, int], window: str | None
) -> None:
    """Change the used amounts; the database refuses one that would become negative.

    ``window`` renames the spending window, where the caller closed the one before.
    """
    values = {kind: getattr(Authority, kind) + delta for kind, delta in changes.items() if delta}
    if window is not None:
        values["spending_window"] = window
    if values:
        session.execute(
            update(Authority)
            .where(Authority.agent_id == agent_id, Authority.currency == currency)
            .values(values)
            .execution_options(synchronize_session=False)
        )


def shift_delegation(session: Session, delegation_id: str, changes: dict[str, int]) -> None:
    """Change the used amounts of a sub-budget; the database refuses more than was allocated."""
    values = {kind: getattr(Delegation, kind) + delta for kind, delta in changes.items() if delta}
    if values:
        session.execute(
            update(Delegation)
            .where(Delegation.id == delegation_id)
            .values(values)
            .execution_options(synchronize_session=False)
        )


def authority_transfers(agent_id: str, currency: str, changes: dict[str, int]) -> list[Transfer]:
    """Return the transfers between an agent's accounts that changes of its amounts stand for."""
    return _transfers(f"agent/{agent_id}", "authority", currency, changes)


def delegation_transfers(
    delegation_id: str, currency: str, changes: dict[str, int]
) -> list[Transfer]:
    """Return the transfers between a sub-budget's accounts that changes stand for."""
    return _transfers(f"delegation/{delegation_id}", "allocation", currency, changes)


def open_delegation_accounts(session: Session, delegation_id: str, currency: str) -> None:
    """Open the accounts of a sub-budget."""
    open_accounts(session, f"delegation/{delegation_id}", DELEGATION_KINDS, currency)


def _transfers(owner: str, against: str, currency: str, changes: dict[str, int]) -> list[Transfer]:
    contra = account_id(owner, against, currency)
    made: list[Transfer] = []
    for kind, delta in changes.items():
        account = account_id(owner, kind, currency)
        if delta > 0:
            made.append(Transfer(account, contra, delta))
        elif delta < 0:
            made.append(Transfer(contra, account, -delta))
    return made
