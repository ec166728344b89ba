"""Everything that is due, done once: safe from cron and from several hosts at a time."""

from __future__ import annotations

from collections.abc import Callable

from governance.economy.closing import expire_due
from governance.economy.moment import begin
from governance.economy.revoking import expire_delegations
from governance.economy.settling import end_due_contracts
from governance.economy.watching import Watched, look_ahead, watch
from governance.kernel.value import Value
from governance.store.past import present
from governance.store.store import Store, Transaction

BATCH = 100


class Ticked(Value):
    """How much was done; all zero where nothing was due."""

    reservations_expired: int
    sub_budgets_ended: int
    contracts_ended: int
    agents_watched: int
    tier_drops: int
    audits_due: int
    audits_overdue: int


def tick(
    store: Store, *, batch: int = BATCH, advance: Callable[[int], None] = lambda _: None
) -> Ticked:
    """Do what is due: expiries, ends of sub-budgets, contract deadlines, tier drops, audits.

    In small transactions, so that nobody waits long. Each looks at what is due under the writers'
    lock, so two hosts at once do each thing once, and a host that dies leaves the rest to the next.
    """
    expired = _all(store, batch, lambda one: expire_due(one, limit=batch))
    ended = _all(store, batch, lambda one: expire_delegations(one, limit=batch))
    contracts = _all(store, batch, lambda one: end_due_contracts(one, limit=batch))
    watched = Watched(0, 0, 0, 0)
    while True:
        with store.read() as session:
            look_ahead(session, present(session, store.clock.now()), limit=batch)
        with store.write() as transaction:
            told = watch(begin(transaction), limit=batch)
        watched += told
        advance(told.agents)
        if told.agents < batch:
            break
    return Ticked(
        reservations_expired=expired,
        sub_budgets_ended=ended,
        contracts_ended=contracts,
        agents_watched=watched.agents,
        tier_drops=watched.tier_drops,
        audits_due=watched.audits_due,
        audits_overdue=watched.audits_overdue,
    )


def _all(store: Store, batch: int, step: Callable[[Transaction], int]) -> int:
    total = 0
    while True:
        with store.write() as transaction:
            done = step(begin(transaction))
        total += done
        if done < batch:
            return total
