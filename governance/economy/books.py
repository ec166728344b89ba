"""Double entry: transfers between accounts, each with the ledger event that caused it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, insert, literal_column, select
from sqlalchemy.orm import Session

from governance.store.economy import Account, Posting
from governance.store.ledger import Appended
from governance.store.past import Until
from governance.store.prepared import Prepared
from governance.store.store import Transaction

# Kinds of accounts of an agent's authority: what is at risk, against `authority`.
AUTHORITY_KINDS = ("authority", "reserved", "spent", "closed", "penalties", "delegated")
# Kinds of accounts of a sub-budget, against `allocation`.
DELEGATION_KINDS = ("allocation", "reserved", "spent", "penalties", "delegated")


@dataclass(frozen=True)
class Transfer:
    """Move ``amount`` minor units (> 0) into account ``debit`` out of account ``credit``."""

    debit: str
    credit: str
    amount: int


_POST = Prepared(
    insert(Posting.__table__).values(  # type: ignore[arg-type]
        {column.name: bindparam(column.name) for column in Posting.__table__.columns}
    )
)


def account_id(owner: str, kind: str, currency: str) -> str:
    """Return the id of an account, for example ``agent/ID/reserved/USD``."""
    return f"{owner}/{kind}/{currency}"


def open_accounts(session: Session, owner: str, kinds: Iterable[str], currency: str) -> None:
    """Open the accounts of an owner that are not there yet; the caller holds the writers' lock."""
    wanted = {account_id(owner, kind, currency): kind for kind in kinds}
    there = set(session.scalars(select(Account.id).where(Account.id.in_(wanted))))
    rows = [
        {"id": name, "owner": owner, "kind": kind, "currency": currency}
        for name, kind in wanted.items()
        if name not in there
    ]
    if rows:
        session.execute(insert(Account), rows)


def post(
    transaction: Transaction,
    kind: str,
    subject: str,
    payload: dict[str, Any],
    transfers: Sequence[Transfer],
    currency: str,
) -> Appended:
    """Write one ledger event and its transfers; the event's payload repeats the transfers."""
    moved = [transfer for transfer in transfers if transfer.amount]
    lines = [[transfer.debit, transfer.credit, transfer.amount] for transfer in moved]
    event = transaction.record(kind, subject, {**payload, "currency": currency, "transfers": lines})
    if moved:
        for line, transfer in enumerate(moved, start=1):
            _POST.rows(
                transaction.session,
                {
                    "sequence": event.sequence,
                    "line": line,
                    "debit": transfer.debit,
                    "credit": transfer.credit,
                    "amount": transfer.amount,
                    "currency": currency,
                },
            )
    return event


# Sums of halves: SQLite's own sum of large amounts would leave 64 bits and fail.
_HALF = 26
_SUMS = (
    func.sum(Posting.amount.bitwise_rshift(literal_column(str(_HALF)))),
    func.sum(Posting.amount.bitwise_and((1 << _HALF) - 1)),
)


def balance(session: Session, account: str) -> int:
    """Return what was debited to an account less what was credited, from the postings alone."""
    total = 0
    for column, sign in ((Posting.debit, 1), (Posting.credit, -1)):
        high, low = session.execute(select(*_SUMS).where(column == account)).one()
        total += sign * _whole(high, low)
    return total


def balances(session: Session) -> dict[str, int]:
    """Return the balance of every account with postings, from the postings alone."""
    totals: dict[str, int] = {}
    for column, sign in ((Posting.debit, 1), (Posting.credit, -1)):
        for account, high, low in session.execute(select(column, *_SUMS).group_by(column)):
            totals[account] = totals.get(account, 0) + sign * _whole(high, low)
    return totals


def totals_until(session: Session, owner: str, moment: Until) -> dict[str, dict[str, int]]:
    """Return {currency: {kind: balance}} of an owner from the postings until a moment."""
    totals: dict[str, dict[str, int]] = {}
    for side, sign in ((Posting.debit, 1), (Posting.credit, -1)):
        statement = (
            select(Account.currency, Account.kind, *_SUMS)
            .join(Posting, side == Account.id)
            .where(Account.owner == owner, Posting.sequence <= moment.sequence)
            .group_by(Account.currency, Account.kind)
        )
        for currency, kind, high, low in session.execute(statement):
            found = totals.setdefault(currency, {})
            found[kind] = found.get(kind, 0) + sign * _whole(high, low)
    return totals


def _whole(high: int | None, low: int | None) -> int:
    return (int(high or 0) << _HALF) + int(low or 0)
