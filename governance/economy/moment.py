"""The order of all writers, and one time that never runs backwards."""

from __future__ import annotations

from dataclasses import replace

from governance.store.store import Transaction


def begin(transaction: Transaction) -> Transaction:
    """Wait for every other writer, then return the transaction with a time that does not go back.

    The lock on the ledger's head orders all state changes, so what is read after it cannot change
    before the commit. A host whose clock is slow counts as standing at the last event's time:
    it can neither revive an expired reservation nor undo decay. Safe to repeat.
    """
    last = transaction.ledger.last_time()
    if last is None or last <= transaction.now:
        return transaction
    return replace(transaction, now=last)
