"""How a reservation ends: committed, released, expired or refunded."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from governance.economy.answers import Outcome, reservation_state
from governance.economy.authority import (
    authority_transfers,
    delegation_transfers,
    shift_authority,
    shift_delegation,
)
from governance.economy.books import Transfer, account_id, post
from governance.economy.keys import check_key
from governance.economy.moment import begin
from governance.economy.node import read_delegation, read_node
from governance.economy.spending import count_spend
from governance.gate.position import EACH
from governance.gate.standing import Reason
from governance.kernel.errors import ConflictError, InputError, NotFoundError
from governance.kernel.money import Money
from governance.store.economy_reservations import IS_HELD, Refund, Reservation
from governance.store.store import Transaction

BATCH = 200
REST = ""  # the key of a refund of all that is left; no caller's key is empty


def find_reservation(session: Session, identifier: str) -> Reservation:
    """Return a reservation by its id; raises InputError where there is none."""
    row = session.get(Reservation, identifier, populate_existing=True)
    if row is None:
        raise NotFoundError(
            f"no reservation has the id {identifier!r}",
            field="reservation",
            remedy="authority.show AGENT",
        )
    return row


def commit(transaction: Transaction, identifier: str, amount: Money | None = None) -> Outcome:
    """Turn a held reservation into spend, all of it or ``amount``; the rest is given back.

    A repetition with the same amount changes nothing. After the deadline the answer is no.
    Raises InputError on another currency, or an amount that is not positive or above what is held.
    """
    transaction = begin(transaction)
    row = find_reservation(transaction.session, identifier)
    wanted = _wanted(row, amount, row.amount)
    if row.state == "held" and transaction.now >= row.expires_at:
        _end(transaction, row, "expired", "the deadline passed")
    if row.state == "committed" and row.committed == wanted:
        return _done(row, changed=False)
    if row.state != "held":
        return _refused(row, f"it is {row.state} already")
    _commit(transaction, row, wanted)
    return _done(row, changed=True)


def release(transaction: Transaction, identifier: str, reason: str = "released") -> Outcome:
    """Give a held reservation back; a repetition, or one that expired, changes nothing."""
    transaction = begin(transaction)
    row = find_reservation(transaction.session, identifier)
    if row.state in ("released", "expired"):
        return _done(row, changed=False)
    if row.state != "held":
        return _refused(row, f"it is {row.state} already; ask for a refund")
    _end(transaction, row, "released", reason)
    return _done(row, changed=True)


def refund(
    transaction: Transaction,
    identifier: str,
    amount: Money | None = None,
    *,
    key: str | None = None,
) -> Outcome:
    """Take committed spend back, all that is left of it or ``amount`` (which needs a key).

    A repetition with the same key changes nothing; another amount under it raises InputError.
    What was spent in a window that is over does not come back into the present one, and what was
    spent under a sub-budget that has ended stays counted with the principal.
    """
    transaction = begin(transaction)
    row = find_reservation(transaction.session, identifier)
    if amount is not None and key is None:
        raise InputError("a refund of a part needs a key", field="key")
    if key is not None:
        check_key(key)
    name = REST if key is None else key
    known = transaction.session.get(Refund, (identifier, name))
    if known is not None:
        if amount is not None and (amount.amount, amount.currency) != (known.amount, row.currency):
            raise ConflictError(f"{name!r} was used for another refund", field="key")
        return _done(row, changed=False)
    if row.state == "refunded" and amount is None:
        return _done(row, changed=False)
    if row.state != "committed":
        return _refused(row, f"it is {row.state}, not committed")
    left = row.committed - row.refunded
    wanted = _wanted(row, amount, left)
    _refund(transaction, row, wanted, name)
    return _done(row, changed=True)


def expire_due(transaction: Transaction, *, agent_id: str | None = None, limit: int = BATCH) -> int:
    """End held reservations whose deadline passed; returns how many."""
    query = select(Reservation).where(IS_HELD, Reservation.expires_at <= transaction.now)
    if agent_id is not None:
        query = query.where(Reservation.agent_id == agent_id)
    rows = transaction.session.scalars(
        query.order_by(Reservation.expires_at)
        .limit(limit)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        _end(transaction, row, "expired", "the deadline passed")
    return len(rows)


def end_held(transaction: Transaction, row: Reservation, reason: str) -> None:
    """Release a held reservation because the authority behind it is gone."""
    _end(transaction, row, "released", reason)


def _wanted(row: Reservation, amount: Money | None, most: int) -> int:
    if amount is None:
        return most
    if amount.currency != row.currency:
        raise InputError(
            f"is in {amount.currency}, the reservation in {row.currency}", field="amount"
        )
    if not 0 < amount.amount <= most:
        left = Money(amount=most, currency=row.currency)
        raise InputError(f"must be above 0 and at most {left} (got {amount})", field="amount")
    return amount.amount


def _done(row: Reservation, *, changed: bool) -> Outcome:
    return Outcome(done=True, changed=changed, reservation=reservation_state(row))


def _refused(row: Reservation, message: str) -> Outcome:
    reasons = (Reason(row.state, None, message),)
    return Outcome(done=False, changed=False, reasons=reasons, reservation=reservation_state(row))


def _end(transaction: Transaction, row: Reservation, state: str, reason: str) -> None:
    """Give the whole of a held reservation back."""
    transfers = _shift(transaction.session, row, {"reserved": -row.amount}, row.delegation_id)
    row.state, row.closed_at, row.close_reason = state, transaction.now, reason
    transaction.session.flush()
    payload = {"reservation": row.id, "amount": row.amount, "reason": reason}
    post(transaction, f"authority.{state}", row.agent_id, payload, transfers, row.currency)


def _commit(transaction: Transaction, row: Reservation, amount: int) -> None:
    session = transaction.session
    node = read_node(session, row.agent_id, row.currency, transaction.now)
    transfers = count_spend(session, node, {"reserved": row.amount}, amount)
    transfers += _shift_delegation(
        session, row, {"reserved": -row.amount, "spent": amount}, row.delegation_id
    )
    row.state, row.committed, row.spending_window = "committed", amount, node.window
    row.closed_at, row.close_reason = transaction.now, "committed"
    session.flush()
    payload = {"reservation": row.id, "amount": amount, "returned": row.amount - amount}
    post(transaction, "authority.committed", row.agent_id, payload, transfers, row.currency)


def _refund(transaction: Transaction, row: Reservation, amount: int, key: str) -> None:
    session = transaction.session
    node = read_node(session, row.agent_id, row.currency, transaction.now)
    stored = node.stored
    counted = stored is not None and stored.window == row.spending_window != EACH
    owner = f"agent/{row.agent_id}"
    if counted:
        shift_authority(session, row.agent_id, row.currency, {"spent": -amount}, None)
        transfers = authority_transfers(row.agent_id, row.currency, {"spent": -amount})
    else:
        transfers = [
            Transfer(
                account_id(owner, "authority", row.currency),
                account_id(owner, "closed", row.currency),
                amount,
            )
        ]
    delegation = None if row.delegation_id is None else read_delegation(session, row.delegation_id)
    if delegation is not None and delegation.state == "active":
        transfers += _shift_delegation(session, row, {"spent": -amount}, delegation.id)
    row.refunded += amount
    if row.refunded == row.committed:
        row.state = "refunded"
    session.execute(
        insert(Refund),
        {
            "reservation_id": row.id,
            "key": key,
            "amount": amount,
            "refunded_at": transaction.now,
        },
    )
    session.flush()
    payload = {"reservation": row.id, "amount": amount, "key": key}
    post(transaction, "authority.refunded", row.agent_id, payload, transfers, row.currency)


def _shift(
    session: Session, row: Reservation, changes: dict[str, int], delegation_id: str | None
) -> list[Transfer]:
    shift_authority(session, row.agent_id, row.currency, changes, None)
    made = authority_transfers(row.agent_id, row.currency, changes)
    return made + _shift_delegation(session, row, changes, delegation_id)


def _shift_delegation(
    session: Session, row: Reservation, changes: dict[str, int], delegation_id: str | None
) -> list[Transfer]:
    if delegation_id is None:
        return []
    shift_delegation(session, delegation_id, changes)
    return delegation_transfers(delegation_id, row.currency, changes)


def held_reservations(session: Session, agent_id: str, currency: str) -> list[Reservation]:
    """Return the held reservations of an agent, the newest first."""
    return list(
        session.scalars(
            select(Reservation)
            .where(
                Reservation.agent_id == agent_id,
                Reservation.currency == currency,
                IS_HELD,
            )
            .order_by(Reservation.created_at.desc(), Reservation.id.desc())
            .execution_options(populate_existing=True)
        )
    )
