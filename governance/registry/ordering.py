"""Being the one writer: what was read may be relied on until the commit."""

from __future__ import annotations

from governance.economy.moment import begin
from governance.store.store import Transaction


def alone(transaction: Transaction) -> Transaction:
    """Wait for every other writer and forget what the session read before that.

    What is read from then on is what stands at the commit. The transaction that is returned has a
    time that does not go back. Safe to repeat.
    """
    ordered = begin(transaction)
    ordered.session.expire_all()
    return ordered
